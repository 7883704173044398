// Package cli is the command line: a file for each command, flags, environment, messages, exit codes.
// What the commands do is in the packages render, trust and trust/probe.
package cli

import (
	"errors"
	"fmt"
	"regexp"
	"runtime"
	"runtime/debug"
	"slices"

	"github.com/spf13/cobra"

	"helm-runnertrust/cli/input"
)

// Run executes one command line and returns its exit code. Results go to Stdout in one piece,
// messages to Stderr. The filter's result is there only when everything went well; verify reports
// what fails, and then fails.
func Run(process Process) int {
	code, _ := run(process)
	return code
}

// run executes one command line; the printer has the messages.
func run(p Process) (code int, print *printer) {
	p.print = &printer{stdout: p.Stdout, stderr: p.Stderr, hide: func(text string) string { return input.HidePasswords(slices.Concat(p.Args, p.Environ), text) }}
	root := rootCommand(p)
	root.SetArgs(append([]string{}, p.Args...)) // nil would be os.Args
	root.SetIn(p.Stdin)
	root.SetOut(p.Stdout)
	root.SetErr(p.Stderr)
	cmd, err := root, input.RefuseSecret("an argument")
	if !slices.ContainsFunc(ownArguments(p.Args), input.HoldsSecret) {
		cmd, err = root.ExecuteC()
	} else if found, _, findErr := root.Find(p.Args); findErr == nil {
		cmd = found
	}
	ended, isEnded := errors.AsType[exitCode](err)
	switch {
	case isEnded:
		code = int(ended)
	case err != nil:
		code = exitError
		if cmd.Name() == "verify" {
			code = exitOfVerify(err)
		}
		p.print.fail(err, "see "+cmd.CommandPath()+" --help")
		if wantsJSON(p, cmd) {
			p.print.failInJSON()
		}
	}
	p.repeat(p.print.flush(), !cmd.HasParent(), code)
	return code, p.print
}

func rootCommand(p Process) *cobra.Command {
	var options filterFlags
	root := &cobra.Command{
		Use:   "helm-runnertrust [flags] < manifests > manifests",
		Short: "Make GitLab Runners trust their GitLab",
		Long: `Make GitLab Runners trust their GitLab.

Reads the manifests that Helm rendered, adds the certificate of the GitLab
server in a ConfigMap, and mounts it where the runner looks for it.

Every flag but --pipe can be set in the environment too: --certs-dir is
RUNNERTRUST_CERTS_DIR. RUNNERTRUST_CERT takes a path or the PEM text itself.`,
		Example: `  helm upgrade --install gitlab gitlab/gitlab -f values.yaml --post-renderer helm-runnertrust
  helm upgrade --install runner gitlab/gitlab-runner -f values.yaml \
      --post-renderer helm-runnertrust --post-renderer-args --cert=gitlab.crt
  helm-runnertrust --cert=gitlab.crt < rendered.yaml > patched.yaml`,
		Args:          noArguments,
		Annotations:   map[string]string{cobra.CommandDisplayNameAnnotation: p.calledAs()},
		SilenceErrors: true,
		SilenceUsage:  true,
		PersistentPreRunE: func(cmd *cobra.Command, _ []string) error {
			if isCompleting(p) {
				return nil // a message would be in the way
			}
			warnUnknownVariables(p, cmd.Root())
			if !cmd.HasParent() {
				return nil // a KRM function has no variables, and only stdin shows that it is one
			}
			return readEnvironment(p, cmd.Flags())
		},
	}
	options.register(root.Flags())
	wantsVersion := root.Flags().Bool("version", false, "print the version, the commit and Go's version")
	commandLineOnly(root.Flags(), "version")
	root.RunE = func(cmd *cobra.Command, _ []string) error {
		if *wantsVersion {
			return version(p)
		}
		return filter(p, cmd, &options)
	}
	root.AddCommand(renderCommand(p), fetchCommand(p), verifyCommand(p), valuesCommand(p), versionCommand(p))
	for _, name := range wrapped {
		root.AddCommand(wrapCommand(p, name))
	}
	root.SetFlagErrorFunc(flagError)
	for _, cmd := range slices.Concat(root.Commands(), []*cobra.Command{root}) {
		if isCompleting(p) { // which reads the flags twice
			registerCompletions(p, cmd)
		} else {
			singleValues(cmd.Flags())
		}
	}
	return root
}

// wantsJSON reports whether the command line has -o json, also behind what could not be read.
func wantsJSON(p Process, cmd *cobra.Command) bool {
	flag := cmd.Flags().Lookup("output")
	value := p.Env(variable("output"))
	return flag != nil && (flag.Value.String() == "json" || !flag.Changed && (value == "json" || slices.ContainsFunc(p.Args, func(arg string) bool {
		return slices.Contains([]string{"json", "-o=json", "-ojson", "--output=json"}, arg)
	})))
}

func versionCommand(p Process) *cobra.Command {
	return &cobra.Command{
		Use:     "version",
		Short:   "Print the version, the commit and Go's version",
		Example: `  helm runnertrust version`,
		Args:    noArguments,
		RunE:    func(*cobra.Command, []string) error { return version(p) },
	}
}

// version writes the version, as the first word, and what it was built from.
func version(p Process) error {
	found := regexp.MustCompile(`(?m)^version: (\S+)$`).FindSubmatch(p.Plugin)
	if found == nil {
		return errors.New("plugin.yaml has no version")
	}
	return p.print.write(fmt.Appendf(nil, "%s (commit %s, %s %s/%s)\n", found[1], commit(), runtime.Version(), runtime.GOOS, runtime.GOARCH))
}

// commit returns the first 12 digits of the commit that the program was built from, with "-dirty"
// when there were changes, or "unknown".
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
