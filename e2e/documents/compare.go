package documents

import (
	"fmt"
	"regexp"
	"strings"
)

// What differs from run to run, and what stands for it in a comparison.
var varying = []struct {
	form *regexp.Regexp
	name string
}{
	{regexp.MustCompile(`\b[0-9A-Fa-f]{2}(:[0-9A-Fa-f]{2}){19,}\b`), "FINGERPRINT"},
	{regexp.MustCompile(`\b[0-9a-f]{40,}\b`), "HEX"},
	{regexp.MustCompile(`\d{4}-\d\d-\d\d([T ]\d\d:\d\d(:\d\d)?Z?)?`), "DATE"},
	{regexp.MustCompile(`\b\d+ days\b`), "DAYS"},
}

// compare says where an output that a document shows differs from what was
// printed: "" when it does not. A line of "…" stands for any number of lines.
// Fingerprints, dates and numbers of days count as equal.
func compare(shown, printed string) string {
	want, got := steady(shown), steady(printed)
	for i, line := range want {
		if line == "…" {
			rest := strings.Join(want[i+1:], "\n")
			for skip := range len(got) + 1 {
				if compare(rest, strings.Join(got[skip:], "\n")) == "" {
					return ""
				}
			}
			return fmt.Sprintf("not printed after line %d of the output: what follows …", i+1)
		}
		if i >= len(got) || got[i] != line {
			return fmt.Sprintf("line %d of the output is not what was printed: %q", i+1, line)
		}
	}
	if len(got) > len(want) {
		return fmt.Sprintf("more was printed than the %d lines of the output", len(want))
	}
	return ""
}

// steady returns the lines of a text without what varies and without
// spaces at their ends.
func steady(text string) []string {
	text = strings.TrimRight(text, " \n")
	if text == "" {
		return nil
	}
	for _, v := range varying {
		text = v.form.ReplaceAllString(text, v.name)
	}
	lines := strings.Split(text, "\n")
	for i := range lines {
		lines[i] = strings.TrimRight(lines[i], " \t")
	}
	return lines
}
