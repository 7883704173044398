package yamledit

import (
	"slices"
	"strings"
	"testing"
)

func TestSplit(t *testing.T) {
	for name, want := range map[string][]string{
		"empty":                       {},
		"one document":                {"a: 1\n"},
		"marker first":                {"---\na: 1\n", "---\nb: 2\n"},
		"comment before marker":       {"# c\n\n---\na: 1\n", "---\nb: 2\n"},
		"directive before marker":     {"%TAG ! x\n---\na: 1\n"},
		"byte order mark":             {"\ufeff---\na: 1\n", "---\n"},
		"document of comments":        {"---\n# only\n", "---\nb: 2\n"},
		"end marker":                  {"a: 1\n...\n", "# between\n---\nb: 2\n"},
		"text on the marker's line":   {"--- # c\na: 1\n", "--- {b: 2}\n"},
		"carriage returns":            {"---\r\na: 1\r\n", "---\r\nb: 2\r\n"},
		"marker at the end of file":   {"a: 1\n", "---"},
		"not a marker":                {"a: |\n  ---\n----\n---x\n ---\n"},
		"no line end":                 {"---\na: 1"},
		"empty documents":             {"---\n", "---\n", "---\n"},
		"end markers in a row":        {"...\n", "...\n"},
		"tab behind the marker":       {"a: 1\n", "---\tb\n"},
		"byte order mark later on":    {"a: 1\n", "---\n\ufeffb: 2\n"},
		"comment behind an end":       {"a: 1\n... # c\n", "b: 2\n"},
		"spaces of other scripts":     {"\u00a0# a: 1\n", "---\n\u202f\n", "---\n\u3000\n"},
		"directive is content inside": {"a: 1\n%b\n", "---\n"},
	} {
		t.Run(name, func(t *testing.T) {
			if got := texts(Split([]byte(strings.Join(want, "")))); !slices.Equal(got, want) {
				t.Errorf("got %q, want %q", got, want)
			}
		})
	}
}
