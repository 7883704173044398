//go:build unix

package advice

import (
	"os/exec"
	"testing"
)

// TestQuote has a shell read the words.
func TestQuote(t *testing.T) {
	for text, want := range map[string]string{
		"gitlab.example.com:8443": "gitlab.example.com:8443",
		"a/b-c_d.yaml":            "a/b-c_d.yaml",
		"bücher.example":          "bücher.example",
		"":                        "''",
		"a b.yaml":                "'a b.yaml'",
		"c'd":                     `'c'\''d'`,
		"[fd00::1]:8443":          "'[fd00::1]:8443'",
		"~/$HOME/`x`;#\\\"":       "'~/$HOME/`x`;#\\\"'",
	} {
		word := Quote(text)
		if word != want {
			t.Errorf("%q: %s, want %s", text, word, want)
		}
		if said, err := exec.Command("sh", "-c", "printf %s "+word).Output(); err != nil || string(said) != text {
			t.Errorf("%s: the shell reads %q, %v", word, said, err)
		}
	}
}
