package cli

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os/exec"
	"slices"
	"strings"
	"time"

	"helm-runnertrust/cli/advice"
	"helm-runnertrust/cli/pipe"
	"helm-runnertrust/render"
	"helm-runnertrust/render/audit"
)

// A lookup reads what the runners of one release mount and its manifests do not have.
type lookup struct {
	p      Process
	flags  verifyFlags
	stream []byte
}

// maxSources is how many sources of one volume are read for a file.
const maxSources = 8

// judge judges a runner again, with each object that its file may come from added to the manifests
// until the file is known. Else the finding says why, and the object is returned, as one types it
// for kubectl. A runner is judged alone: of an object no more than its own key is read.
func (l lookup) judge(ctx context.Context, at int, r *audit.Runner, options audit.Options) (object string) {
	stream := slices.Clone(l.stream)
	for range maxSources {
		if r.Finding.Code != audit.CodeFileUnknown {
			return ""
		}
		kind, name, isObject := strings.Cut(r.From, "/")
		if !isObject {
			return "" // the node's files, for instance
		}
		words := l.object(kind, name, r.Namespace)
		document, err := l.document(ctx, kind, name, r.Key, r.Namespace, words)
		if err != nil {
			r.Finding.Message += ", and " + err.Error()
			return advice.Command(words...)
		}
		stream = slices.Concat(stream, []byte("\n---\n"), document, []byte("\n"))
		again, err := audit.Run(stream, options)
		if err != nil {
			return advice.Command(words...) // the object is not as the API server would have it
		}
		*r = again[at]
	}
	return ""
}

// object returns the arguments that name an object and its cluster for kubectl.
func (l lookup) object(kind, name, namespace string) []string {
	env := func(name string) string { value, _ := l.p.Env(name); return value }
	c := l.flags.from.cluster.inEnvironment(l.p)
	words := []string{strings.ToLower(kind), name}
	for _, flag := range [][2]string{
		{"--namespace", cmp.Or(namespace, c.namespace, env("HELM_NAMESPACE"))},
		{"--context", c.context},
		{"--kubeconfig", c.kubeconfig},
		{"--server", env("HELM_KUBEAPISERVER")},
		{"--as", env("HELM_KUBEASUSER")},
		{"--certificate-authority", env("HELM_KUBECAFILE")},
		{"--tls-server-name", env("HELM_KUBETLS_SERVER_NAME")},
	} {
		if flag[1] != "" {
			words = append(words, flag[0], flag[1])
		}
	}
	for group := range strings.SplitSeq(env("HELM_KUBEASGROUPS"), ",") {
		if group != "" {
			words = append(words, "--as-group", group)
		}
	}
	if env("HELM_KUBEINSECURE_SKIP_TLS_VERIFY") == "true" {
		words = append(words, "--insecure-skip-tls-verify")
	}
	return words
}

// keyTemplate prints the names of an object's keys, a blank line, and the value of one key, so that no
// other value of a Secret is ever in this process.
const keyTemplate = `{{range $k, $v := .data}}{{$k}}{{"\n"}}{{end}}{{range $k, $v := .binaryData}}{{$k}}{{"\n"}}{{end}}` +
	`{{"\n"}}{{with .data}}{{with index . %q}}{{.}}{{end}}{{end}}`

// document returns the manifest of an object of the cluster with the value of one key; its other keys
// have no value.
func (l lookup) document(ctx context.Context, kind, name, key, namespace string, words []string) ([]byte, error) {
	if token, _ := l.p.Env("HELM_KUBETOKEN"); token != "" {
		return nil, errors.New("kubectl is not asked with a token, which others would see among its arguments")
	}
	if (render.Object{Kind: kind, Name: name, Key: key}).Check() != nil {
		return nil, errors.New("what to read of it is not known")
	}
	args := append([]string{"get"}, words...)
	args = append(args, "--output", "go-template="+fmt.Sprintf(keyTemplate, key))
	// With a --request-timeout, kubectl does not find the API server of the pod that it runs in.
	ctx, cancel := context.WithTimeout(ctx, l.flags.connection.timeout)
	defer cancel()
	out, err := kubectl(ctx, args)
	if err != nil {
		return nil, err
	}
	names, value, _ := strings.Cut("\n"+string(out), "\n\n")
	data := map[string]any{}
	for _, name := range strings.Fields(names) {
		data[name] = nil
	}
	if _, there := data[key]; there && value == "" {
		return nil, fmt.Errorf("its key %s is empty or binary", key)
	} else if there {
		data[key] = value
	}
	about := map[string]string{"name": name}
	if namespace != "" {
		about["namespace"] = namespace
	}
	return json.Marshal(map[string]any{"apiVersion": "v1", "kind": kind, "metadata": about, "data": data})
}

// kubectl runs kubectl. Its error has only what an API server answered: about a template that fails,
// kubectl prints the whole object.
func kubectl(ctx context.Context, args []string) ([]byte, error) {
	var exit *exec.ExitError
	cmd := exec.CommandContext(ctx, "kubectl", args...)
	cmd.WaitDelay = time.Second // for what it started
	out, err := cmd.Output()
	switch {
	case err == nil:
		return out, nil
	case ctx.Err() != nil:
		return nil, errors.New("kubectl has not answered in time")
	case !errors.As(err, &exit):
		return nil, fmt.Errorf("kubectl cannot be run: %w", pipe.CannotStart("kubectl", err))
	}
	line, _, _ := strings.Cut(string(exit.Stderr), "\n")
	if strings.HasPrefix(line, "Error from server ") {
		return nil, errors.New("kubectl cannot read it: " + line)
	}
	return nil, errors.New("kubectl cannot read it: " + exit.Error())
}
