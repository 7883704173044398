package cli

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/spf13/cobra"
)

// ownCommand finds our commands in a line of shell, with their words up to a pipe, a redirection or
// a parenthesis.
var ownCommand = regexp.MustCompile(`(?:^|[\s(])helm[ -]runnertrust((?:[ ]+[^\s|<>()]+)*)`)

// TestExamples holds that every command has examples, with commands and flags that there are.
func TestExamples(t *testing.T) {
	newRoot := func() *cobra.Command {
		p := Process{Env: func(string) string { return "" }}
		return rootCommand(p)
	}
	root := newRoot()
	commands := append(root.Commands(), root)
	if len(commands) < 6 {
		t.Fatalf("only %d commands", len(commands))
	}
	for _, cmd := range commands {
		t.Run(cmd.Name(), func(t *testing.T) {
			own := 0
			for line := range strings.Lines(cmd.Example) {
				if width := len([]rune(strings.TrimSuffix(line, "\n"))); width > 100 || !strings.HasPrefix(line, "  ") {
					t.Errorf("%d columns: %q", width, line)
				}
			}
			if strings.Contains(cmd.Example, "…") {
				t.Errorf("it cannot be typed as it stands:\n%s", cmd.Example)
			}
			for _, found := range ownCommand.FindAllStringSubmatch(strings.ReplaceAll(cmd.Example, "\\\n", ""), -1) {
				words := strings.Fields(found[1])
				words = slices.DeleteFunc(words, func(word string) bool { return word == "--post-renderer-args" })
				called, rest, err := newRoot().Find(words)
				if err == nil {
					err = called.ParseFlags(rest)
				}
				if err == nil {
					err = called.ValidateArgs(called.Flags().Args())
				}
				if err != nil {
					t.Errorf("%q: %v", found[0], err)
				}
				if called.Name() == cmd.Name() {
					own++
				}
			}
			if own == 0 {
				t.Errorf("no example of it in %q", cmd.Example)
			}
		})
	}
}
