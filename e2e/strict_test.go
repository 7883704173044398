package e2e

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync/atomic"
	"testing"

	"helm-runnertrust/e2e/internal/cluster"
)

const accepted = "../fixtures/accept"

// What the API server's strict validation says of a case's input it says of
// its output: valid objects stay valid, with no unknown or doubled field. Some
// cases are about streams that it cannot take, such as one with a document
// that is no YAML or that needs a CRD. There its reasons must be the same, and
// the objects beside must be taken as before.
func TestFixturesAreValidatedStrictly(t *testing.T) {
	t.Parallel()
	c := sharedCluster(t)
	outputs, err := filepath.Glob(accepted + "/*/output.yaml")
	if err != nil || len(outputs) == 0 {
		t.Fatalf("no cases in %s: %v", accepted, err)
	}
	createNamespaces(t, c, outputs)
	var valid atomic.Int64
	t.Run("cases", func(t *testing.T) {
		for _, output := range outputs {
			folder := filepath.Dir(output)
			t.Run(filepath.Base(folder), func(t *testing.T) {
				t.Parallel()
				input := inputOf(t, folder)
				before, after := dryRun(c, input), dryRun(c, output)
				if before.reason != after.reason {
					t.Errorf("before: %q\nafter: %q", before.reason, after.reason)
				}
				for line := range strings.Lines(before.objects) {
					if !strings.Contains(after.objects, line) && !isEarlierConfigMap(t, input, line) {
						t.Errorf("not taken any more: %s", line)
					}
				}
				if after.reason == "" {
					valid.Add(1)
				}
			})
		}
	})
	if valid.Load() < int64(len(outputs))/2 {
		t.Errorf("only %d of %d cases are valid", valid.Load(), len(outputs))
	}
}

// isEarlierConfigMap reports whether what kubectl says of an object is about a ConfigMap that an
// earlier run put into a file: another run may take it away.
func isEarlierConfigMap(t *testing.T, file, line string) bool {
	t.Helper()
	content, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	for document := range strings.SplitSeq(string(content), "\n---\n") {
		name := nameField.FindStringSubmatch(document)
		if strings.Contains(document, "helm-runnertrust/fingerprints") && name != nil && strings.HasPrefix(line, "configmap/"+name[1]+" ") {
			return true
		}
	}
	return false
}

var nameField = regexp.MustCompile(`(?m)^  name: (\S+)$`)

// inputOf is the file that a case starts from: its own or another's output.
func inputOf(t *testing.T, folder string) string {
	t.Helper()
	from, err := os.ReadFile(filepath.Join(folder, "input.from"))
	if errors.Is(err, fs.ErrNotExist) {
		return filepath.Join(folder, "input.yaml")
	}
	if err != nil {
		t.Fatal(err)
	}
	return filepath.Join(accepted, strings.TrimSpace(string(from)), "output.yaml")
}

// verdict is what the API server says of a file.
type verdict struct {
	objects string // a line for each object that it takes
	reason  string // why it refuses others, "" when it does not
}

func dryRun(c *cluster.Cluster, file string) verdict {
	stdout, stderr, err := c.TryKubectl("", "apply", "--dry-run=server", "--validate=strict", "-f", file)
	if err == nil {
		return verdict{objects: stdout}
	}
	reason := strings.ReplaceAll(stderr, file, "FILE")
	// Some reasons quote the whole document.
	reason, _, _ = strings.Cut(reason, "{")
	return verdict{objects: stdout, reason: err.Error() + ": " + reason}
}

var namespaceField = regexp.MustCompile(`namespace["']?:[ \t]*["']?([a-z0-9-]+)`)

// createNamespaces makes the namespaces that the files name: a dry run needs
// them.
func createNamespaces(t *testing.T, c *cluster.Cluster, files []string) {
	t.Helper()
	made := map[string]bool{"default": true}
	for _, file := range files {
		content, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, match := range namespaceField.FindAllSubmatch(content, -1) {
			if name := string(match[1]); !made[name] {
				c.Kubectl(t, "create", "namespace", name)
				made[name] = true
			}
		}
	}
}
