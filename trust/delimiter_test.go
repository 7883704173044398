package trust

import (
	"math/rand/v2"
	"regexp"
	"strings"
	"testing"
)

// The grammar of the lines that matter, which the program does not compile at each start.
var (
	delimiterGrammar = regexp.MustCompile(`^-----(BEGIN|END) ([!-,.-~](?:[- ]?[!-,.-~])*)-----$`)
	nearlyGrammar    = regexp.MustCompile(`-----(?i:BEGIN|END)\b|^[-\x{2010}-\x{2015}\x{2212}]+\s*(?:BEGIN|END)\b`)
	headerGrammar    = regexp.MustCompile(`^[A-Za-z][-A-Za-z0-9]*:`)
)

// TestDelimiters holds the reading of lines against their grammar, for lines that are put together
// of what delimiters are made of. The seed is fixed, so that a failure repeats.
func TestDelimiters(t *testing.T) {
	pieces := []string{
		"-----", "-----", "-", "--", "BEGIN", "END", "BEGIN ", "END ", "begin", "End", " ", "  ", "\t", "CERTIFICATE", "X.509", "a", "Z",
		"0", "_", ":", ": ", "\u2014", "\u2212", "\u00fc", "\x7f", "\x00", "~", "!", "Proc-Type", "",
	}
	random := rand.New(rand.NewPCG(1, 2))
	seen := map[string]int{}
	for n := range 100_000 {
		var text strings.Builder
		for range 1 + random.IntN(6) {
			text.WriteString(pieces[random.IntN(len(pieces))])
		}
		line := text.String()
		if n%4 == 0 {
			line = "-----BEGIN " + line + "-----"
		}
		compareWithGrammar(t, line, seen)
	}
	for _, line := range []string{"", "-----BEGIN CERTIFICATE-----", "-----END A-B C-----", "-----BEGIN A------", "-----BEGIN -----", "----BEGIN CERTIFICATE-----"} {
		compareWithGrammar(t, line, seen)
	}
	for _, kind := range []string{"delimiter", "nearly", "header"} {
		if seen[kind] < 100 {
			t.Errorf("only %d lines are of the kind %s", seen[kind], kind)
		}
	}
}

func compareWithGrammar(t *testing.T, line string, seen map[string]int) {
	t.Helper()
	keyword, label, ok := readDelimiter(line)
	match := delimiterGrammar.FindStringSubmatch(line)
	if ok != (match != nil) || ok && (keyword != match[1] || label != match[2]) {
		t.Errorf("%q: delimiter %v %q %q, want %q", line, ok, keyword, label, match)
	}
	nearly, header := nearlyDelimiter(line), isHeader(line)
	if want := nearlyGrammar.MatchString(line); nearly != want {
		t.Errorf("%q: nearly a delimiter: %v, want %v", line, nearly, want)
	}
	if want := headerGrammar.MatchString(line); header != want {
		t.Errorf("%q: header: %v, want %v", line, header, want)
	}
	for kind, is := range map[string]bool{"delimiter": ok, "nearly": nearly, "header": header} {
		if is {
			seen[kind]++
		}
	}
}
