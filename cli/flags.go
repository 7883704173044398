package cli

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"helm-runnertrust/cli/advice"
	"helm-runnertrust/cli/input"
	"helm-runnertrust/cli/release"
	"helm-runnertrust/render"
	"helm-runnertrust/render/delivery"
	"helm-runnertrust/render/pod"
	"helm-runnertrust/trust"
	"helm-runnertrust/trust/probe"
)

const certFlag = "cert"

// registerCert registers --cert.
func registerCert(flags *pflag.FlagSet, certs *[]string, usage string) {
	flags.StringArrayVar(certs, certFlag, nil, usage)
	commandLineOnly(flags, certFlag) // a certificate is no plain value: sources reads its variable
}

// registerObjects registers the flags that name the objects with the certificates, and the way that
// the runner is told of them.
func registerObjects(flags *pflag.FlagSet, all *[]render.Object, way *pod.Way) {
	for _, kind := range []string{"Secret", "ConfigMap"} {
		flags.Func("from-"+strings.ToLower(kind),
			kind+" of the runner's namespace to mount, `[HOST=]NAME[/KEY]`; its key is ca.crt unless given (repeatable)",
			func(value string) error {
				object, err := input.Object(kind, value)
				if err == nil {
					*all = append(*all, object)
				}
				return err
			})
	}
	flags.Func("via", "`way` to tell the runner: certs-dir, env or config (default certs-dir)", func(value string) (err error) {
		if *way != "" {
			return errTwice
		}
		*way, err = delivery.ParseWay(value)
		return err
	})
}

// registerCluster registers the flags that Helm has for its cluster.
func registerCluster(cmd *cobra.Command, c *release.Cluster) {
	flags := cmd.Flags()
	flags.StringVarP(&c.Namespace, "namespace", "n", "", "`namespace` of the release, as for helm")
	flags.StringVar(&c.Context, "kube-context", "", "`name` of the kubeconfig's context, as for helm")
	flags.StringVar(&c.Kubeconfig, "kubeconfig", "", "`path` of the kubeconfig file, as for helm")
	commandLineOnly(flags, "namespace", "kube-context", "kubeconfig") // Helm has variables of its own for them
}

// valueOf returns the value of a flag, "" where the command has no such flag.
func valueOf(cmd *cobra.Command, name string) string {
	if flag := cmd.Flag(name); flag != nil {
		return flag.Value.String()
	}
	return ""
}

// format is the value of -o, one of formats.
type format string

var formats = []string{"table", "json"}

func (f *format) register(cmd *cobra.Command) {
	*f = "table"
	cmd.Flags().VarP(f, "output", "o", "output `format`: table or json")
}

func (f *format) String() string { return string(*f) }

// Type returns what cobra's help calls the value.
func (f *format) Type() string { return "format" }

func (f *format) Set(value string) error {
	if !slices.Contains(formats, value) {
		return fmt.Errorf("%q is neither table nor json", value)
	}
	*f = format(value)
	return nil
}

func (f *format) isJSON() bool { return *f == "json" }

// isCommandLineOnly marks flags that no variable may set: what is asked for in one run must not hold
// in all.
const isCommandLineOnly = "command line only"

func commandLineOnly(flags *pflag.FlagSet, names ...string) {
	for _, name := range names {
		flags.Lookup(name).Annotations = map[string][]string{isCommandLineOnly: {"true"}}
	}
}

// exclusive are the flags of which only one may be given.
var exclusive = []string{"all", "all-in", "file", "release"}

// markExclusive has completion offer none of them beside another.
func markExclusive(cmd *cobra.Command) {
	cmd.MarkFlagsMutuallyExclusive(slices.DeleteFunc(slices.Clone(exclusive), func(name string) bool {
		return cmd.Flags().Lookup(name) == nil
	})...)
}

// completeFlags reads the flags that the environment sets, and checks all of them.
func completeFlags(p Process, cmd *cobra.Command) error {
	flags := cmd.Flags()
	given := slices.DeleteFunc(slices.Clone(exclusive), func(name string) bool { return !flags.Changed(name) })
	err := errors.Join(readEnvironment(p, flags, len(given) > 0), input.CheckURLs(flags))
	if len(given) > 1 {
		err = errors.Join(err, &advice.Error{What: "--" + strings.Join(given, " and --") + " exclude each other", Hint: "give one of them"})
	}
	return err
}

// environment begins the names of the variables of flags.
const environment = "RUNNERTRUST_"

// installerVariables are those of install-binary.sh, and of Helm that we run.
var installerVariables = []string{"RUNNERTRUST_BIN_DIR", "RUNNERTRUST_NO_LINK", "RUNNERTRUST_RELEASES", messagesVariable}

// variable returns the environment variable of a flag.
func variable(flag string) string {
	return environment + strings.ToUpper(strings.ReplaceAll(flag, "-", "_"))
}

// readEnvironment sets the flags that the command line leaves out.
func readEnvironment(p Process, flags *pflag.FlagSet, excludes bool) error {
	var faults []error
	flags.VisitAll(func(flag *pflag.Flag) {
		name := variable(flag.Name)
		value, found := p.Env(name)
		if !found || value == "" || flag.Changed || flag.Annotations[isCommandLineOnly] != nil || flag.Name == "help" {
			return
		}
		source := "environment variable " + name
		switch {
		case excludes && slices.Contains(exclusive, flag.Name):
		case input.HoldsSecret(value):
			faults = append(faults, input.RefuseSecret(source, flag.Name, value))
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

// warnUnknownVariables warns of variables with our prefix that no command reads.
func warnUnknownVariables(p Process, root *cobra.Command) {
	var read map[string]bool
	for _, variable := range p.Environ {
		name, _, _ := strings.Cut(variable, "=")
		if !strings.HasPrefix(name, environment) {
			continue
		}
		if read == nil {
			read = variables(root)
		}
		isRead, isFlag := read[name]
		if isRead {
			continue
		}
		hint := "the variables are those of the flags: see " + root.CommandPath() + " --help"
		known := slices.DeleteFunc(slices.Sorted(maps.Keys(read)), func(name string) bool { return !read[name] })
		if isFlag {
			hint = "no variable sets this flag: give --" + strings.ToLower(strings.ReplaceAll(strings.TrimPrefix(name, environment), "_", "-")) + " on the command line"
		} else if similar := suggest(name, known); similar != "" {
			hint = "did you mean " + similar + "?"
		}
		p.print.add("warning", trust.Finding{Message: "environment variable " + name + ": nothing reads it"}, hint)
	}
}

// variables returns the variables of all flags and of the installer, and whether anything reads each.
func variables(root *cobra.Command) map[string]bool {
	read := map[string]bool{input.CertVariable: true}
	for _, name := range installerVariables {
		read[name] = true
	}
	for _, cmd := range append(root.Commands(), root) {
		cmd.Flags().VisitAll(func(flag *pflag.Flag) {
			name := variable(flag.Name)
			read[name] = read[name] || flag.Annotations[isCommandLineOnly] == nil && flag.Name != "help"
		})
	}
	return read
}

// invalidValue returns the error about a value that a flag refuses; source is the flag or its
// variable, and name how it is written.
func invalidValue(source, name string, flag *pflag.Flag, value string, cause error) error {
	_, usage := pflag.UnquoteUsage(flag)
	value = input.WithoutHost(value)
	switch {
	case errors.Is(cause, errTwice):
		return &advice.Error{What: source + " is given twice", Hint: "give it once: only one of them would count"}
	case input.MayHoldPassword(value):
		return &advice.Error{What: fmt.Sprintf("%s: %q is no value for it", source, trust.PrintableURL(value)), Hint: usage}
	case flag.Value.Type() == "bool":
		return &advice.Error{What: fmt.Sprintf("%s: %q is neither true nor false", source, value), Hint: "write " + name + "=true"}
	}
	m := advice.Explain(cause, usage)
	if example, isTime := map[string]string{"duration": "15s", "time": "30d"}[flag.Value.Type()]; isTime {
		if input.IsDigits(value) {
			example = value + example[len(example)-1:]
		}
		m.Hint = "write " + name + "=" + example
	}
	return &advice.Error{What: source, Err: cause, Hint: cmp.Or(m.Hint, usage)}
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
		case "bool", "stringArray", "func":
		default:
			flag.Value = &single{Value: flag.Value}
		}
	})
}

// connection are the flags of the commands that connect to a server.
type connection struct {
	connect string
	timeout time.Duration
}

func (c *connection) register(cmd *cobra.Command) {
	cmd.Flags().StringVar(&c.connect, "connect", "", "`ADDR[:PORT]` to connect to, for a name that does not resolve here")
	cmd.Flags().DurationVar(&c.timeout, "timeout", 15*time.Second, "how long a server may take to answer")
}

// dialer reaches servers as the flags and the proxy variables of the environment say.
func (c *connection) dialer() probe.Dialer {
	return probe.Dialer{
		Connect: c.connect,
		Timeout: c.timeout,
		Proxy: func(u *url.URL) (*url.URL, error) {
			return http.ProxyFromEnvironment(&http.Request{URL: u})
		},
	}
}
