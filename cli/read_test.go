package cli

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestNoManifests gives the commands for people what cannot be manifests. The filter lets nothing
// pass unchanged, as Helm may send it.
func TestNoManifests(t *testing.T) {
	folder := t.TempDir()
	path := func(name string) string { return filepath.Join(folder, name) }
	err := errors.Join(os.WriteFile(path("empty.yaml"), []byte(" \n"), 0o600), os.Mkdir(path("chart"), 0o700),
		os.WriteFile(path("chart/Chart.yaml"), nil, 0o600))
	if err != nil {
		t.Fatal(err)
	}
	cert := "--cert=" + fixturesDir + "/certs/ca.crt"
	for _, test := range []struct {
		stdin, file, says string
	}{
		{"", "-", "error: stdin is empty\nrunnertrust: hint: the command before the pipe has failed"},
		{" \r\n\t", "-", "error: stdin is empty\n"},
		{"", path("empty.yaml"), "empty.yaml is empty\n"},
		{"", path("chart"), "chart is a chart, not manifests\nrunnertrust: hint: render the chart first: helm template " + path("chart")},
		{"", folder, "is a directory\n"},
	} {
		for _, args := range [][]string{{"render", cert, "-f", test.file}, {"render", cert, "--diff", "-f", test.file}, {"verify", "-f", test.file}} {
			stdout, stderr, code := call(t, test.stdin, nil, args...)
			if code != errorOf(args) || stdout != "" || !strings.Contains(stderr, test.says) {
				t.Errorf("%q, %q: exit code %d, stdout %q, %s", test.stdin, args, code, stdout, stderr)
			}
		}
	}
	for stdin, says := range map[string]string{"": "runnertrust: note: stdin is empty, so no manifest is changed: helm template --output-dir of Helm 3 hands a post-renderer nothing\n", "\n": "", "# nothing\n": ""} {
		if stdout, stderr, code := call(t, stdin, nil, cert); code != exitDone || stdout != stdin || stderr != says {
			t.Errorf("the filter, %q: exit code %d, stdout %q, %s", stdin, code, stdout, stderr)
		}
	}
}
