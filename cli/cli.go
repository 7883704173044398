// Package cli is the command line: flags, environment, files, messages, hints, exit codes. What the
// commands do is in the packages render, trust and trust/probe.
package cli

import (
	"bytes"
	"errors"
	"io"
	"os"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/term"
)

// A Process is what a run of the program has of its surroundings.
type Process struct {
	Name    string   // that it was called by; "" for Helm's plugin
	Args    []string // without the program's name
	Env     func(name string) (value string, found bool)
	Environ []string // NAME=value, to look for misspelt names in; nil does not look
	Stdin   io.Reader
	Stdout  io.Writer
	Stderr  io.Writer
	Now     time.Time
	Plugin  []byte // plugin.yaml, which has the version

	Patience time.Duration // with a pipe as a file that says nothing; 0 is a minute
	Grace    time.Duration // for the program of --pipe to end after a signal; 0 is five seconds
}

// The exit codes.
const (
	exitDone    = 0
	exitError   = 1
	exitChanges = 2 // with --detailed-exitcode
)

// errChanges ends a run with exitChanges.
var errChanges = errors.New("changes")

// Run executes one command line and returns its exit code. Results go to Stdout in one piece,
// messages to Stderr. The filter's result is there only when everything went well; verify reports
// what fails, and then fails.
func Run(process Process) int {
	p := &program{Process: process}
	return p.execute()
}

func (p *program) execute() int {
	root := p.rootCommand()
	root.SetArgs(append([]string{}, p.Args...)) // nil would be os.Args
	root.SetIn(p.Stdin)
	root.SetOut(p.Stdout)
	root.SetErr(p.Stderr)
	cmd, err := root, checkArguments(p.Args)
	if err == nil {
		cmd, err = root.ExecuteC()
	} else if found, _, findErr := root.Find(p.Args); findErr == nil {
		cmd = found
	}
	p.usage = cmd.CommandPath()
	code := exitDone
	switch {
	case errors.Is(err, errChanges):
		code = exitChanges
	case err != nil:
		code = exitError
		p.fail(err)
		p.failInJSON(cmd)
	}
	p.flushMessages(code)
	return code
}

// A program is one run.
type program struct {
	Process
	messages  []string
	notices   []notice      // those of the messages that have a code
	errors    []findingJSON // what failed
	written   bool          // something went to stdout
	filtering bool          // run as a post-renderer: no subcommand
	verifying bool          // run as verify
	usage     string        // the command that was called
	release   string        // that the manifests are of, as one types it for Helm
	template  string        // the chart whose templates were given as manifests

	deployments []string // of manifests that have no Deployment of the name that was asked for
	misnamed    bool     // a file of a folder of certificates is not named after a host
	tellsByCode bool     // whoever runs it may want nothing but the exit code
}

func (p *program) rootCommand() *cobra.Command {
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
		Args:          p.noArguments,
		Annotations:   map[string]string{cobra.CommandDisplayNameAnnotation: p.calledAs()},
		SilenceErrors: true,
		SilenceUsage:  true,
		RunE: func(cmd *cobra.Command, _ []string) error {
			p.filtering = true
			return p.filter(cmd, &options)
		},
		PersistentPreRunE: func(cmd *cobra.Command, _ []string) error {
			if p.isCompleting() {
				return nil // a message would be in the way
			}
			p.warnUnknownVariables(cmd.Root())
			if !cmd.HasParent() {
				return nil // a KRM function has no variables, and only stdin tells that it is one
			}
			return p.completeFlags(cmd)
		},
	}
	options.register(root.Flags())
	p.registerVersion(root)
	root.AddCommand(p.renderCommand(), p.fetchCommand(), p.verifyCommand(), p.valuesCommand(),
		p.versionCommand(), p.completionCommand())
	root.SetFlagErrorFunc(p.flagError)
	for _, cmd := range append(root.Commands(), root) {
		markExclusive(cmd)
		if p.isCompleting() { // which reads the flags twice
			p.registerCompletions(cmd)
		} else {
			singleValues(cmd.Flags())
		}
	}
	return root
}

// write puts a whole result on stdout.
func (p *program) write(result []byte) error { return p.writeAll(bytes.NewReader(result)) }

// writeAll is write for a result in several pieces.
func (p *program) writeAll(result io.WriterTo) error {
	p.written = true
	// Whoever starts a service may have all of its streams lead to /dev/null in the same way.
	if !p.tellsByCode && isClosed(p.Stdout) && !isClosed(p.Stderr) {
		return &hinted{what: "cannot write the output: stdout is closed", hint: "to throw the output away, use: >/dev/null"}
	}
	if _, err := result.WriteTo(p.Stdout); err != nil {
		return &hinted{err: err, what: "cannot write the output"}
	}
	return nil
}

// isTerminal reports whether a person sits at the other end of a stream.
func isTerminal(stream any) bool {
	file, ok := stream.(*os.File)
	return ok && term.IsTerminal(int(file.Fd()))
}
