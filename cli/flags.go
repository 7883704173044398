package cli

import (
	"errors"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"helm-runnertrust/render"
	"helm-runnertrust/trust"
)

// filterFlags are the flags of the filter and of render.
type filterFlags struct {
	certs   []string
	options render.Options
	pipe    string // another post-renderer's command line
	piped   bool   // there is one
}

func (f *filterFlags) register(flags *pflag.FlagSet) {
	registerCert(flags, &f.certs, "certificate `[HOST=]PATH`: a PEM, DER or PKCS#7 file, or a folder of <host>.crt (repeatable)")
	f.registerSources(flags)
	flags.StringVar(&f.options.CertsDir, "certs-dir", "",
		"`directory` to mount at, instead of the one derived from the runner's uid and HOME")
	flags.StringVar(&f.options.Deployment, "deployment", "",
		"`name` of the runner's Deployment, instead of any with the variable CI_SERVER_URL")
	flags.StringVar(&f.options.ConfigMapName, "configmap-name", "",
		"`name` of the ConfigMap, instead of <deployment>-certs")
	flags.BoolVar(&f.options.AllowNoRunner, "allow-no-runner", false,
		"pass manifests without a runner through unchanged")
	flags.StringVar(&f.pipe, "pipe", "", "run another post-renderer after this one: `'CMD ARG…'`, without a shell")
	fromCommandLine(flags, "pipe") // a variable must not run programs
	flags.BoolVar(&f.options.Force, "force", false,
		"accept a certificate that is expired, not yet valid, or for another host")
}

// registerCert registers --cert.
func registerCert(flags *pflag.FlagSet, certs *[]string, usage string) {
	flags.StringArrayVar(certs, certFlag, nil, usage)
	fromCommandLine(flags, certFlag)
}

func fromCommandLine(flags *pflag.FlagSet, name string) {
	flags.Lookup(name).Annotations = map[string][]string{commandLineOnly: {"true"}}
}

const certFlag = "cert"

// commandLineOnly marks flags that no variable may set: what is asked for in one place must not
// hold everywhere.
const commandLineOnly = "command line only"

// exclusive are the flags of which one goes at a time.
var exclusive = []string{"all", "all-in", "file", "release"}

// markExclusive has completion offer none of them beside another.
func markExclusive(cmd *cobra.Command) {
	cmd.MarkFlagsMutuallyExclusive(slices.DeleteFunc(slices.Clone(exclusive), func(name string) bool {
		return cmd.Flags().Lookup(name) == nil
	})...)
}

// isExcluded reports whether a flag that is not given is excluded by one that is.
func isExcluded(flags *pflag.FlagSet, name string) bool {
	return slices.Contains(exclusive, name) && slices.ContainsFunc(exclusive, flags.Changed)
}

// completeFlags reads the flags that the environment sets, and checks all of them.
func (p *program) completeFlags(cmd *cobra.Command) error {
	return errors.Join(p.readEnvironment(cmd.Flags()), checkURLs(cmd.Flags()), p.checkExcluded(cmd))
}

// checkExcluded refuses flags of which one would be ignored.
func (p *program) checkExcluded(cmd *cobra.Command) error {
	var given, commands []string
	for _, name := range exclusive {
		if !cmd.Flags().Changed(name) {
			continue
		}
		words := []string{typedFlag(cmd.Flag(name))}
		switch where := p.inCluster(clusterOf(cmd)); name {
		case "all":
			if where.namespace != "" {
				words = []string{"--all-in=" + where.namespace} // Helm would keep --namespace to itself
			}
			words = append(words, where.args()...)
		case "all-in":
			words = append(words, where.args()...)
		case "release":
			words = append(append(words, p.namespaceArgs(where)...), where.args()...)
		}
		given, commands = append(given, "--"+name), append(commands, cmd.CommandPath()+" "+typed(words...))
	}
	if len(given) < 2 {
		return nil
	}
	return &hinted{what: strings.Join(given, " and ") + " exclude each other", hint: "give one of them: " + strings.Join(commands, ", or ")}
}

// typedFlag is a flag as it was given.
func typedFlag(flag *pflag.Flag) string {
	if flag.Value.Type() == "bool" {
		return "--" + flag.Name
	}
	value := flag.Value.String()
	if mayHoldPassword(value) {
		value = trust.PrintableURL(value)
	}
	return "--" + flag.Name + "=" + value
}

// sources are the certificates of --cert, else of RUNNERTRUST_CERT; none where neither is given.
func (p *program) sources(certs []string) ([]render.Source, error) {
	if len(certs) == 0 {
		if value, _ := p.Env(variable(certFlag)); value != "" {
			return p.files().loadText(variable(certFlag), value)
		}
		return nil, nil
	}
	var all []render.Source
	var faults []error
	for _, cert := range certs {
		sources, err := p.files().load(cert)
		all, faults = append(all, sources...), append(faults, err)
	}
	return all, errors.Join(faults...)
}
