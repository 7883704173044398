package cli

import (
	"errors"
	"fmt"

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

// excludes are the flags that go only one without the others.
var excludes = map[string][]string{"all": {"file", "release"}, "file": {"all", "release"}, "release": {"all", "file"}}

// completeFlags reads the flags that the environment sets, and checks all of them.
func (p *program) completeFlags(cmd *cobra.Command) error {
	return errors.Join(p.readEnvironment(cmd.Flags()), checkURLs(cmd.Flags()), p.checkExcluded(cmd))
}

// checkExcluded refuses flags of which one would be ignored.
func (p *program) checkExcluded(cmd *cobra.Command) error {
	flags := cmd.Flags()
	for _, name := range []string{"all", "file"} {
		for _, other := range excludes[name] {
			if flags.Changed(name) && flags.Changed(other) {
				return &hinted{what: fmt.Sprintf("--%s and --%s exclude each other", name, other),
					hint: fmt.Sprintf("give one of them: %[1]s %[2]s, or %[1]s %[3]s",
						cmd.CommandPath(), typedFlag(flags.Lookup(name)), typedFlag(flags.Lookup(other)))}
			}
		}
	}
	return nil
}

// typedFlag is a flag as it was given.
func typedFlag(flag *pflag.Flag) string {
	if flag.Value.Type() == "bool" {
		return "--" + flag.Name
	}
	return "--" + flag.Name + "=" + trust.Printable(flag.Value.String())
}

// sources are the certificates of --cert, else of RUNNERTRUST_CERT; none where neither is given.
func (p *program) sources(certs []string) ([]trust.Source, error) {
	if len(certs) == 0 {
		if value, _ := p.Env(variable(certFlag)); value != "" {
			return p.files().loadText(variable(certFlag), value)
		}
		return nil, nil
	}
	var all []trust.Source
	var faults []error
	for _, cert := range certs {
		sources, err := p.files().load(cert)
		all, faults = append(all, sources...), append(faults, err)
	}
	return all, errors.Join(faults...)
}
