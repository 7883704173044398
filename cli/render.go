package cli

import (
	"bytes"
	"io"
	"os"
	"path/filepath"

	"github.com/aymanbagabas/go-udiff"
	"github.com/spf13/cobra"

	"helm-runnertrust/cli/advice"
	"helm-runnertrust/cli/input"
	"helm-runnertrust/cli/output"
	"helm-runnertrust/cli/release"
	"helm-runnertrust/render"
	"helm-runnertrust/render/redact"
	"helm-runnertrust/render/yamledit"
)

func renderCommand(p Process) *cobra.Command {
	var flags filterFlags
	var from manifestFlags
	var diff, showSecrets, detailed bool
	cmd := &cobra.Command{
		Use:   "render [-f FILE | --release NAME]",
		Short: "Show what the post-renderer makes of manifests",
		Long: `Show what the post-renderer makes of manifests: of a file, of stdin, or of a
release that is in the cluster.`,
		Example: `  helm template gitlab gitlab/gitlab -f values.yaml |
      helm runnertrust render --cert=gitlab.crt --diff
  helm runnertrust render --release gitlab --cert=gitlab.crt --diff`,
		Args: noArguments,
		RunE: func(cmd *cobra.Command, _ []string) error {
			before, context, err := from.read(p, cmd)
			if err != nil {
				return err
			}
			after, err := filterStream(p, cmd, yamledit.Split(before), &flags, context)
			if err != nil {
				return err
			}
			return writeRendered(p, from.name(), before, bytes.Join(after, nil), diff, showSecrets, detailed)
		},
	}
	from.register(cmd)
	cmd.MarkFlagsMutuallyExclusive("file", "release")
	flags.register(cmd.Flags())
	cmd.Flags().BoolVar(&diff, "diff", false, "print a unified diff instead of the manifests")
	cmd.Flags().BoolVar(&showSecrets, "show-secrets", false, "show all values in the diff: those of variables, arguments, scripts, data and comments may be secrets")
	cmd.Flags().BoolVar(&detailed, "detailed-exitcode", false, "exit with 2 when there are changes")
	return cmd
}

// writeRendered writes the manifests or the diff. The diff is in colour where a person looks at it,
// unless they do not want that (https://no-color.org).
func writeRendered(p Process, name string, before, after []byte, diff, showSecrets, detailed bool) error {
	out := after
	if diff {
		afterName := name + " (with runnertrust)"
		text := ""
		if showSecrets {
			text = udiff.Unified(name, afterName, string(before), string(after))
		} else {
			var err error
			if text, err = redact.Diff(name, afterName, before, after, render.JobsScript()); err != nil {
				return err
			}
		}
		out = output.Diff(text, p.Env("NO_COLOR") == "" && output.IsTerminal(p.Stdout))
	}
	write := p.print.write
	if detailed {
		write = p.print.writeIfOpen
	}
	if err := write(out); err != nil {
		return err
	}
	if detailed && !bytes.Equal(before, after) {
		return exitCode(exitChanges)
	}
	return nil
}

// manifestFlags are where manifests come from: a file, stdin, or a release.
type manifestFlags struct {
	file, release string
	cluster       release.Cluster
}

func (f *manifestFlags) register(cmd *cobra.Command) {
	cmd.Flags().StringVarP(&f.file, "file", "f", "", "`file` with manifests; - is stdin")
	cmd.Flags().StringVar(&f.release, "release", "", "`name` of a release in the cluster, read with helm get manifest")
	flags, c := cmd.Flags(), &f.cluster // as Helm has them
	flags.StringVarP(&c.Namespace, "namespace", "n", "", "`namespace` of the release, as for helm")
	flags.StringVar(&c.Context, "kube-context", "", "`name` of the kubeconfig's context, as for helm")
	flags.StringVar(&c.Kubeconfig, "kubeconfig", "", "`path` of the kubeconfig file, as for helm")
	commandLineOnly(flags, "namespace", "kube-context", "kubeconfig") // Helm has variables of its own for them
}

// name returns where the manifests come from, as messages have it.
func (f *manifestFlags) name() string {
	switch {
	case f.release != "":
		return "release " + f.release
	case f.isFile():
		return f.file
	}
	return "stdin"
}

func (f *manifestFlags) isFile() bool { return f.file != "" && f.file != "-" }

// read returns the manifests, and the context of hints about them.
func (f *manifestFlags) read(p Process, cmd *cobra.Command) (stream []byte, context advice.Context, err error) {
	for _, name := range []string{"file", "release"} { // an empty one is one that a script failed to fill in
		if cmd.Flags().Changed(name) && cmd.Flag(name).Value.String() == "" {
			return nil, context, &advice.Error{What: "--" + name + " is empty", Hint: "name the " + name + ", or leave the flag out to read stdin"}
		}
	}
	switch {
	case f.release != "":
		context.Release = p.helm(f.cluster).Typed(f.release)
		stream, err = p.helm(f.cluster).Manifests(f.release)
	case f.isFile():
		stream, err = readManifests(f.file)
	case output.IsTerminal(p.Stdin):
		command := cmd.CommandPath()
		return nil, context, &advice.Error{What: "there are no manifests",
			Hint: "name a file or a release: " + command + " -f FILE, or " + command + " --release NAME"}
	default:
		if stream, err = io.ReadAll(p.Stdin); err != nil {
			err = &advice.Error{What: "cannot read the manifests from stdin", Err: err}
		}
	}
	if err != nil {
		return nil, context, err
	}
	if name := f.name(); len(bytes.TrimSpace(stream)) == 0 { // which a command before us that failed leaves behind
		hint := "make it again: helm template NAME CHART > manifests.yaml"
		if name == "stdin" {
			hint = "the command before the pipe has failed, or wrote nothing: see what it says without the pipe"
		}
		return nil, context, &advice.Error{What: name + " is empty", Hint: hint}
	}
	return stream, context, nil
}

// readManifests reads manifests from a file or a pipe.
func readManifests(path string) ([]byte, error) {
	if _, err := os.Stat(filepath.Join(path, "Chart.yaml")); err == nil {
		return nil, &advice.Error{What: path + " is a chart, not manifests", Hint: "render the chart first: helm template " + advice.Quote(path) + " > manifests.yaml"}
	}
	stream, err := input.Read(path, 0)
	if err != nil {
		return nil, &advice.Error{What: "cannot read the manifests of " + path, Err: input.WithoutPath(err),
			Hint: "check the path and its permissions"}
	}
	return stream, nil
}
