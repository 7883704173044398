package cli

import (
	"bytes"
	"cmp"
	"io"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"helm-runnertrust/render/yamledit"
)

// input is where manifests come from: a file, stdin, or a release.
type input struct {
	file, release string
	cluster       cluster
}

func (in *input) register(cmd *cobra.Command) {
	cmd.Flags().StringVarP(&in.file, "file", "f", "", "`file` with manifests; - is stdin")
	cmd.Flags().StringVar(&in.release, "release", "", "`name` of a release in the cluster, read with helm get manifest")
	in.cluster.register(cmd)
}

// check refuses an empty name, which a script failed to fill in.
func (in *input) check(cmd *cobra.Command) error {
	for name, value := range map[string]string{"file": in.file, "release": in.release} {
		if cmd.Flags().Changed(name) && value == "" {
			return &hinted{what: "--" + name + " is empty", hint: "name the " + name + ", or leave the flag out to read stdin"}
		}
	}
	return nil
}

// name is the input as messages have it.
func (in *input) name() string {
	switch {
	case in.release != "":
		return "release " + in.release
	case in.isFile():
		return in.file
	}
	return "stdin"
}

// isFile reports whether manifests come from a file.
func (in *input) isFile() bool { return in.file != "" && in.file != "-" }

// read returns the manifests.
func (p *program) read(in input) (stream []byte, err error) {
	switch {
	case in.release != "":
		p.release = p.typedRelease(in)
		stream, err = p.manifest(in)
	case in.isFile():
		stream, err = p.readManifests(in.file)
	case isTerminal(p.Stdin):
		return nil, p.nothingPiped()
	default:
		if stream, err = io.ReadAll(p.Stdin); err != nil {
			err = &hinted{what: "cannot read the manifests from stdin", err: err}
		}
	}
	if err != nil {
		return nil, err
	}
	p.template = templateOf(in, stream)
	return stream, checkManifests(in, stream)
}

// nothingPiped is about a stdin at which a person sits.
func (p *program) nothingPiped() error {
	command := throughHelm + " render --diff"
	if p.verifying {
		command = throughHelm + " verify"
	}
	return &hinted{what: "no manifests are given",
		hint: "name a file or a release: " + command + " -f FILE, or " + command + " --release NAME"}
}

// readManifests reads a file.
func (p *program) readManifests(path string) ([]byte, error) {
	if _, err := os.Stat(filepath.Join(path, "Chart.yaml")); err == nil {
		return nil, &hinted{what: path + " is a chart, not manifests", hint: renderChart(path)}
	}
	stream, err := p.files().read(path, 0)
	if err != nil {
		return nil, &hinted{what: "cannot read the manifests of " + path, err: withoutPath(err),
			hint: cmp.Or(unexpanded("file", "", path), "check the path and its permissions")}
	}
	return stream, nil
}

func (p *program) renderCommand() *cobra.Command {
	var flags filterFlags
	var in input
	var diff, showSecrets, detailed bool
	cmd := &cobra.Command{
		Use:   "render [-f FILE | --release NAME]",
		Short: "Show what the post-renderer makes of manifests",
		Long: `Show what the post-renderer makes of manifests: of a file, of stdin, or of a
release that is in the cluster.`,
		Example: `  helm template gitlab gitlab/gitlab -f values.yaml |
      helm runnertrust render --cert=gitlab.crt --diff
  helm runnertrust render --release gitlab --cert=gitlab.crt --diff`,
		Args: p.noArguments,
		RunE: func(cmd *cobra.Command, _ []string) error {
			p.tellsByCode = detailed
			if err := in.check(cmd); err != nil {
				return err
			}
			before, err := p.read(in)
			if err != nil {
				return err
			}
			result, err := p.run(yamledit.Split(before), flags)
			if err != nil {
				return err
			}
			after := result.Bytes()
			if cmd.Flags().Changed("pipe") {
				if after, err = p.pipeThrough(flags.pipe, result); err != nil {
					return err
				}
			}
			out := after
			if diff {
				out = p.diff(in.name(), before, after, showSecrets)
			}
			if err := p.write(out); err != nil {
				return err
			}
			if detailed && !bytes.Equal(before, after) {
				return errChanges
			}
			return nil
		},
	}
	in.register(cmd)
	flags.register(cmd.Flags())
	cmd.Flags().BoolVar(&diff, "diff", false, "print a unified diff instead of the manifests")
	cmd.Flags().BoolVar(&showSecrets, "show-secrets", false, "show the values of Secrets in the diff")
	cmd.Flags().BoolVar(&detailed, "detailed-exitcode", false, "exit with 2 when there are changes")
	return cmd
}
