package render

import (
	"bytes"
	"errors"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"helm-runnertrust/fixtures"
	"helm-runnertrust/render/manifest"
	"helm-runnertrust/render/yamledit"
	"helm-runnertrust/trust"
)

// now is a time at which the certificates of the fixtures are valid.
var now = time.Date(2026, 6, 1, 0, 0, 0, 0, time.UTC)

// bundle reads one of the fixtures' certificates.
func bundle(t testing.TB, name string) *trust.Bundle {
	t.Helper()
	text, err := os.ReadFile("../fixtures/certs/" + name)
	if err != nil {
		t.Fatal(err)
	}
	b, err := trust.Parse(name, text)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func options(t testing.TB) Options {
	return Options{Sources: []Source{{Bundle: bundle(t, "ca.crt")}}, Now: now}
}

// FuzzFilter holds the promises of Filter on any input: it does not panic, a
// stream without a runner comes back as it was, documents that no edit is for
// come back byte for byte, and a second run changes nothing.
func FuzzFilter(f *testing.F) {
	for _, seed := range fixtures.Inputs(f) {
		f.Add(seed)
	}
	// A mount of our volume's name, without that volume: another name has to be found.
	f.Add([]byte(`{apiVersion: apps/v1, kind: Deployment, metadata: {name: r}, spec: {template: {spec: {containers: [
  {name: r, env: [{name: CI_SERVER_URL, value: "https://gitlab.example.com"}],
   volumeMounts: [{name: etc-gitlab-runner-certs, mountPath: /etc/helm-runnertrust, readOnly: true}]}]}}}}`))
	o := options(f)
	o.AllowNoRunner = true
	f.Fuzz(func(t *testing.T, stream []byte) {
		original := bytes.Clone(stream)
		result, err := Filter(stream, o)
		if !bytes.Equal(stream, original) {
			t.Fatal("the input was written to")
		}
		if err != nil {
			if err.Error() == "" || result != nil {
				t.Fatalf("error %q with result %v", err, result)
			}
			return
		}
		rest := result.Bytes()
		for _, d := range yamledit.Split(stream).Documents {
			if d.Contains("CI_SERVER_URL", "Deployment") || d.Contains("ConfigMap") {
				continue
			}
			at := bytes.Index(rest, d.Text)
			if at < 0 {
				t.Fatalf("document %d is not in the output", d.Number)
			}
			rest = rest[at+len(d.Text):]
		}
		again, err := Filter(result.Bytes(), o)
		if err != nil {
			t.Fatalf("second run: %v\n%s", err, result.Bytes())
		}
		if !bytes.Equal(again.Bytes(), result.Bytes()) {
			t.Fatalf("second run: %s\nfirst: %s", again.Bytes(), result.Bytes())
		}
	})
}

// TestFilterIsDeterministic runs the filter twice on every input.
func TestFilterIsDeterministic(t *testing.T) {
	for _, input := range fixtures.Inputs(t) {
		first, firstErr := Filter(input, options(t))
		second, secondErr := Filter(input, options(t))
		if firstErr != nil || secondErr != nil {
			if firstErr == nil || secondErr == nil || firstErr.Error() != secondErr.Error() {
				t.Errorf("errors %v and %v", firstErr, secondErr)
			}
			continue
		}
		if !bytes.Equal(first.Bytes(), second.Bytes()) || !slices.Equal(first.Warnings, second.Warnings) {
			t.Errorf("two runs differ for:\n%s", input)
		}
	}
}

func fixtureInput(t testing.TB, name string) []byte {
	t.Helper()
	return []byte(fixtures.Input(t, "accept/"+name))
}

// TestErrorIsTyped shows what a program can read from an error.
func TestErrorIsTyped(t *testing.T) {
	stream := strings.ReplaceAll(string(fixtureInput(t, "current")), "gitlab.example.com", "gitlab.example.org")
	o := options(t)
	o.Sources[0].Host = "gitlab.example.net"
	_, err := Filter([]byte(stream), o)
	var refused *Error
	if !errors.As(err, &refused) {
		t.Fatalf("%v is no *Error", err)
	}
	if refused.Code != manifest.NoCertificate || !strings.HasPrefix(refused.Object, "Deployment/") || refused.Unwrap() == nil {
		t.Errorf("got %+v", refused)
	}
}

// TestErrorHasNoResult is a stream without a runner, where one is demanded.
func TestErrorHasNoResult(t *testing.T) {
	result, err := Filter([]byte("kind: ConfigMap\n"), Options{})
	if result != nil || err == nil {
		t.Errorf("got %v and %v", result, err)
	}
}
