package cli

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"helm-runnertrust/cli/advice"
	"helm-runnertrust/cli/pipe"
	"helm-runnertrust/cli/release"
	"helm-runnertrust/trust"
)

// wrapped are Helm's commands that we call with the post-renderer filled in.
var wrapped = []string{"install", "template", "upgrade"}

func wrapCommand(p Process, name string) *cobra.Command {
	return &cobra.Command{
		Use:   name + " [FLAGS OF THE POST-RENDERER --] ARGUMENTS OF HELM",
		Short: "Run helm " + name + " with the post-renderer filled in",
		Long: `Run helm ` + name + ` with the post-renderer filled in.

The post-renderer's flags stand before --, and Helm's arguments behind it. Without
flags of the post-renderer, no -- is needed. The exit code is Helm's. Warnings and
errors of the post-renderer, some of which Helm drops, are printed at the end.`,
		Example: `  helm runnertrust ` + name + ` --cert=gitlab.crt -- runner gitlab/gitlab-runner -f values.yaml
  helm runnertrust ` + name + ` gitlab gitlab/gitlab -f values.yaml`,
		DisableFlagParsing: true,
		RunE: func(cmd *cobra.Command, args []string) error {
			ours, helms := splitArguments(args)
			isHelp := func(arg string) bool { return arg == "-h" || arg == "--help" }
			if len(args) == 0 {
				return &advice.Error{What: name + " has no arguments", Hint: "name the release and the chart: " + cmd.CommandPath() + " RELEASE CHART; --help says more"}
			}
			if isHelp(args[0]) || slices.ContainsFunc(ours, isHelp) {
				return cmd.Help()
			}
			if err := checkWrapped(cmd, ours, helms); err != nil {
				return err
			}
			filled, err := postRenderer(p, name, ours, helms)
			if err != nil {
				return err
			}
			return runHelm(p, slices.Concat([]string{name}, filled, helms))
		},
	}
}

// splitArguments returns the arguments before and behind --; without it, all are Helm's.
func splitArguments(args []string) (ours, helms []string) {
	if at := slices.Index(args, "--"); at >= 0 {
		return args[:at], args[at+1:]
	}
	return nil, args
}

// ownArguments returns the arguments of a command line that are not Helm's.
func ownArguments(args []string) []string {
	if len(args) == 0 || !slices.Contains(wrapped, args[0]) {
		return args
	}
	ours, _ := splitArguments(args[1:])
	return ours
}

// checkWrapped refuses flags that neither the post-renderer nor Helm has, and those that would make
// another post-renderer of it.
func checkWrapped(cmd *cobra.Command, ours, helms []string) error {
	var options filterFlags
	flags := pflag.NewFlagSet(cmd.Name(), pflag.ContinueOnError)
	flags.Usage = func() {}
	options.register(flags)
	if err := flags.Parse(ours); err != nil {
		return flagError(cmd.Root(), err)
	}
	if err := longDash(flags.Args()); err != nil {
		return err
	}
	if flags.NArg() > 0 {
		return &advice.Error{What: fmt.Sprintf("%q stands before --, where the post-renderer's flags are", flags.Arg(0)),
			Hint: "put Helm's arguments behind --"}
	}
	for _, arg := range helms {
		name, _, _ := strings.Cut(strings.TrimPrefix(arg, "--"), "=")
		switch {
		case !strings.HasPrefix(arg, "--"):
		case name == "post-renderer" || name == "post-renderer-args":
			return &advice.Error{What: "--" + name + " is filled in by this command",
				Hint: "leave it out; to run another post-renderer after this one: --pipe='CMD ARG…' before --"}
		case name != "force" && flags.Lookup(name) != nil: // Helm has a --force too
			if !strings.Contains(arg, "=") && flags.Lookup(name).NoOptDefVal == "" {
				arg += "=…"
			}
			return &advice.Error{What: "--" + name + " is the post-renderer's, and stands among Helm's arguments",
				Hint: "put it before --: " + cmd.CommandPath() + " " + advice.Quote(arg) + " -- HELM'S ARGUMENTS"}
		}
	}
	return nil
}

// postRenderer returns Helm's flags for the post-renderer: to Helm 3 it is a program, to Helm 4 a
// plugin, without which Helm would fail only after it rendered the chart.
func postRenderer(p Process, command string, ours, helms []string) ([]string, error) {
	out, err := p.helm(release.Cluster{}).Output("version", "--template", "{{.Version}}")
	if err != nil {
		return nil, &advice.Error{What: "cannot ask Helm for its version", Err: err, Hint: release.OtherHelm}
	}
	renderer := pluginName
	if strings.HasPrefix(string(out), "v3.") {
		if command == "template" && slices.ContainsFunc(helms, func(arg string) bool { return arg == "--output-dir" || strings.HasPrefix(arg, "--output-dir=") }) {
			return nil, &advice.Error{What: "--output-dir: Helm 3 writes the files before it calls the post-renderer",
				Hint: "leave it out, and write stdout to a file: > manifests.yaml"}
		}
		if renderer, err = os.Executable(); err != nil {
			return nil, &advice.Error{What: "cannot find the path of this program", Err: err}
		}
	} else if plugins, err := p.helm(release.Cluster{}).Output("plugin", "list"); err != nil || !slices.Contains(strings.Fields(string(plugins)), pluginName) {
		return nil, &advice.Error{What: "Helm 4 does not have the post-renderer's plugin, " + pluginName, Err: err,
			Hint: "register it: helm plugin update runnertrust"}
	}
	flags := []string{"--post-renderer", renderer}
	for _, arg := range ours {
		flags = append(flags, "--post-renderer-args="+arg)
	}
	return flags, nil
}

// runHelm runs Helm in our place, and prints the messages that it dropped.
func runHelm(p Process, args []string) error {
	messages, err := os.CreateTemp("", "runnertrust-messages-") // of mode 0600
	if err != nil {
		return &advice.Error{What: "cannot make a file for the post-renderer's messages", Err: err}
	}
	defer func() { _ = os.Remove(messages.Name()) }() // of no use any more
	if err := messages.Close(); err != nil {
		return err
	}
	cmd := p.helm(release.Cluster{}).Run(context.Background(), args...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = p.Stdin, p.Stdout, p.Stderr
	cmd.Env = append(os.Environ(), messagesVariable+"="+messages.Name())
	_, err = pipe.Supervise(cmd, 0)
	text, unread := os.ReadFile(messages.Name())
	if len(text) > 0 {
		p.print.report(string(text))
	}
	if unread != nil {
		p.print.warn(trust.Finding{Message: "cannot read what the post-renderer said: " + unread.Error()})
	}
	if exit, ok := errors.AsType[*exec.ExitError](err); ok {
		return exitCode(pipe.Code(exit))
	}
	if err != nil {
		return &advice.Error{What: "cannot run Helm", Err: err, Hint: release.OtherHelm}
	}
	return nil
}
