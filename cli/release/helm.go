// Package release asks Helm about releases, and kubectl about objects that releases do not have. It prints
// nothing.
package release

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"

	"helm-runnertrust/cli/advice"
	"helm-runnertrust/cli/input"
	"helm-runnertrust/cli/pipe"
)

// A Cluster is which cluster and namespace Helm is asked about, by flags. A plugin is not handed those of
// Helm: Helm reads them itself, and passes them on in the environment.
type Cluster struct{ Namespace, Context, Kubeconfig string }

// A Helm is the Helm that runs us, asked about a cluster.
type Helm struct {
	Cluster
	Env func(name string) string
}

// given returns flags, each followed by its value, without those that have none.
func given(flags ...string) (words []string) {
	for flag := range slices.Chunk(flags, 2) {
		if flag[1] != "" {
			words = append(words, flag...)
		}
	}
	return words
}

// NamespaceOf returns the namespace that Helm is asked about; "" for that of its kubeconfig.
func (h Helm) NamespaceOf() string { return cmp.Or(h.Namespace, h.Env("HELM_NAMESPACE")) }

// Scoped returns Helm's arguments with those for the namespace and the cluster.
func (h Helm) Scoped(args ...string) []string {
	return append(args, given("--namespace", h.NamespaceOf(), "--kube-context", h.Context, "--kubeconfig", h.Kubeconfig)...)
}

// inEnvironment returns the cluster of this run, also where its flags were Helm's, which passes them
// to a plugin in the environment.
func (h Helm) inEnvironment() Helm {
	h.Context = cmp.Or(h.Context, h.Env("HELM_KUBECONTEXT"))
	if h.Env("HELM_PLUGIN_NAME") != "" && h.Kubeconfig == "" {
		// A list of files is none that --kubeconfig takes, so it came from the user's own variable.
		if config := h.Env("KUBECONFIG"); !strings.ContainsRune(config, filepath.ListSeparator) {
			h.Kubeconfig = config
		}
	}
	return h
}

// ListCommand returns the command that lists the releases of all namespaces, or those of one name.
func (h Helm) ListCommand(filter ...string) string {
	h = h.inEnvironment()
	cluster := given("--kube-context", h.Context, "--kubeconfig", h.Kubeconfig)
	return advice.Command(slices.Concat([]string{"helm", "list", "--all-namespaces"}, filter, cluster)...)
}

// unreachable returns the hint where Helm reaches no cluster.
func (h Helm) unreachable() string {
	h = h.inEnvironment()
	words := given("--context", h.Context, "--kubeconfig", h.Kubeconfig)
	return "see whether the cluster of the kubeconfig in use answers: " + advice.Command(append([]string{"kubectl", "cluster-info"}, words...)...)
}

// OtherHelm is the hint where the Helm that is asked is none.
const OtherHelm = "give the path of Helm in the variable HELM_BIN"

// helmError returns an error of running Helm; hint is for one that Helm itself reports.
func helmError(what string, err error, hint string) error {
	if _, ok := errors.AsType[*exec.Error](err); ok {
		hint = OtherHelm
	}
	return &advice.Error{What: what, Err: err, Hint: hint}
}

// Typed returns a release as one types it for Helm, with its namespace and its cluster.
func (h Helm) Typed(release string) string {
	return advice.Command(h.inEnvironment().Scoped(release)...)
}

// Manifests returns the manifests of a release.
func (h Helm) Manifests(release string) ([]byte, error) {
	stream, err := h.Output(h.Scoped("get", "manifest", release)...)
	if err == nil {
		return stream, nil
	}
	hint := h.unreachable()
	if strings.Contains(err.Error(), "release: not found") {
		hint = "look for its namespace: " + h.ListCommand("--filter", "^"+release+"$")
	}
	return nil, helmError(fmt.Sprintf("cannot read release %q with Helm", release), err, hint)
}

// Output runs Helm; its error is what that wrote to stderr, or an [exec.Error] of what kept it from
// starting.
func (h Helm) Output(args ...string) ([]byte, error) {
	var stderr bytes.Buffer
	cmd := h.Run(context.Background(), args...)
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

// Run returns a run of Helm, which ends with the context at the latest.
func (h Helm) Run(ctx context.Context, args ...string) *exec.Cmd {
	return exec.CommandContext(ctx, cmp.Or(h.Env("HELM_BIN"), "helm"), args...)
}

// A Release is one of `helm list -o json`.
type Release struct {
	Name      string `json:"name"`
	Namespace string `json:"namespace"`
}

func (r Release) String() string { return r.Namespace + "/" + r.Name }

// List returns the releases of all namespaces, or of the one that the cluster names.
func (h Helm) List() ([]Release, error) {
	args := []string{"list", "--output", "json", "--max", "0"}
	if h.Namespace == "" {
		args = append(args, "--all-namespaces")
	}
	out, err := h.Output(append(args, given("--namespace", h.Namespace, "--kube-context", h.Context, "--kubeconfig", h.Kubeconfig)...)...)
	if err != nil {
		return nil, helmError("cannot list the releases", err, h.unreachable())
	}
	var all []Release
	if err := json.Unmarshal(out, &all); err != nil {
		return nil, &advice.Error{What: "cannot read what helm list says", Err: err, Hint: OtherHelm}
	}
	return all, nil
}
