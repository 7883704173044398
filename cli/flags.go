package cli

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"helm-runnertrust/cli/advice"
	"helm-runnertrust/cli/input"
	"helm-runnertrust/render"
	"helm-runnertrust/render/pod"
	"helm-runnertrust/trust"
)

const certFlag = "cert"

// registerCert registers --cert.
func registerCert(flags *pflag.FlagSet, certs *[]string, usage string) {
	flags.StringArrayVar(certs, certFlag, nil, usage)
	commandLineOnly(flags, certFlag) // a certificate is no plain value: sources reads its variable
}

// registerObjects registers the flags that name the objects with the certificates, and the way that
// leads the runner to them.
func registerObjects(flags *pflag.FlagSet, all *[]render.Object, way *pod.Way) {
	for _, kind := range []string{"Secret", "ConfigMap"} {
		flags.Func("from-"+strings.ToLower(kind),
			kind+" of the runner's namespace to mount, `[HOST=]NAME[/KEY]`; without KEY, ca.crt (repeatable)",
			func(value string) error {
				object, err := input.Object(kind, value)
				*all = append(*all, object)
				return err
			})
	}
	flags.StringVar((*string)(way), "via", "", "`way` to lead the runner to its file: certs-dir, env or config (default certs-dir)")
}

// A format is the value of -o, one of names.
type format struct {
	name  string
	names []string
}

func (f *format) register(cmd *cobra.Command, usage string, names ...string) {
	f.name, f.names = names[0], names
	cmd.Flags().VarP(f, "output", "o", usage)
}

func (f *format) String() string { return f.name }

// Type returns what cobra's help calls the value.
func (f *format) Type() string { return "format" }

func (f *format) Set(value string) error {
	if !slices.Contains(f.names, value) {
		return fmt.Errorf("%q is none of: %s", value, strings.Join(f.names, ", "))
	}
	f.name = value
	return nil
}

func (f *format) isJSON() bool { return f.name == "json" }

// isCommandLineOnly marks flags that no variable may set: what is asked for in one run must not hold
// in all.
const isCommandLineOnly = "command line only"

func commandLineOnly(flags *pflag.FlagSet, names ...string) {
	for _, name := range names {
		flags.Lookup(name).Annotations = map[string][]string{isCommandLineOnly: {"true"}}
	}
}

// exclusive are flags that are mutually exclusive: cobra refuses more than one of them, and offers no second one.
var exclusive = []string{"all", "all-in", "file", "release"}

// environment begins the names of the variables of flags.
const environment = "RUNNERTRUST_"

// variable returns the environment variable of a flag.
func variable(flag string) string {
	return environment + strings.ToUpper(strings.ReplaceAll(flag, "-", "_"))
}

// readEnvironment sets the flags that the command line leaves out.
func readEnvironment(p Process, flags *pflag.FlagSet) error {
	var faults []error
	excludes := slices.ContainsFunc(exclusive, flags.Changed)
	flags.VisitAll(func(flag *pflag.Flag) {
		name := variable(flag.Name)
		value := p.Env(name)
		if value == "" || flag.Changed || flag.Annotations[isCommandLineOnly] != nil || flag.Name == "help" {
			return
		}
		source := "environment variable " + name
		switch {
		case excludes && slices.Contains(exclusive, flag.Name):
		case input.HoldsSecret(value):
			faults = append(faults, input.RefuseSecret(source))
		default:
			if err := flags.Set(flag.Name, value); err != nil {
				if invalid, ok := errors.AsType[*pflag.InvalidValueError](err); ok {
					err = invalid.Unwrap()
				}
				faults = append(faults, invalidValue(source, name, flag, value, err))
			}
		}
	})
	return errors.Join(faults...)
}

// warnUnknownVariables warns of variables with our prefix that neither a command nor the installer reads.
func warnUnknownVariables(p Process, root *cobra.Command) {
	read := []string{input.CertVariable, messagesVariable, "RUNNERTRUST_BIN_DIR", "RUNNERTRUST_NO_LINK", "RUNNERTRUST_RELEASES"}
	for _, cmd := range slices.Concat(root.Commands(), []*cobra.Command{root}) {
		cmd.Flags().VisitAll(func(flag *pflag.Flag) {
			if flag.Annotations[isCommandLineOnly] == nil && flag.Name != "help" {
				read = append(read, variable(flag.Name))
			}
		})
	}
	for _, variable := range p.Environ {
		name, _, _ := strings.Cut(variable, "=")
		if !strings.HasPrefix(name, environment) || slices.Contains(read, name) {
			continue
		}
		hint := "see " + root.CommandPath() + " --help; not every flag has a variable"
		if similar := suggest(name, read); similar != "" {
			hint = "did you mean " + similar + "?"
		}
		p.print.add("warning", trust.Finding{Message: "environment variable " + name + ": nothing reads it"}, hint)
	}
}

// invalidValue returns the error about a value that a flag refuses; source is the flag or its
// variable, and name how it is written.
func invalidValue(source, name string, flag *pflag.Flag, value string, cause error) error {
	_, usage := pflag.UnquoteUsage(flag)
	value = input.WithoutHost(value)
	switch kind := flag.Value.Type(); {
	case errors.Is(cause, errTwice):
		return &advice.Error{What: source + " is set twice", Hint: "leave one out: only the other would count"}
	case input.MayHoldPassword(value):
		return &advice.Error{What: fmt.Sprintf("%s: %q is no value for it", source, trust.PrintableURL(value)), Hint: usage}
	case kind == "bool":
		return &advice.Error{What: fmt.Sprintf("%s: %q is neither true nor false", source, value), Hint: "write " + name + "=true"}
	case kind == "duration":
		usage += ", such as " + name + "=15s"
	}
	return &advice.Error{What: source, Err: cause, Hint: cmp.Or(advice.Explain(cause, usage).Hint, usage)}
}

var errTwice = errors.New("only one of two values would count")

// A single value may be set once.
type single struct {
	pflag.Value
	flag *pflag.Flag
}

func (s single) Set(value string) error {
	if s.flag.Changed {
		return errTwice
	}
	return s.Value.Set(value)
}

// singleValues makes an error of a flag that is set twice, where the second would win in silence.
// Switches say the same twice, and lists grow.
func singleValues(flags *pflag.FlagSet) {
	flags.VisitAll(func(flag *pflag.Flag) {
		if !slices.Contains([]string{"bool", "stringArray", "func"}, flag.Value.Type()) {
			flag.Value = single{flag.Value, flag}
		}
	})
}

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
		return invalidValue("--"+flag.Name, "--"+flag.Name, flag, invalid.GetValue(), invalid.Unwrap())
	}
	unknown, ok := errors.AsType[*pflag.NotExistError](err)
	if !ok {
		return &advice.Error{What: err.Error(), Hint: help}
	}
	name, letters := unknown.GetSpecifiedName(), unknown.GetSpecifiedShortnames()
	if err := longDash([]string{name, letters}); err != nil {
		return err
	}
	hint := unknownFlag(cmd, name, letters, help)
	what := "--" + name
	if name == "" {
		what = "-" + letters
	}
	what = what[:strings.IndexAny(what+" ", " =")] // behind it is a value, which may be a secret
	return &advice.Error{What: "unknown flag: " + what, Hint: hint}
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
			Hint: "a certificate is named by --cert=FILE, manifests by render -f FILE; " + hint}
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
		if strings.Trim(arg[:len(arg)-len(strings.TrimLeft(arg, trust.Dashes))], "-") != "" {
			return &advice.Error{What: "an argument begins with a long dash, as chat programs and word processors make it",
				Hint: "type the two dashes of a flag anew: --"}
		}
	}
	return nil
}
