package e2e

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync/atomic"
	"testing"

	"helm-runnertrust/e2e/internal/cluster"
	"helm-runnertrust/fixtures"
)

// What the API server's strict validation says of a case's input it says of
// its output: valid objects stay valid, with no unknown or doubled field. Some
// cases are about streams that it cannot take, such as one with a document
// that is no YAML or that needs a CRD. There its reasons must be the same, and
// the objects beside must be taken as before.
func TestFixturesAreValidatedStrictly(t *testing.T) {
	t.Parallel()
	c := sharedCluster(t)
	cases := fixtures.All(t, fixtures.Accept)
	createNamespaces(t, c, cases)
	var valid atomic.Int64
	t.Run("cases", func(t *testing.T) {
		for _, one := range cases {
			t.Run(one.Name, func(t *testing.T) {
				t.Parallel()
				input := one.Input(t)
				before, after := dryRun(t, c, input), dryRun(t, c, one.Output(t))
				if before.reason != after.reason {
					t.Errorf("before: %q\nafter: %q", before.reason, after.reason)
				}
				for line := range strings.Lines(before.objects) {
					if !strings.Contains(after.objects, line) && !isEarlierConfigMap(input, line) {
						t.Errorf("not taken any more: %s", line)
					}
				}
				if after.reason == "" {
					valid.Add(1)
				}
			})
		}
	})
	if valid.Load() < int64(len(cases))/2 {
		t.Errorf("only %d of %d cases are valid", valid.Load(), len(cases))
	}
}

// isEarlierConfigMap reports whether what kubectl says of an object is about a ConfigMap that an
// earlier run put into a stream: another run may take it away.
func isEarlierConfigMap(stream, line string) bool {
	for document := range strings.SplitSeq(stream, "\n---\n") {
		name := nameField.FindStringSubmatch(document)
		if strings.Contains(document, "helm-runnertrust/fingerprints") && name != nil && strings.HasPrefix(line, "configmap/"+name[1]+" ") {
			return true
		}
	}
	return false
}

var nameField = regexp.MustCompile(`(?m)^  name: (\S+)$`)

// verdict is what the API server says of a file.
type verdict struct {
	objects string // a line for each object that it takes
	reason  string // why it refuses others, "" when it does not
}

func dryRun(t *testing.T, c *cluster.Cluster, stream string) verdict {
	t.Helper()
	file := filepath.Join(t.TempDir(), "stream.yaml")
	if err := os.WriteFile(file, []byte(stream), 0o600); err != nil {
		t.Fatal(err)
	}
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

// createNamespaces makes the namespaces that the outputs name: a dry run needs
// them.
func createNamespaces(t *testing.T, c *cluster.Cluster, cases []*fixtures.Case) {
	t.Helper()
	made := map[string]bool{"default": true}
	for _, one := range cases {
		for _, match := range namespaceField.FindAllStringSubmatch(one.Output(t), -1) {
			if name := match[1]; !made[name] {
				c.Kubectl(t, "create", "namespace", name)
				made[name] = true
			}
		}
	}
}
