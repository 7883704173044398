package cli

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"os/exec"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"helm-runnertrust/cli/advice"
	"helm-runnertrust/cli/input"
	"helm-runnertrust/cli/pipe"
)

// A cluster is which cluster and namespace Helm is asked about. A plugin is not handed these flags:
// Helm reads them itself, and passes them on in the environment.
type cluster struct {
	namespace, context, kubeconfig string
}

func (c *cluster) register(cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.StringVarP(&c.namespace, "namespace", "n", "", "`namespace` of the release, as for helm")
	flags.StringVar(&c.context, "kube-context", "", "`name` of the kubeconfig's context, as for helm")
	flags.StringVar(&c.kubeconfig, "kubeconfig", "", "`path` of the kubeconfig file, as for helm")
	commandLineOnly(flags, "namespace", "kube-context", "kubeconfig") // Helm has variables of its own for them
}

// clusterOf returns the cluster that a command's flags name.
func clusterOf(cmd *cobra.Command) cluster {
	return cluster{namespace: valueOf(cmd, "namespace"), context: valueOf(cmd, "kube-context"), kubeconfig: valueOf(cmd, "kubeconfig")}
}

// valueOf returns the value of a flag, "" where the command has no such flag.
func valueOf(cmd *cobra.Command, name string) string {
	if flag := cmd.Flag(name); flag != nil {
		return flag.Value.String()
	}
	return ""
}

// args returns the flags for Helm.
func (c cluster) args() []string {
	var args []string
	if c.context != "" {
		args = append(args, "--kube-context", c.context)
	}
	if c.kubeconfig != "" {
		args = append(args, "--kubeconfig", c.kubeconfig)
	}
	return args
}

// namespaceOf returns the namespace that Helm is asked about; "" for that of its kubeconfig.
func (c cluster) namespaceOf(p Process) string {
	namespace, _ := p.Env("HELM_NAMESPACE")
	return cmp.Or(c.namespace, namespace)
}

// namespaceArgs returns Helm's arguments for the namespace.
func (c cluster) namespaceArgs(p Process) []string {
	if namespace := c.namespaceOf(p); namespace != "" {
		return []string{"--namespace", namespace}
	}
	return nil
}

// inEnvironment returns the cluster of this run, also where its flags were Helm's, which passes them
// to a plugin in the environment.
func (c cluster) inEnvironment(p Process) cluster {
	context, _ := p.Env("HELM_KUBECONTEXT")
	c.context = cmp.Or(c.context, context)
	if plugin, _ := p.Env("HELM_PLUGIN_NAME"); plugin != "" && c.kubeconfig == "" {
		// A list of files is none that --kubeconfig takes, so it came from the user's own variable.
		if config, _ := p.Env("KUBECONFIG"); !strings.ContainsRune(config, filepath.ListSeparator) {
			c.kubeconfig = config
		}
	}
	return c
}

// listCommand returns the command that lists the releases of all namespaces, or those of one name.
func (c cluster) listCommand(p Process, filter ...string) string {
	words := append([]string{"helm", "list", "--all-namespaces"}, filter...)
	return advice.Command(append(words, c.inEnvironment(p).args()...)...)
}

// unreachable returns the hint where Helm reaches no cluster.
func (c cluster) unreachable(p Process) string {
	words := []string{"kubectl", "cluster-info"}
	c = c.inEnvironment(p)
	if c.context != "" {
		words = append(words, "--context", c.context)
	}
	if c.kubeconfig != "" {
		words = append(words, "--kubeconfig", c.kubeconfig)
	}
	return "see whether the cluster of the kubeconfig in use answers: " + advice.Command(words...)
}

// otherHelm is the hint where the Helm that is asked is none.
const otherHelm = "give the path of Helm in the variable HELM_BIN"

// helmError returns an error of running Helm; hint is for one that Helm itself reports.
func helmError(what string, err error, hint string) error {
	if _, ok := errors.AsType[*exec.Error](err); ok {
		hint = otherHelm
	}
	return &advice.Error{What: what, Err: err, Hint: hint}
}

// releaseCommand returns a release as one types it for Helm, with its namespace and its cluster.
func releaseCommand(p Process, release string, c cluster) string {
	words := append([]string{release}, c.namespaceArgs(p)...)
	return advice.Command(append(words, c.inEnvironment(p).args()...)...)
}

// getManifest returns the manifests of a release.
func getManifest(p Process, release string, c cluster) ([]byte, error) {
	args := append([]string{"get", "manifest", release}, c.namespaceArgs(p)...)
	stream, err := helm(p, append(args, c.args()...)...)
	if err == nil {
		return stream, nil
	}
	hint := c.unreachable(p)
	if strings.Contains(err.Error(), "release: not found") {
		hint = "look for its namespace: " + c.listCommand(p, "--filter", "^"+release+"$")
	}
	return nil, helmError(fmt.Sprintf("cannot read release %q with Helm", release), err, hint)
}

// helm runs the Helm that runs us; its error is what that wrote to stderr, or an [exec.Error] of what
// kept it from starting.
func helm(p Process, args ...string) ([]byte, error) {
	var stderr bytes.Buffer
	cmd := helmCommand(context.Background(), p, args...)
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil && cmd.Process == nil {
		return nil, pipe.CannotStart(cmd.Args[0], err)
	}
	if words := bytes.TrimSpace(stderr.Bytes()); err != nil && len(words) > 0 {
		err = errors.New(input.HideUsers(strings.ReplaceAll(string(words), "\n", "; ")))
	}
	return out, err
}

// helmCommand returns a run of that Helm, which ends with the context at the latest.
func helmCommand(ctx context.Context, p Process, args ...string) *exec.Cmd {
	bin, _ := p.Env("HELM_BIN")
	return exec.CommandContext(ctx, cmp.Or(bin, "helm"), args...)
}
