package render

import (
	"bytes"
	"errors"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

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
	return Options{Sources: []trust.Source{{Bundle: bundle(t, "ca.crt")}}, Now: now}
}

// FuzzFilter holds the promises of Filter on any input: it does not panic, a
// stream without a runner comes back as it was, documents that no edit is for
// come back byte for byte, and a second run changes nothing.
func FuzzFilter(f *testing.F) {
	for _, seed := range fixtureInputs(f) {
		f.Add(seed)
	}
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
		rest := result.Stream
		for _, d := range read(stream) {
			if d.contains("CI_SERVER_URL", "Deployment") || d.contains("ConfigMap") {
				continue
			}
			at := bytes.Index(rest, d.text)
			if at < 0 {
				t.Fatalf("document %d is not in the output", d.number)
			}
			rest = rest[at+len(d.text):]
		}
		again, err := Filter(result.Stream, o)
		if err != nil {
			t.Fatalf("second run: %v\n%s", err, result.Stream)
		}
		if !bytes.Equal(again.Stream, result.Stream) {
			t.Fatalf("second run: %s\nfirst: %s", again.Stream, result.Stream)
		}
	})
}

// TestFilterIsDeterministic runs the filter twice on every input.
func TestFilterIsDeterministic(t *testing.T) {
	for _, input := range fixtureInputs(t) {
		first, firstErr := Filter(input, options(t))
		second, secondErr := Filter(input, options(t))
		if firstErr != nil || secondErr != nil {
			if firstErr == nil || secondErr == nil || firstErr.Error() != secondErr.Error() {
				t.Errorf("errors %v and %v", firstErr, secondErr)
			}
			continue
		}
		if !bytes.Equal(first.Stream, second.Stream) || !slices.Equal(first.Warnings, second.Warnings) {
			t.Errorf("two runs differ for:\n%s", input)
		}
	}
}

// TestSpliceShifted puts insertions in wrong places on purpose: what is read
// again has to show it, every time.
func TestSpliceShifted(t *testing.T) {
	input := fixtureInput(t, "current")
	checked := 0
	for _, d := range read(input) {
		if d.contains("kind: Deployment", trust.ServerURLVariable) {
			checkShifts(t, d)
			checked++
		}
	}
	if checked != 1 {
		t.Fatalf("%d Deployments in the fixture", checked)
	}
}

func checkShifts(t *testing.T, d *document) {
	t.Helper()
	if err := d.parse(); err != nil {
		t.Fatal(err)
	}
	objects, err := d.objects()
	if err != nil {
		t.Fatal(err)
	}
	r, err := objects[0].asRunner("")
	if err != nil {
		t.Fatal(err)
	}
	f := &filter{options: options(t), documents: []*document{d}}
	if err := f.patch([]*runner{r}); err != nil {
		t.Fatal(err)
	}
	lines := bytes.SplitAfter(d.text, []byte("\n"))
	s := splicer{lineIndex: newLineIndex(d.text), origin: d.origin}
	if err := s.node(d.before, d.after, 0); err != nil {
		t.Fatal(err)
	}
	if len(s.edits) != 3 {
		t.Fatalf("%d edits, want a volume, a mount and an annotation", len(s.edits))
	}
	shifts := 0
	for _, edit := range s.edits {
		for i := range lines {
			at := s.start(i + 1)
			if at == edit.at {
				continue
			}
			shifted := string(d.text[:at]) + edit.insert + string(d.text[at:])
			if holds([]byte(shifted), d.after) {
				t.Errorf("an insertion above line %d passes as one above offset %d", i+1, edit.at)
			}
			shifts++
		}
	}
	if shifts < 100 {
		t.Fatalf("only %d shifts", shifts)
	}
}

func fixtureInput(t testing.TB, name string) []byte {
	t.Helper()
	input, err := os.ReadFile("../fixtures/accept/" + name + "/input.yaml")
	if err != nil {
		t.Fatal(err)
	}
	return input
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
	if refused.Code != NoCertificate || !strings.HasPrefix(refused.Object, "Deployment/") || refused.Unwrap() == nil {
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
