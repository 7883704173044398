package render

import (
	"bytes"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"

	"helm-runnertrust/fixtures"
)

// a manner is one combination of a way and a source.
type manner struct {
	via    Way
	source string
}

func (m manner) options(t *testing.T) Options {
	t.Helper()
	o := Options{Now: now, Via: m.via}
	switch m.source {
	case "cert":
		o.Sources = options(t).Sources
	case "secret":
		o.Objects = []Object{{Kind: "Secret", Name: "switched-tls", Key: "tls.crt"}}
	case "configmap":
		o.Objects = []Object{{Kind: "ConfigMap", Name: "switched-bundle", Key: "ca.pem"}}
	default:
		t.Fatalf("no such source: %s", m.source)
	}
	return o
}

var manners = []manner{
	{WayCertsDir, "cert"}, {WayCertsDir, "secret"}, {WayEnv, "cert"}, {WayEnv, "secret"},
	{WayConfig, "cert"}, {WayConfig, "secret"}, {WayConfig, "configmap"},
}

// TestForget goes from every manner to every other one on every input, each with the output of the
// run before: the result is that of a run on the input itself.
func TestForget(t *testing.T) {
	compared := map[[2]manner]int{}
	for _, input := range fixtures.Inputs(t) {
		if bytes.Contains(input, []byte(fingerprintsAnnotation)) {
			continue // the input is the output of another run
		}
		results := map[manner]*Result{}
		for _, m := range manners {
			if result, err := Filter(input, m.options(t)); err == nil {
				results[m] = result
			}
		}
		for _, from := range manners {
			for _, to := range manners {
				if results[from] == nil || results[to] == nil || isLost(input, results[from], from, to) {
					continue
				}
				checkForgotten(t, results[from].Bytes(), results[to].Bytes(), from, to)
				compared[[2]manner{from, to}]++
			}
		}
	}
	for _, from := range manners {
		for _, to := range manners {
			want := 80
			if from.via == WayConfig || to.via == WayConfig {
				want = 10
			}
			if n := compared[[2]manner{from, to}]; n < want {
				t.Errorf("from %v to %v: only %d streams were compared", from, to, n)
			}
		}
	}
}

func checkForgotten(t *testing.T, before, want []byte, from, to manner) {
	t.Helper()
	got, err := Filter(before, to.options(t))
	switch {
	case err != nil:
		t.Errorf("from %v to %v: %v\n%s", from, to, err, before)
	case from == to && !bytes.Equal(got.Bytes(), before):
		t.Errorf("%v again: got\n%s\nwant\n%s", from, got.Bytes(), before)
	case !bytes.Equal(got.Bytes(), want): // else they need not be read
		g, w := fmt.Sprint(plain(contentOf(t, got.Bytes()))), fmt.Sprint(plain(contentOf(t, want)))
		if g != w {
			t.Errorf("from %v to %v, got\n%s\nwant\n%s", from, to, got.Bytes(), want)
		}
	}
}

// isLost reports whether the first run took something away that nobody can know afterwards, or
// left what cannot be told from somebody else's.
func isLost(input []byte, result *Result, from, to manner) bool {
	set := map[Way]string{WayEnv: "ci_server_tls_ca_file", WayConfig: "tls-ca-file"}[from.via]
	switch {
	case from.via != to.via && set != "" && bytes.Contains(bytes.ToLower(input), []byte(set)):
		return true // another value was there
	case from.source == "cert" && showsOwnName(input):
		return true // a ConfigMap of our name that the pod shows was not in the stream, and has to stay
	case from.via != to.via && from.source != "cert" && sharedSource.Match(result.Bytes()):
		// An object of somebody's in somebody's volume; it is told where the run shows the same one and
		// the volume is for nothing else.
		return from.source != to.source || onlySource.Match(result.Bytes()) || mountedElsewhere.Match(input)
	}
	return slices.ContainsFunc(result.Warnings, func(w Warning) bool { return w.Code == FileReplaced })
}

// sharedSource is a source of a projected volume with the object of a manner.
var sharedSource = regexp.MustCompile(`[-{] *"?(secret|configMap)"?: *\{?\s*"?name"?: *"?switched`)

// onlySource is a projected volume with nothing but the object of a manner.
var onlySource = regexp.MustCompile(`projected:\n( +defaultMode: 420\n)? +sources:( \[\{"secret": \{"name": "switched|\n +- secret:\n +name: switched)`)

// mountedElsewhere is a mount, besides that at the certs directory, of a volume that files are joined to.
var mountedElsewhere = regexp.MustCompile(`mountPath: /(etc/ssl/gitlab|mnt/tool)\n`)

// showsOwnName reports whether the pod of an input shows a ConfigMap of the name that ours takes.
func showsOwnName(input []byte) bool { return ownNameShown.Match(input) }

var ownNameShown = regexp.MustCompile(`configMap:\s+(defaultMode: 420\s+)?name: ci(-gitlab-runner)?-certs\n`)

// plain is content in which a projected volume of one object is one of that object alone, which
// shows the same.
func plain(content any) any {
	switch c := content.(type) {
	case []any:
		for i := range c {
			c[i] = plain(c[i])
		}
	case map[string]any:
		for key := range c {
			c[key] = plain(c[key])
		}
		projected, _ := c["projected"].(map[string]any)
		sources, _ := projected["sources"].([]any)
		if len(sources) != 1 {
			return c
		}
		delete(c, "projected")
		for kind, source := range sources[0].(map[string]any) {
			object := source.(map[string]any)
			if kind == "secret" {
				object["secretName"] = object["name"]
				delete(object, "name")
			}
			if mode, set := projected["defaultMode"]; set {
				object["defaultMode"] = mode
			}
			c[kind] = object
		}
	}
	return content
}

// TestForgetRefusesStaleKeys is a volume of somebody else's, at a directory that no way has by
// itself: our file in it cannot be told, and would keep the pod from starting.
func TestForgetRefusesStaleKeys(t *testing.T) {
	input := bytes.ReplaceAll(fixtureInput(t, "certs-secret-name"), []byte("/home/gitlab-runner/.gitlab-runner/certs/"), []byte("/opt/certs"))
	o := options(t)
	o.CertsDir = "/opt/certs"
	before, err := Filter(input, o)
	if err != nil {
		t.Fatal(err)
	}
	o = options(t)
	o.Via = WayEnv
	_, err = Filter(before.Bytes(), o)
	var refused *Error
	if !errors.As(err, &refused) || refused.Code != MountConflict || !strings.Contains(err.Error(), `"custom-certs" shows the key gitlab.example.com.crt`) {
		t.Errorf("got %v", err)
	}
}
