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

// flagOf is the flag of a variable.
func flagOf(variable string) string {
	return strings.ToLower(strings.ReplaceAll(strings.TrimPrefix(variable, environment), "_", "-"))
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
	var known, ofFlags []string
	for _, variable := range p.Environ {
		name, _, _ := strings.Cut(variable, "=")
		if !strings.HasPrefix(name, environment) {
			continue
		}
		if known == nil {
			known, ofFlags = variables(root)
		}
		if slices.Contains(known, name) {
			continue
		}
		hint := "the variables are those of the flags: see " + root.CommandPath() + " --help"
		if slices.Contains(ofFlags, name) {
			hint = "no variable sets this flag: give --" + flagOf(name) + " on the command line"
		} else if meant := nearest(strings.TrimPrefix(name, environment), withoutPrefix(known)); meant != "" {
			hint = "did you mean " + environment + meant + "?"
		}
		p.message("warning", "environment variable "+name+": nothing reads it", hint)
	}
}

// variables are those that a command or the installer reads, and those that the flags would have,
// of which some are for the command line only; both sorted.
func variables(root *cobra.Command) (known, ofFlags []string) {
	read, flags := map[string]bool{variable(certFlag): true}, map[string]bool{}
	for _, name := range installerVariables {
		read[name] = true
	}
	for _, cmd := range append(root.Commands(), root) {
		cmd.Flags().VisitAll(func(flag *pflag.Flag) {
			flags[variable(flag.Name)] = true
			if flag.Annotations[commandLineOnly] == nil && flag.Name != "help" {
				read[variable(flag.Name)] = true
			}
		})
	}
	return slices.Sorted(maps.Keys(read)), slices.Sorted(maps.Keys(flags))
}

func withoutPrefix(variables []string) (names []string) {
	for _, variable := range variables {
		names = append(names, strings.TrimPrefix(variable, environment))
	}
	return names
}
