package output

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"unicode"
)

// hidden returns the characters that no screen may get: control characters (C0, DEL and C1), format
// characters (bidi, zero-width, tags), line and paragraph separators.
func hidden(t *testing.T) []rune {
	t.Helper()
	var all []rune
	for c := range rune(unicode.MaxRune) {
		if unicode.In(c, unicode.Cc, unicode.Cf, unicode.Zl, unicode.Zp, unicode.Variation_Selector) {
			all = append(all, c)
		}
	}
	if len(all) < 400 {
		t.Fatalf("only %d", len(all))
	}
	return all
}

func TestLine(t *testing.T) {
	for _, c := range hidden(t) {
		if got := Line("a" + string(c) + "b"); strings.ContainsRune(got, c) || !strings.HasPrefix(got, `a\`) || !strings.HasSuffix(got, "b") {
			t.Errorf("%U: %q", c, got)
		}
	}
	for text, want := range map[string]string{
		"":                                "",
		"bücher.example/证书 \U0001f600":    "bücher.example/证书 \U0001f600",
		"\x1b[2J\u202eevil\u200b\x9b\n\t": `\x1b[2J\u202eevil\u200b` + "\ufffd" + `\n\t`,
		"\u009b\x7f\U000e0041":            `\u009b\x7f\U000e0041`,
	} {
		if got := Line(text); got != want {
			t.Errorf("%q: got %q, want %q", text, got, want)
		}
	}
}

// TestLongLine cuts lists, and says how many are missing.
func TestLongLine(t *testing.T) {
	var names []string
	for i := range 4000 {
		names = append(names, fmt.Sprintf("host-%d.example.com", i))
	}
	text := Line("covers " + strings.Join(names, ", "))
	shown := strings.Count(text, "host-")
	if want := fmt.Sprintf("and %d more", 4000-shown); !strings.HasSuffix(text, want) || len(text) > longest+40 {
		t.Errorf("%d of them, %d bytes: %s", shown, len(text), text)
	}
	if got := Line(strings.Repeat("x", 3*longest)); !strings.HasSuffix(got, "x… and 2000 more characters") {
		t.Errorf("%d bytes", len(got))
	}
}

func TestReport(t *testing.T) {
	for _, c := range hidden(t) {
		name := "a" + string(c) + "b"
		var report Report
		report.Line("")
		report.Line("%s:", name)
		report.Table([][]string{{"NAME", "HOST"}, {name, strings.Repeat(name+" ", 60)}})
		if text := report.String(); c != '\n' && strings.ContainsRune(text, c) || strings.Contains(text, "a\nb") {
			t.Errorf("%U: %q", c, text)
		}
	}
}

func TestJSON(t *testing.T) {
	for _, c := range hidden(t) {
		value := map[string]string{"a" + string(c): "<" + string(c)}
		text, err := JSON(value)
		if err != nil {
			t.Fatal(err)
		}
		var again map[string]string
		if err := json.Unmarshal(text, &again); err != nil || again["a"+string(c)] != "<"+string(c) {
			t.Errorf("%U: %v, %s", c, err, text)
		}
		if c != '\n' && strings.ContainsRune(string(text), c) || !strings.Contains(string(text), "<") {
			t.Errorf("%U: %q", c, text)
		}
	}
}
