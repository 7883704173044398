//go:build unix

package cli

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"helm-runnertrust/fixtures"
)

// TestPipes reads certificates and manifests from pipes.
func TestPipes(t *testing.T) {
	manifests, ca := fixtures.Input(t, "accept/umbrella"), readFile(t, fixturesDir+"/certs/ca.crt")
	want := fixtures.Output(t, "accept/umbrella")
	run := func(stdin string, args ...string) (stdout, stderr string, code int) {
		var out, messages bytes.Buffer
		code = Run(Process{
			Args: args, Env: func(string) string { return "" },
			Stdin: strings.NewReader(stdin), Stdout: &out, Stderr: &messages, Now: fixturesNow,
		})
		return out.String(), messages.String(), code
	}
	pipe := func(t *testing.T, pieces ...string) string {
		path := filepath.Join(t.TempDir(), "pipe")
		if err := syscall.Mkfifo(path, 0o600); err != nil {
			t.Fatal(err)
		}
		written := make(chan error)
		go func() {
			writer, err := os.OpenFile(path, os.O_WRONLY, 0)
			for _, piece := range pieces {
				if err == nil {
					_, err = writer.WriteString(piece)
				}
			}
			_ = writer.Close() // the reader may be gone
			written <- err
		}()
		t.Cleanup(func() {
			if err := <-written; err != nil {
				t.Error(err)
			}
		})
		return path
	}
	t.Run("certificate", func(t *testing.T) {
		if stdout, stderr, code := run(manifests, "--cert="+pipe(t, ca[:100], ca[100:])); code != exitDone || stdout != want {
			t.Errorf("exit code %d, %s", code, stderr)
		}
	})
	t.Run("manifests", func(t *testing.T) {
		if stdout, stderr, code := run("", "render", "-f", pipe(t, manifests), "--cert="+pipe(t, ca)); code != exitDone || stdout != want {
			t.Errorf("exit code %d, %s", code, stderr)
		}
	})
	for _, args := range [][]string{{"--cert=/dev/zero"}, {"render", "-f", "/dev/zero"}} {
		if _, stderr, code := run(manifests, args...); code != exitError || !strings.Contains(stderr, "/dev/zero") || !strings.Contains(stderr, "it is a device") {
			t.Errorf("%s: exit code %d, %s", args, code, stderr)
		}
	}
}
