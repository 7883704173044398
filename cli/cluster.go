package cli

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"os/exec"
	"strings"

	"github.com/spf13/cobra"
)

// cluster is which cluster and namespace Helm is asked about. As a plugin we are not handed these
// flags: Helm reads them itself, and tells what they say in the environment.
type cluster struct {
	namespace, context, kubeconfig string
}

func (c *cluster) register(cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.StringVarP(&c.namespace, "namespace", "n", "", "`namespace` of the release, as for helm")
	flags.StringVar(&c.context, "kube-context", "", "`name` of the kubeconfig's context, as for helm")
	flags.StringVar(&c.kubeconfig, "kubeconfig", "", "`path` of the kubeconfig file, as for helm")
	for _, name := range []string{"namespace", "kube-context", "kubeconfig"} {
		fromCommandLine(flags, name) // Helm has variables of its own for them
	}
}

// clusterOf is the cluster that a command's flags name.
func clusterOf(cmd *cobra.Command) cluster {
	return cluster{namespace: valueOf(cmd, "namespace"), context: valueOf(cmd, "kube-context"), kubeconfig: valueOf(cmd, "kubeconfig")}
}

// args are the flags for Helm.
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

// manifest is the manifests of a release.
func (p *program) manifest(in input) ([]byte, error) {
	stream, err := p.helm(append([]string{"get", "manifest"}, append(p.inNamespace(in), in.cluster.args()...)...)...)
	if err == nil {
		return stream, nil
	}
	return nil, &hinted{what: fmt.Sprintf("cannot read release %q with Helm", in.release), err: err,
		hint: helmHint(err, p.releaseHint(in, err.Error()))}
}

// otherHelm is what to do where the Helm that is asked is none.
const otherHelm = "give the path of Helm in the variable HELM_BIN"

// helmHint is what to do about an error of helm; said is that for one that Helm itself said.
func helmHint(err error, said string) string {
	if silent := (*exec.Error)(nil); errors.As(err, &silent) {
		return otherHelm
	}
	return said
}

// inNamespace is a release in Helm's arguments.
func (p *program) inNamespace(in input) []string {
	return append([]string{in.release}, p.namespaceArgs(in.cluster)...)
}

// namespaceArgs are Helm's arguments for the namespace.
func (p *program) namespaceArgs(c cluster) []string {
	namespace, _ := p.Env("HELM_NAMESPACE")
	if namespace = cmp.Or(c.namespace, namespace); namespace != "" {
		return []string{"--namespace", namespace}
	}
	return nil
}

// releaseHint is what to do about what Helm said of a release.
func (p *program) releaseHint(in input, said string) string {
	if strings.Contains(said, "release: not found") {
		return "look for its namespace: " + p.typedList(in.cluster, "--filter", "^"+in.release+"$")
	}
	return p.clusterHint(in.cluster)
}

// clusterHint is what to do where Helm reaches no cluster.
func (p *program) clusterHint(c cluster) string {
	command := []string{"kubectl", "cluster-info"}
	c = p.inCluster(c)
	if c.context != "" {
		command = append(command, "--context", c.context)
	}
	if c.kubeconfig != "" {
		command = append(command, "--kubeconfig", c.kubeconfig)
	}
	return "see whether the cluster of the kubeconfig in use answers: " + typed(command...)
}

// helm runs the Helm that runs us; its error is what it said, or an [exec.Error] of what kept it
// from starting.
func (p *program) helm(args ...string) ([]byte, error) {
	var stderr bytes.Buffer
	cmd := p.helmCommand(context.Background(), args...)
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil && cmd.Process == nil {
		return nil, cannotStart(cmd.Args[0], err)
	}
	if said := bytes.TrimSpace(stderr.Bytes()); err != nil && len(said) > 0 {
		err = errors.New(withoutUsers(string(said)))
	}
	return out, err
}

// helmCommand is a run of that Helm, which ends with the context at the latest.
func (p *program) helmCommand(ctx context.Context, args ...string) *exec.Cmd {
	helm, _ := p.Env("HELM_BIN")
	return exec.CommandContext(ctx, cmp.Or(helm, "helm"), args...)
}
