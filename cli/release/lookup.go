package release

import (
	"cmp"
	"context"
	"encoding/base64"
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

// maxSources is how many sources of one volume are read for a file.
const maxSources = 8

// Judge judges a runner of a release's manifests again, with each object that its file may come from added
// to the manifests until the file is known. Else the finding says why, and the object is returned, as
// one types it for kubectl. A runner is judged alone: of an object no more than its own key is read.
func (h Helm) Judge(ctx context.Context, stream []byte, at int, r *audit.Runner, options audit.Options, timeout time.Duration) (object string) {
	for range maxSources {
		kind, name, isObject := strings.Cut(r.Asks, "/")
		if r.Finding.Code != audit.CodeFileUnknown || !isObject {
			return "" // it is known, or on the node, for instance
		}
		words := h.Object(kind, name, r.Namespace)
		// With a --request-timeout, kubectl does not find the API server of the pod that it runs in.
		asked, cancel := context.WithTimeout(ctx, timeout)
		document, err := h.document(asked, kind, name, r.Key, r.Namespace, words)
		cancel()
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

// Object returns the arguments that name an object and its cluster for kubectl.
func (h Helm) Object(kind, name, namespace string) []string {
	h = h.inEnvironment()
	words := append([]string{strings.ToLower(kind), name}, given(
		"--namespace", cmp.Or(namespace, h.NamespaceOf()),
		"--context", h.Context,
		"--kubeconfig", h.Kubeconfig,
		"--server", h.Env("HELM_KUBEAPISERVER"),
		"--as", h.Env("HELM_KUBEASUSER"),
		"--certificate-authority", h.Env("HELM_KUBECAFILE"),
		"--tls-server-name", h.Env("HELM_KUBETLS_SERVER_NAME"),
	)...)
	for group := range strings.SplitSeq(h.Env("HELM_KUBEASGROUPS"), ",") {
		words = append(words, given("--as-group", group)...)
	}
	if h.Env("HELM_KUBEINSECURE_SKIP_TLS_VERIFY") == "true" {
		words = append(words, "--insecure-skip-tls-verify")
	}
	return words
}

// keyTemplate prints the names of an object's keys, a blank line, and the value of one key, so that no
// other value of a Secret is ever in this process.
const keyTemplate = `{{range $k, $v := .data}}{{$k}}{{"\n"}}{{end}}{{range $k, $v := .binaryData}}{{$k}}{{"\n"}}{{end}}` +
	`{{"\n"}}{{with .data}}{{with index . %q}}{{.}}{{end}}{{end}}`

// document returns the manifest of an object of the cluster with the value of one key; its other keys
// have the value audit.Unread.
func (h Helm) document(ctx context.Context, kind, name, key, namespace string, words []string) ([]byte, error) {
	if h.Env("HELM_KUBETOKEN") != "" {
		return nil, errors.New("kubectl is not asked with a token, which others would see among its arguments")
	}
	if (render.Object{Kind: kind, Name: name, Key: key}).Check() != nil {
		return nil, errors.New("what to read of it is not known")
	}
	out, err := kubectl(ctx, slices.Concat([]string{"get"}, words, []string{"--output", "go-template=" + fmt.Sprintf(keyTemplate, key)}))
	if err != nil {
		return nil, err
	}
	names, value, _ := strings.Cut("\n"+string(out), "\n\n")
	data := map[string]any{}
	unread := audit.Unread
	if kind == "Secret" {
		unread = base64.StdEncoding.EncodeToString([]byte(unread))
	}
	for _, name := range strings.Fields(names) {
		data[name] = unread
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
