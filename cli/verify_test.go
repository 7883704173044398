package cli

import (
	"path/filepath"
	"testing"
)

// TestVerifyFixtures compares what verify says of manifests with the files in fixtures/verify: a
// folder with args, whose -f leads into the fixtures, and output.txt; error.txt where a runner
// would not connect.
func TestVerifyFixtures(t *testing.T) {
	for _, name := range fixtureCases(t, "verify") {
		t.Run(name, func(t *testing.T) {
			c := fixture{folder: filepath.Join(fixturesDir, "verify", name), args: readArgs(t, filepath.Join(fixturesDir, "verify", name))}
			stdout, stderr, code := c.run(t, "")
			c.compare(t, "output.txt", stdout)
			c.compare(t, "error.txt", stderr)
			if failed := stderr != ""; failed != (code == exitError) {
				t.Errorf("exit code %d with %q", code, stderr)
			}
		})
	}
}
