package cli

import (
	"errors"
	"fmt"
	"regexp"
	"runtime"
	"runtime/debug"

	"github.com/spf13/cobra"
)

func (p *program) versionCommand() *cobra.Command {
	return &cobra.Command{
		Use:     "version",
		Short:   "Print the version, the commit and Go's version",
		Example: `  helm runnertrust version`,
		Args:    p.noArguments,
		RunE:    func(*cobra.Command, []string) error { return p.printVersion() },
	}
}

// registerVersion makes --version of the root command print what version does.
func (p *program) registerVersion(root *cobra.Command) {
	printed := root.Flags().Bool("version", false, "print the version, the commit and Go's version")
	fromCommandLine(root.Flags(), "version")
	run := root.RunE
	root.RunE = func(cmd *cobra.Command, args []string) error {
		if *printed {
			return p.printVersion()
		}
		return run(cmd, args)
	}
}

// printVersion writes the version, as the first word, and what it was built from.
func (p *program) printVersion() error {
	found := regexp.MustCompile(`(?m)^version: (\S+)$`).FindSubmatch(p.Plugin)
	if found == nil {
		return errors.New("plugin.yaml has no version")
	}
	return p.write(fmt.Appendf(nil, "%s (commit %s, %s %s/%s)\n",
		found[1], commit(), runtime.Version(), runtime.GOOS, runtime.GOARCH))
}

// commit is the first 12 digits of the commit that the program was built from,
// with "-dirty" when there were changes, or "unknown".
func commit() string {
	revision, dirty := "unknown", ""
	build, _ := debug.ReadBuildInfo()
	if build == nil {
		return revision
	}
	for _, setting := range build.Settings {
		switch {
		case setting.Key == "vcs.revision" && len(setting.Value) >= 12:
			revision = setting.Value[:12]
		case setting.Key == "vcs.modified" && setting.Value == "true":
			dirty = "-dirty"
		}
	}
	return revision + dirty
}
