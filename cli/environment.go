package cli

import (
	"errors"
	"maps"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// environment begins the names of the variables that are ours.
const environment = "RUNNERTRUST_"

// installerVariables are those of install-binary.sh.
var installerVariables = []string{"RUNNERTRUST_BIN_DIR", "RUNNERTRUST_NO_LINK", "RUNNERTRUST_RELEASES"}

// variable is the environment variable of a flag.
func variable(flag string) string {
	return environment + strings.ToUpper(strings.ReplaceAll(flag, "-", "_"))
}

// readEnvironment sets the flags that the command line leaves out. A certificate is no plain value,
// so sources reads its variable.
func (p *program) readEnvironment(flags *pflag.FlagSet) error {
	var faults []error
	flags.VisitAll(func(flag *pflag.Flag) {
		name := variable(flag.Name)
		value, found := p.Env(name)
		if !found || value == "" || flag.Changed || flag.Annotations[commandLineOnly] != nil || flag.Name == "help" {
			return
		}
		if isExcluded(flags, flag.Name) {
			return
		}
		if holdsCertificate(value) {
			faults = append(faults, noValue("environment variable "+name, flag.Name, value))
			return
		}
		if err := flags.Set(flag.Name, value); err != nil {
			if invalid := (*pflag.InvalidValueError)(nil); errors.As(err, &invalid) {
				err = invalid.Unwrap()
			}
			faults = append(faults, p.invalidValue("environment variable "+name, flag, value, err))
		}
	})
	return errors.Join(faults...)
}

// warnUnknownVariables tells of variables with our prefix that no command reads.
func (p *program) warnUnknownVariables(root *cobra.Command) {
	var known []string
	for _, variable := range p.Environ {
		name, _, _ := strings.Cut(variable, "=")
		if !strings.HasPrefix(name, environment) {
			continue
		}
		if known == nil {
			known = knownVariables(root)
		}
		if slices.Contains(known, name) {
			continue
		}
		hint := "the variables are those of the flags: see " + root.CommandPath() + " --help"
		if meant := nearest(strings.TrimPrefix(name, environment), withoutPrefix(known)); meant != "" {
			hint = "did you mean " + environment + meant + "?"
		}
		p.message("warning", "environment variable "+name+": nothing reads it", hint)
	}
}

// knownVariables are those of all commands and of the installer, sorted.
func knownVariables(root *cobra.Command) []string {
	known := map[string]bool{}
	for _, name := range installerVariables {
		known[name] = true
	}
	for _, cmd := range append(root.Commands(), root) {
		for _, flag := range flagNames(cmd) {
			known[variable(flag)] = true
		}
	}
	return slices.Sorted(maps.Keys(known))
}

func withoutPrefix(variables []string) (names []string) {
	for _, variable := range variables {
		names = append(names, strings.TrimPrefix(variable, environment))
	}
	return names
}
