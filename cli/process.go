package cli

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/net/http/httpproxy"

	"helm-runnertrust/cli/advice"
	"helm-runnertrust/cli/input"
	"helm-runnertrust/cli/output"
	"helm-runnertrust/cli/release"
	"helm-runnertrust/render"
	"helm-runnertrust/trust/probe"
)

// A Process is what a run of the program has of its surroundings.
type Process struct {
	Name    string   // that it was called by; "" for Helm's plugin
	Args    []string // without the program's name
	Env     func(name string) string
	Environ []string // NAME=value, to look for misspelt names in; nil does not look
	Stdin   io.Reader
	Stdout  io.Writer
	Stderr  io.Writer
	Now     time.Time
	Plugin  []byte // plugin.yaml, which has the version

	Grace time.Duration // for the program of --pipe to end after a signal; 0 is five seconds

	print *printer
}

// pluginName is the name in postrenderer/plugin.yaml.
const pluginName = "helm-runnertrust"

// messagesVariable names the file for messages of the post-renderer that Helm would drop.
const messagesVariable = "RUNNERTRUST_MESSAGES"

// calledAs returns what a person types to call the program.
func (p Process) calledAs() string {
	if p.Env("HELM_PLUGIN_NAME") != "" || p.Name == "" || isHelm(parentProcess()) {
		return advice.Program
	}
	if advice.IsPlain(filepath.ToSlash(p.Name)) { // the separators of Windows mean nothing to its shells
		return p.Name
	}
	return advice.Quote(p.Name)
}

// parentProcess returns the folder of the parent's process, where the system has such.
func parentProcess() string { return fmt.Sprintf("/proc/%d", os.Getppid()) }

// isHelm reports whether a process is Helm, by the name of its program.
func isHelm(process string) bool {
	name, err := os.ReadFile(process + "/comm")
	return err == nil && strings.HasPrefix(string(name), "helm")
}

// repeat writes messages to where Helm's own go: Helm 4 throws away what a post-renderer writes to
// stderr (runPostrenderer in internal/plugin, v4.3.1), Helm 3 shows it only when the post-renderer
// fails (pkg/postrender/exec.go, v3.22.0). What cannot be repeated is still on our own stderr.
func (p Process) repeat(text string, filtering bool, code int) {
	name := p.Env("HELM_PLUGIN_NAME")
	if text == "" || !filtering && name != pluginName {
		return
	}
	if path := p.Env("RUNNERTRUST_MESSAGES"); path != "" && (name == pluginName || code == exitDone) && appendMessages(path, text) == nil {
		return
	}
	parent := parentProcess()
	if name != pluginName && (code != exitDone || !isHelm(parent)) {
		return
	}
	for _, path := range []string{parent + "/fd/2", "/dev/tty"} {
		if output.Repeat(p.Stderr, path, text) {
			return
		}
	}
}

// helm returns the Helm that runs us.
func (p Process) helm(c release.Cluster) release.Helm { return release.Helm{Cluster: c, Env: p.Env} }

// appendMessages writes messages to the file that runHelm made.
func appendMessages(path, text string) error {
	file, err := os.OpenFile(path, os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	_, err = file.WriteString(text)
	return errors.Join(err, file.Close())
}

// sources returns the certificates of --cert, else of RUNNERTRUST_CERT; none where there is neither.
func (p Process) sources(certs []string) ([]render.Source, error) {
	if value := p.Env(input.CertVariable); len(certs) == 0 && value != "" {
		return input.LoadText(input.CertVariable, value)
	}
	return input.LoadAll(certs)
}

// connection are the flags of the commands that connect to a server.
type connection struct {
	connect string
	timeout time.Duration
}

func (c *connection) register(cmd *cobra.Command) {
	cmd.Flags().StringVar(&c.connect, "connect", "", "`ADDR[:PORT]` to connect to, for a name that does not resolve here")
	cmd.Flags().DurationVar(&c.timeout, "timeout", 15*time.Second, "how long a server may take to answer")
}

// dialer reaches servers as the flags and the proxy variables of the environment say.
func (c *connection) dialer() probe.Dialer {
	return probe.Dialer{Connect: c.connect, Timeout: c.timeout, Proxy: httpproxy.FromEnvironment().ProxyFunc()}
}
