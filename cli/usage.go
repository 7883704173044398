package cli

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"helm-runnertrust/trust"
)

// throughHelm is how people call the program that Helm runs, whose folder is seldom in PATH.
const throughHelm = "helm runnertrust"

// calledAs is what a person types to call the program.
func (p *program) calledAs() string {
	if name, _ := p.Env("HELM_PLUGIN_NAME"); name != "" || p.Name == "" || isHelm(parentProcess()) {
		return throughHelm
	}
	if consistsOf(filepath.ToSlash(p.Name), isPlain) { // the separators of Windows mean nothing to its shells
		return p.Name
	}
	return shellWord(p.Name)
}

// parentProcess is the folder of the parent's process, where the system has such.
func parentProcess() string { return fmt.Sprintf("/proc/%d", os.Getppid()) }

// flagError says what is wrong with a flag, and what may have been meant.
func (p *program) flagError(cmd *cobra.Command, err error) error {
	var unknown *pflag.NotExistError
	var invalid *pflag.InvalidValueError
	var missing *pflag.ValueRequiredError
	help := "see " + cmd.CommandPath() + " --help"
	switch {
	case errors.As(err, &missing):
		name, _ := pflag.UnquoteUsage(missing.GetFlag())
		return &hinted{what: err.Error(), hint: "write --" + missing.GetFlag().Name + "=" + name + "; " + help}
	case errors.As(err, &unknown):
		if !cmd.HasParent() && len(p.Args) > 0 && !strings.HasPrefix(p.Args[0], "-") {
			return p.noArguments(cmd, p.Args[:1]) // it is no command, or its flags would be known
		}
		if meant := p.unknownFlag(cmd, unknown); meant != "" {
			return &hinted{what: err.Error(), hint: meant}
		}
		if elsewhere := commandsWith(cmd, unknown.GetSpecifiedName()); elsewhere != "" {
			return &hinted{what: err.Error(), hint: "did you mean " + elsewhere + "?"}
		}
		if name := nearest(unknown.GetSpecifiedName(), flagNames(cmd)); name != "" {
			return &hinted{what: err.Error(), hint: "did you mean --" + name + "? " + help}
		}
	case errors.As(err, &invalid):
		value, isFormat := invalid.GetValue(), invalid.GetFlag().Name == "output"
		if isFormat && cmd.Flags().Lookup("save") != nil && looksLikeFile(value) {
			return &hinted{what: "--output: " + invalid.Unwrap().Error(), hint: "the file is given with --save: --save " + shellWord(value)}
		}
		return p.invalidValue("--"+invalid.GetFlag().Name, invalid.GetFlag(), invalid.GetValue(), invalid.Unwrap())
	}
	return &hinted{what: err.Error(), hint: help}
}

// invalidValue is about a value that a flag refuses; place is the flag or its variable.
func (p *program) invalidValue(place string, flag *pflag.Flag, value string, cause error) error {
	_, hint := pflag.UnquoteUsage(flag)
	name := place[strings.LastIndex(place, " ")+1:]
	value = withoutHost(value)
	switch {
	case errors.Is(cause, errTwice):
		return &hinted{what: place + " is given twice", hint: "give it once: only one of them would count"}
	case mayHoldPassword(value):
		return &hinted{what: fmt.Sprintf("%s: %q is no value for it", place, trust.PrintableURL(value)), hint: hint}
	case flag.Value.Type() == "bool":
		return &hinted{what: fmt.Sprintf("%s: %q is neither true nor false", place, value), hint: "write " + name + "=true"}
	}
	if example, isTime := times[flag.Value.Type()]; isTime {
		if isNumber(value) {
			example = value + example[len(example)-1:]
		}
		hint = "write " + name + "=" + example
	}
	if codeOf(cause) != codeCommand {
		hint = p.hint(cause)
	}
	return &hinted{what: place, err: cause, hint: hint}
}

// commandsWith are the other commands that have a flag, as one types them with it; "" for none.
func commandsWith(cmd *cobra.Command, flag string) string {
	var typed []string
	for _, other := range cmd.Root().Commands() {
		if other.Flags().Lookup(flag) != nil {
			typed = append(typed, other.CommandPath()+" --"+flag)
		}
	}
	return strings.Join(typed, ", or ")
}

// times are the types of flags that take a time, with an example in the unit that a number without
// one is probably meant in.
var times = map[string]string{"duration": "15s", "time": "30d"}

func isNumber(text string) bool { return text != "" && consistsOf(text, isDigit) }

// flagNames are the flags of a command.
func flagNames(cmd *cobra.Command) (names []string) {
	cmd.Flags().VisitAll(func(flag *pflag.Flag) { names = append(names, flag.Name) })
	return names
}

// noArguments refuses arguments, of which a misspelt command is one.
func (p *program) noArguments(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	shown := trust.PrintableURL(args[0])
	var commands []string
	for _, command := range cmd.Commands() {
		commands = append(commands, command.Name())
	}
	help := "see " + cmd.CommandPath() + " --help"
	what, hint := fmt.Sprintf("%s takes no argument like %q", cmd.Name(), shown), help
	switch {
	case len(commands) == 0:
	case pathExists(args[0]) && !strings.Contains(args[0], "="):
		what = fmt.Sprintf("%q is a file, not a command", args[0])
	default:
		what = fmt.Sprintf("unknown command %q", shown)
	}
	if name := nearest(args[0], commands); name != "" && !pathExists(args[0]) {
		hint = "did you mean " + cmd.CommandPath() + " " + name + "? " + help
	} else if meant := p.argumentSlip(cmd, args[0]); meant != "" {
		hint = meant
	}
	return &hinted{what: what, hint: hint}
}

var errTwice = errors.New("it is given twice")

// A single value may be given once.
type single struct {
	pflag.Value
	given bool
}

func (s *single) Set(value string) error {
	if s.given {
		return errTwice
	}
	s.given = true
	return s.Value.Set(value)
}

// singleValues makes an error of a flag that is given twice, where the second would win in silence.
// Switches say the same twice, and lists grow.
func singleValues(flags *pflag.FlagSet) {
	flags.VisitAll(func(flag *pflag.Flag) {
		switch flag.Value.Type() {
		case "bool", "stringArray", objects{}.Type():
		default:
			flag.Value = &single{Value: flag.Value}
		}
	})
}
