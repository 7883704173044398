package yamledit

import (
	"bytes"
	"os"
	"testing"

	"sigs.k8s.io/kustomize/kyaml/yaml"
)

// TestCarryShifted puts insertions in wrong places on purpose: what is read again has to show it,
// every time.
func TestCarryShifted(t *testing.T) {
	input, err := os.ReadFile("../../fixtures/base/current.yaml")
	if err != nil {
		t.Fatal(err)
	}
	checked := 0
	for _, d := range Split(input).Documents {
		if d.Contains("kind: Deployment", "CI_SERVER_URL") {
			checkShifts(t, d)
			checked++
		}
	}
	if checked != 1 {
		t.Fatalf("%d Deployments in the fixture", checked)
	}
}

func checkShifts(t *testing.T, d *Document) {
	t.Helper()
	root, err := d.Root()
	if err != nil {
		t.Fatal(err)
	}
	pod := lookup(t, root, "spec", "template", "spec")
	Prepend(lookup(t, pod, "volumes"), Map(Pair{"name", Text("added")}))
	Prepend(lookup(t, lookup(t, pod, "containers").Element("name", "ci-gitlab-runner"), "volumeMounts"), Map(Pair{"name", Text("added")}))
	annotations := lookup(t, root, "spec", "template", "metadata", "annotations")
	if err := annotations.PipeE(yaml.SetField("added", Text("1"))); err != nil {
		t.Fatal(err)
	}
	edits, err := carriedEdits(d.Text, d.before, d.after)
	if err != nil {
		t.Fatal(err)
	}
	if len(edits) != 3 {
		t.Fatalf("%d edits, want a volume, a mount and an annotation", len(edits))
	}
	shifts := 0
	for _, edit := range edits {
		at := 0
		for line := range bytes.Lines(d.Text) {
			at += len(line)
			if at == edit.Start {
				continue
			}
			shifted := string(d.Text[:at]) + edit.New + string(d.Text[at:])
			if holds([]byte(shifted), d.after) {
				t.Errorf("an insertion above offset %d passes as one above offset %d", at, edit.Start)
			}
			shifts++
		}
	}
	if shifts < 100 {
		t.Fatalf("only %d shifts", shifts)
	}
}

func lookup(t *testing.T, node *yaml.RNode, keys ...string) *yaml.RNode {
	t.Helper()
	found, err := node.Pipe(yaml.Lookup(keys...))
	if err != nil || found == nil {
		t.Fatalf("%q: %v, %v", keys, found, err)
	}
	return found
}
