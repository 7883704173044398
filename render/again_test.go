package render

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"helm-runnertrust/render/delivery"
	"helm-runnertrust/render/manifest"
	"helm-runnertrust/trust"
)

// bases are renderings of the chart in its shapes: 0.86, one of the 0.17 era without a template, the
// whole gitlab chart with a cache, and the value certsSecretName.
var bases = []string{"via-config", "init-container-era", "cache-host-ingress", "certs-secret-name", "jobs-template-in-quotes"}

// combinations are all ways with all kinds of sources and the options that change what is added.
func combinations(t *testing.T, dirs ...string) (all []Options, names []string) {
	sources := map[string]Options{
		"cert":      {Sources: append(options(t).Sources, Source{Host: "kas.example.com", Bundle: options(t).Sources[0].Bundle})},
		"none":      {},
		"secret":    {Objects: []Object{{Kind: "Secret", Name: "gitlab-tls", Key: "tls.crt"}}},
		"configmap": {Objects: []Object{{Kind: "ConfigMap", Name: "bundle", Key: "ca.pem"}}},
	}
	for _, via := range delivery.Ways() {
		for _, kind := range []string{"cert", "secret", "configmap", "none"} {
			for _, jobs := range []bool{false, true} {
				for _, dir := range dirs {
					o := sources[kind]
					o.Now, o.Via, o.Jobs, o.CertsDir = now, via, jobs, dir
					all, names = append(all, o), append(names, fmt.Sprintf("--via=%s %s --jobs=%t --certs-dir=%s", via, kind, jobs, dir))
				}
			}
		}
	}
	return all, names
}

// codes returns what a refusal is about.
func codes(err error) (all []trust.Code) {
	for _, one := range trust.Errors(err) {
		if refused, ok := errors.AsType[*Error](one); ok {
			all = append(all, refused.Code)
		}
	}
	return all
}

// TestAgain filters each base with all options, and the result with all options again: it is to the
// byte what the second options make of the base, or refused with the same code.
func TestAgain(t *testing.T) {
	for _, base := range bases {
		t.Run(base, func(t *testing.T) {
			t.Parallel()
			dirs := []string{"", "/etc/helm-runnertrust"}
			if base == "cache-host-ingress" {
				dirs = dirs[:1] // it is large
			}
			all, names := combinations(t, dirs...)
			input := fixtureInput(t, base)
			results, errs := make([][]byte, len(all)), make([]error, len(all))
			for i, o := range all {
				if result, err := Filter(input, o); err == nil {
					results[i] = result.Bytes()
				} else {
					errs[i] = err
				}
			}
			compared := 0
			for a := range all {
				for b := range all {
					if errs[a] != nil {
						continue
					}
					compared++
					again, err := Filter(results[a], all[b])
					switch {
					case err != nil && fmt.Sprint(codes(err)) != fmt.Sprint(codes(errs[b])):
						t.Errorf("%s, then %s: got %v, want %v", names[a], names[b], err, errs[b])
					case err == nil && !bytes.Equal(again.Bytes(), results[b]):
						t.Errorf("%s, then %s: got\n%s\nwant\n%s", names[a], names[b], again.Bytes(), results[b])
					}
					if t.Failed() {
						return
					}
				}
			}
			if compared < len(all)*4 {
				t.Errorf("only %d pairs were compared", compared)
			}
		})
	}
}

// TestAgainInARow goes through three sets of options: the third comes back as if it were the first, also where the
// Deployment has a place for annotations, and none.
func TestAgainInARow(t *testing.T) {
	input := fixtureInput(t, "current")
	againInARow(t, input)
	empty := bytes.Replace(input, []byte("kind: Deployment\nmetadata:\n"), []byte("kind: Deployment\nmetadata:\n  annotations: {}\n"), 1)
	if bytes.Equal(empty, input) {
		t.Fatal("the fixture has no such Deployment")
	}
	againInARow(t, empty)
}

func againInARow(t *testing.T, input []byte) {
	t.Helper()
	object := Options{Now: now, Via: "env", Objects: []Object{{Kind: "ConfigMap", Name: "x", Key: "ca.crt"}}}
	elsewhere, cert := options(t), options(t)
	elsewhere.CertsDir = "/etc/helm-runnertrust"
	stream := input
	for _, o := range []Options{object, elsewhere, cert, cert} {
		result, err := Filter(stream, o)
		if err != nil {
			t.Fatal(err)
		}
		stream = result.Bytes()
	}
	want, err := Filter(input, cert)
	if err != nil || !bytes.Equal(stream, want.Bytes()) {
		t.Errorf("%v, got\n%s\nwant\n%s", err, stream, want.Bytes())
	}
}

// TestAgainSharedTemplate has two runners with one template: what both added to it is taken out once.
func TestAgainSharedTemplate(t *testing.T) {
	input := fixtureInput(t, "via-config")
	for doc := range bytes.SplitSeq(input, []byte("---\n")) {
		if bytes.Contains(doc, []byte("kind: Deployment")) {
			second := bytes.Replace(doc, []byte("name: ci-gitlab-runner\n"), []byte("name: second\n"), 1)
			input = append(append(bytes.Clone(input), "---\n"...), second...)
			break
		}
	}
	config, plain := options(t), options(t)
	config.Via, config.Jobs = "config", true
	want, err := Filter(input, plain)
	if err != nil || bytes.Count(want.Bytes(), []byte("helm-runnertrust/added")) != 2 {
		t.Fatalf("%v\n%s", err, input)
	}
	before, err := Filter(input, config)
	if err != nil {
		t.Fatal(err)
	}
	got, err := Filter(before.Bytes(), plain)
	if err != nil || !bytes.Equal(got.Bytes(), want.Bytes()) {
		t.Errorf("%v, got\n%s\nwant\n%s", err, got.Bytes(), want.Bytes())
	}
}

// TestChangedSince changes what a run added: nobody knows then what to take out.
func TestChangedSince(t *testing.T) {
	o := options(t)
	o.Via, o.Jobs = "config", true
	result, err := Filter(fixtureInput(t, "via-config"), o)
	if err != nil {
		t.Fatal(err)
	}
	_, configMap, _ := bytes.Cut(result.Bytes(), []byte("# Source: gitlab-runner/templates/runnertrust-certs.yaml"))
	for name, change := range map[string][2]string{
		"annotation":      {"helm-runnertrust/added: '[", "helm-runnertrust/added: '{"},
		"more behind it":  {"]'", "] []'"},
		"unknown field":   {`{"add":"annotations"}`, `{"add":"annotations","more":1}`},
		"unknown kind":    {`{"add":"annotations"}`, `{"add":"nothing"}`},
		"former value":    {`"sum":"`, `"was":"[","sum":"`},
		"former text":     {`"sum":"`, `"was":"x","sum":"`},
		"volume":          {"path: ca.crt", "path: other.crt"},
		"mount":           {"mountPath: /etc/helm-runnertrust", "mountPath: /etc/other"},
		"container":       {`"container":"ci-gitlab-runner"`, `"container":"other"`},
		"checksum":        {"checksum/runner-certs: ", "checksum/runner-certs: 0"},
		"setting":         {`tls-ca-file = "/etc/helm-runnertrust/`, `tls-ca-file = "/etc/other/`},
		"script":          {"unset runnertrust\n", "unset nothing\n"},
		"job volume":      {`sub_path = "`, `sub_path = "x`},
		"marker":          {"# helm-runnertrust: end\n", "# the end\n"},
		"template":        {"  config.template.toml: ", "  config.template.txt: "},
		"ConfigMap":       {string(configMap), "\nkind: Secret\n"},
		"ConfigMap's key": {"\n  ca.crt: |\n", "\n  ca.crt.old: |\n"},
	} {
		t.Run(name, func(t *testing.T) {
			stream := bytes.Replace(result.Bytes(), []byte(change[0]), []byte(change[1]), 1)
			if bytes.Equal(stream, result.Bytes()) {
				t.Fatalf("the result has no %q", change[0])
			}
			_, err := Filter(stream, o)
			if got := codes(err); len(got) == 0 || got[0] != manifest.ChangedSince {
				t.Errorf("got %v", err)
			}
		})
	}
}

// TestTooManyMounts is a pod that takes quadratic time where volumes are searched for each mount.
func TestTooManyMounts(t *testing.T) {
	input := fixtureInput(t, "current")
	with := func(count int) []byte {
		var volumes, mounts strings.Builder
		for i := range count {
			fmt.Fprintf(&volumes, "      - {name: v%d, emptyDir: {}}\n", i)
			fmt.Fprintf(&mounts, "        - {name: v%d, mountPath: /v%d}\n", i, i)
		}
		stream := bytes.Replace(input, []byte("      volumes:\n"), []byte("      volumes:\n"+volumes.String()), 1)
		return bytes.Replace(stream, []byte("        volumeMounts:\n"), []byte("        volumeMounts:\n"+mounts.String()), 1)
	}
	const most = 996
	few, err := Filter(with(most), options(t))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Filter(few.Bytes(), options(t)); err != nil {
		t.Error(err)
	}
	_, err = Filter(with(most+1), options(t))
	if got := codes(err); len(got) != 1 || got[0] != manifest.TooManyMounts {
		t.Errorf("got %v", err)
	}
}

// TestAgainInOrder has the fields of a variable in the order of the alphabet backwards: they stay in it.
func TestAgainInOrder(t *testing.T) {
	env := func(name string) Options {
		return Options{Now: now, Via: "env", Objects: []Object{{Kind: "ConfigMap", Name: name, Key: "ca.pem"}}}
	}
	for _, field := range []string{"value: /old.crt", "valueFrom: {configMapKeyRef: {name: old, key: path}}"} {
		const first = "        - name: CI_SERVER_URL\n"
		input := bytes.Replace(fixtureInput(t, "current"), []byte(first), []byte("        - "+field+"\n          name: CI_SERVER_TLS_CA_FILE\n"+first), 1)
		once, err := Filter(input, env("once"))
		if err != nil || !bytes.Contains(once.Bytes(), []byte("        - value: /")) {
			t.Fatalf("%s: %v, got\n%s", field, err, once.Bytes())
		}
		again, err := Filter(once.Bytes(), env("other"))
		if err != nil {
			t.Fatal(err)
		}
		if want, err := Filter(input, env("other")); err != nil || !bytes.Equal(again.Bytes(), want.Bytes()) {
			t.Errorf("%s: %v, got\n%s\nwant\n%s", field, err, again.Bytes(), want.Bytes())
		}
	}
}

// TestAgainInList has all documents of a result in a List, as kubectl gives them: the ConfigMap goes from there.
func TestAgainInList(t *testing.T) {
	filtered, err := Filter(fixtureInput(t, "current"), options(t))
	if err != nil {
		t.Fatal(err)
	}
	list := "apiVersion: v1\nkind: List\nitems:\n"
	for document := range strings.SplitSeq(strings.TrimPrefix(string(filtered.Bytes()), "---\n"), "\n---\n") {
		list += "-\n  " + strings.ReplaceAll(strings.TrimSpace(document), "\n", "\n  ") + "\n"
	}
	again, err := Filter([]byte(list), Options{Now: now, Via: "env", Objects: []Object{{Kind: "ConfigMap", Name: "bundle", Key: "ca.pem"}}})
	if err != nil {
		t.Fatal(err)
	}
	const ours = "name: ci-gitlab-runner-certs"
	if text := string(again.Bytes()); !strings.Contains(list, ours) || strings.Contains(text, ours) || !strings.Contains(text, "name: bundle") {
		t.Errorf("got\n%s", text)
	}
}

// TestAgainElsewhere has the ConfigMap in front of the other documents: where it is right, it stays there.
func TestAgainElsewhere(t *testing.T) {
	filtered, err := Filter(fixtureInput(t, "current"), options(t))
	if err != nil {
		t.Fatal(err)
	}
	at := bytes.LastIndex(filtered.Bytes(), []byte("\n---\n")) + 1
	moved := slices.Concat(filtered.Bytes()[at:], filtered.Bytes()[:at])
	again, err := Filter(moved, options(t))
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(again.Bytes(), moved) {
		t.Errorf("got\n%s", again.Bytes())
	}
}
