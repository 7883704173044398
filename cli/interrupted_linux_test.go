package cli

import (
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"helm-runnertrust/fixtures"
	"helm-runnertrust/trust/trusttest"
)

// closedEarly has a reader that takes the first bytes of more than a pipe holds.
func closedEarly(t *testing.T, binary string) {
	cmd := exec.Command(binary, "--force", "--cert="+fixturesDir+"/certs/ca.crt")
	cmd.Stdin = strings.NewReader(longInput(t))
	out, stop := outputPipe(t, cmd)
	start(t, cmd)
	stop()
	if _, err := io.ReadFull(out, make([]byte, 10)); err != nil {
		t.Error(err)
	}
	_ = out.Close()
	if r := finish(t, cmd); r.state.ExitCode() != exitError || !strings.Contains(r.stderr, "broken pipe\n") {
		t.Errorf("%s, %s", r.state, r.stderr)
	}
}

// longInput is more than a pipe of 64 KiB holds.
func longInput(t *testing.T) string {
	return fixtures.Input(t, "accept/umbrella") + strings.Repeat("---\nkind: Other\n", 20_000)
}

// outputPipe gives a command a pipe as stdout; done closes our side of its end.
func outputPipe(t *testing.T, cmd *exec.Cmd) (read *os.File, done func()) {
	t.Helper()
	read, write, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	cmd.Stdout = write
	return read, func() { _ = write.Close() }
}

// interrupted ends the program while it reads, writes, and waits for a server: it dies of the signal,
// and leaves nothing that looks whole.
func interrupted(t *testing.T, binary string) {
	cert := "--cert=" + fixturesDir + "/certs/ca.crt"
	for _, sent := range []syscall.Signal{syscall.SIGINT, syscall.SIGTERM} {
		heed(t, sent)
		died := func(t *testing.T, cmd *exec.Cmd) {
			t.Helper()
			if err := cmd.Process.Signal(sent); err != nil {
				t.Error(err)
			}
			r := finish(t, cmd)
			if status := r.state.Sys().(syscall.WaitStatus); !status.Signaled() || status.Signal() != sent || r.stdout != "" {
				t.Errorf("%s, %q, %s", r.state, r.stdout, r.stderr)
			}
		}
		t.Run("reading "+sent.String(), func(t *testing.T) {
			cmd := exec.Command(binary, cert)
			stdin, err := cmd.StdinPipe()
			if err != nil {
				t.Fatal(err)
			}
			start(t, cmd)
			if _, err := io.WriteString(stdin, longInput(t)); err != nil { // it returns when most of it is read
				t.Error(err)
			}
			died(t, cmd)
		})
		t.Run("writing "+sent.String(), func(t *testing.T) {
			cmd := exec.Command(binary, "--force", cert)
			cmd.Stdin = strings.NewReader(longInput(t))
			out, done := outputPipe(t, cmd)
			defer func() { _ = out.Close() }()
			start(t, cmd)
			done()
			if _, err := io.ReadFull(out, make([]byte, 10)); err != nil {
				t.Error(err)
			}
			died(t, cmd)
		})
		t.Run("fetching "+sent.String(), func(t *testing.T) {
			connected, folder := make(chan struct{}, 1), t.TempDir()
			s := trusttest.StartConnections(func(_ net.Conn, stop <-chan struct{}) { connected <- struct{}{}; <-stop })
			defer s.Close()
			cmd := exec.Command(binary, "fetch", host, "--connect", s.Addr, "--save", filepath.Join(folder, "gitlab.crt"))
			start(t, cmd)
			<-connected
			died(t, cmd)
			if left, err := os.ReadDir(folder); err != nil || len(left) > 0 {
				t.Errorf("%v, %v", left, err)
			}
		})
	}
}
