package cli

import (
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"helm-runnertrust/cli/advice"
	"helm-runnertrust/cli/input"
	"helm-runnertrust/trust"
)

// flagError returns what is wrong with a flag. Of arguments that may hold a secret nothing is
// suggested: the printer hides what cobra repeats.
func flagError(cmd *cobra.Command, err error) error {
	help := "see " + cmd.CommandPath() + " --help"
	if missing, ok := errors.AsType[*pflag.ValueRequiredError](err); ok {
		name, _ := pflag.UnquoteUsage(missing.GetFlag())
		return &advice.Error{What: err.Error(), Hint: "write --" + missing.GetFlag().Name + "=" + name + "; " + help}
	}
	if invalid, ok := errors.AsType[*pflag.InvalidValueError](err); ok {
		flag := invalid.GetFlag()
		if flag.Name == "output" && cmd.Flags().Lookup("save") != nil && strings.ContainsAny(invalid.GetValue(), "./") {
			return &advice.Error{What: "--output: " + invalid.Unwrap().Error(), Hint: "-o is the format; name the file with --save"}
		}
		return invalidValue("--"+flag.Name, "--"+flag.Name, flag, invalid.GetValue(), invalid.Unwrap())
	}
	unknown, ok := errors.AsType[*pflag.NotExistError](err)
	if !ok {
		return &advice.Error{What: err.Error(), Hint: help}
	}
	return &advice.Error{What: err.Error(), Hint: unknownFlag(cmd, unknown.GetSpecifiedName(), unknown.GetSpecifiedShortnames(), help)}
}

// unknownFlag returns what to do about a flag that a command does not have.
func unknownFlag(cmd *cobra.Command, name, letters, help string) string {
	letters, _, _ = strings.Cut(letters, "=")
	switch {
	case name == "post-renderer" || name == "post-renderer-args":
		return "--" + name + " is Helm's: leave it out, and give this program's flags as they are"
	case strings.Contains(name, " "):
		return input.OneEach
	case cmd.Flags().Lookup(letters) != nil:
		return "write --" + letters + ", with two dashes"
	case name == "output", letters == "o":
		return "the result goes to stdout: > FILE"
	}
	var flags []string
	cmd.Flags().VisitAll(func(flag *pflag.Flag) { flags = append(flags, flag.Name) })
	if similar := suggest(name, flags); similar != "" {
		return "did you mean --" + similar + "? " + help
	}
	for _, other := range cmd.Root().Commands() {
		if name != "" && other.Flags().Lookup(name) != nil {
			return "it is a flag of " + other.CommandPath()
		}
	}
	return help
}

// suggest returns the name that is most like a misspelt one, by cobra's own distance; "" for none.
func suggest(word string, names []string) string {
	var all cobra.Command
	for _, name := range names {
		all.AddCommand(&cobra.Command{Use: name, Run: func(*cobra.Command, []string) {}})
	}
	for all.SuggestionsMinimumDistance = 1; all.SuggestionsMinimumDistance <= 2; all.SuggestionsMinimumDistance++ {
		if similar := all.SuggestionsFor(word); len(word) > 2 && len(similar) > 0 {
			return similar[0]
		}
	}
	return ""
}

// noArguments refuses arguments, of which a misspelt command is one.
func noArguments(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	hint := "see " + cmd.CommandPath() + " --help"
	if err := longDash(args); err != nil {
		return err
	}
	if input.PathExists(args[0]) {
		return &advice.Error{What: fmt.Sprintf("%q is a file, not a command or a flag", args[0]),
			Hint: "certificates are given with --cert=FILE, manifests with render -f FILE; " + hint}
	}
	if !cmd.HasSubCommands() {
		return &advice.Error{What: fmt.Sprintf("%s takes no argument like %q", cmd.Name(), trust.PrintableURL(args[0])), Hint: hint}
	}
	cmd.SuggestionsMinimumDistance = 2 // cobra sets it for commands without rules on arguments only
	if similar := cmd.SuggestionsFor(args[0]); len(similar) > 0 {
		hint = "did you mean " + cmd.CommandPath() + " " + similar[0] + "? " + hint
	}
	return &advice.Error{What: fmt.Sprintf("unknown command %q", trust.PrintableURL(args[0])), Hint: hint}
}

// longDash refuses an argument that begins with a dash that a chat program made of two.
func longDash(args []string) error {
	for _, arg := range args {
		if strings.HasPrefix(arg, "—") || strings.HasPrefix(arg, "–") {
			return &advice.Error{What: "an argument begins with a long dash, as chat programs and word processors make it",
				Hint: "type the two dashes of a flag anew: --"}
		}
	}
	return nil
}
