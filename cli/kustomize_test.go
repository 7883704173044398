package cli

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"slices"
	"sync"
	"testing"

	"go.yaml.in/yaml/v3"

	"helm-runnertrust/fixtures"
)

const kustomizeFolder = "testdata/kustomize" // the edit of accept/umbrella for kustomize

// TestKustomizeEdit keeps the comparison of `make bench` fair: what kustomize has to add is what the filter adds.
func TestKustomizeEdit(t *testing.T) {
	got, want := kustomizeEdit(t), readEdit(t, []byte(fixtures.Output(t, "accept/umbrella")))
	if !reflect.DeepEqual(got, want) {
		t.Errorf("%s has\n%+v\nthe fixture\n%+v", kustomizeFolder, got, want)
	}
}

// program is the shipped one, built once for all tests.
var program = sync.OnceValues(func() (string, error) {
	binary := filepath.Join(madeDir, "program", "helm-runnertrust")
	return binary, goBuild(binary, "..")
})

// builtProgram returns the path of the program.
func builtProgram(t *testing.T) string {
	t.Helper()
	binary, err := program()
	if err != nil {
		t.Fatal(err)
	}
	return binary
}

// goBuild builds a program as it is shipped.
func goBuild(binary, folder string) error {
	build := exec.Command("go", "build", "-trimpath", "-ldflags", "-s -w", "-o", binary, folder)
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if output, err := build.CombinedOutput(); err != nil {
		return fmt.Errorf("%w: %s", err, output)
	}
	return nil
}

func fileSize(t *testing.T, path string) int64 {
	t.Helper()
	about, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	return about.Size()
}

// edit is what the runner gets.
type edit struct {
	Annotation    string
	Mount, Volume map[string]any
	ConfigMap     map[string]any
}

// kustomizeEdit is the edit that kustomize has to make, all four parts of it.
func kustomizeEdit(t *testing.T) edit {
	t.Helper()
	patch, configMap := []byte(readFile(t, kustomizeFolder+"/patch.yaml")), []byte(readFile(t, kustomizeFolder+"/configmap.yaml"))
	e := readEdit(t, slices.Concat(patch, []byte("---\n"), configMap))
	if e.Annotation == "" || e.Mount == nil || e.Volume == nil || e.ConfigMap == nil {
		t.Fatalf("%s lacks a part of the edit: %+v", kustomizeFolder, e)
	}
	return e
}

// readEdit returns what is there of the edit in a stream of manifests, or of
// patches, which have the shape of the objects that they change.
func readEdit(t *testing.T, stream []byte) (e edit) {
	t.Helper()
	for decoder := yaml.NewDecoder(bytes.NewReader(stream)); ; {
		var document yaml.Node
		err := decoder.Decode(&document)
		if errors.Is(err, io.EOF) {
			return e
		}
		if err == nil {
			err = e.read(&document)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
}

// read takes what document has of the edit.
func (e *edit) read(document *yaml.Node) error {
	var object struct {
		Kind     string
		Metadata struct{ Name string }
		Spec     struct {
			Template struct {
				Metadata struct{ Annotations map[string]string }
				Spec     struct {
					Volumes    []map[string]any
					Containers []struct {
						VolumeMounts []map[string]any `yaml:"volumeMounts"`
					}
				}
			}
		}
	}
	if err := document.Decode(&object); err != nil {
		return err
	}
	switch object.Kind + "/" + object.Metadata.Name {
	case "ConfigMap/forge-gitlab-runner-certs":
		return document.Decode(&e.ConfigMap)
	case "Deployment/forge-gitlab-runner":
		template := object.Spec.Template
		e.Annotation = template.Metadata.Annotations["checksum/runner-certs"]
		e.Volume = ourEntry(template.Spec.Volumes)
		for _, container := range template.Spec.Containers {
			e.Mount = ourEntry(container.VolumeMounts)
		}
	}
	return nil
}

// ourEntry is the volume or mount that was added, nil where none was.
func ourEntry(entries []map[string]any) map[string]any {
	for _, entry := range entries {
		if entry["name"] == "etc-gitlab-runner-certs" {
			return entry
		}
	}
	return nil
}
