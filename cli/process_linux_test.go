package cli

import (
	"bytes"
	"errors"
	"io"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
	"unsafe"

	"helm-runnertrust/fixtures"
)

// TestProcess runs the program with streams that a person or a machine may hand it.
func TestProcess(t *testing.T) {
	binary := builtProgram(t)
	cert := "--cert=" + fixturesDir + "/certs/ca.crt"
	input := fixtures.Input(t, "accept/umbrella")

	t.Run("terminal on stdin", func(t *testing.T) {
		stdout, stderr, code := process(t, binary, terminal(t), nil, cert)
		if code != exitError || stdout != "" || !strings.Contains(stderr, "Usage:") || !strings.Contains(stderr, "stdin is a terminal") {
			t.Errorf("exit code %d, stdout %q, stderr %q", code, stdout, stderr)
		}
	})
	t.Run("disk full", func(t *testing.T) {
		full, err := os.OpenFile("/dev/full", os.O_WRONLY, 0)
		if err != nil {
			t.Fatal(err)
		}
		_, stderr, code := process(t, binary, strings.NewReader(input), full, cert)
		if code != exitError || !strings.Contains(stderr, "runnertrust: error: cannot write the output") || !strings.Contains(stderr, "no space left") {
			t.Errorf("exit code %d, stderr %q", code, stderr)
		}
	})
	t.Run("stdout closed", func(t *testing.T) {
		read, write, err := os.Pipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := read.Close(); err != nil {
			t.Fatal(err)
		}
		_, stderr, code := process(t, binary, strings.NewReader(input), write, cert)
		if code != exitError || !strings.Contains(stderr, "broken pipe") || strings.Contains(stderr, "goroutine") {
			t.Errorf("exit code %d, stderr %q", code, stderr)
		}
	})
	t.Run("no stdout", func(t *testing.T) {
		for command, want := range map[string]int{
			"exec " + binary + " " + cert + " >&-":                                     exitError,
			"exec " + binary + " render " + cert + " >&-":                              exitError,
			"exec " + binary + " " + cert + " >/dev/null":                              exitDone,
			"exec " + binary + " render --detailed-exitcode " + cert + " >&-":          exitChanges,
			"exec " + binary + " fetch gitlab.test --connect 127.0.0.1:1 >&-":          exitError,
			"exec " + binary + " render " + cert + " --detailed-exitcode 1<>/dev/null": exitChanges,
		} {
			cmd := exec.Command("sh", "-c", command)
			var stderr bytes.Buffer
			cmd.Stdin, cmd.Stderr = strings.NewReader(input), &stderr
			var exit *exec.ExitError
			if err := cmd.Run(); err != nil && !errors.As(err, &exit) {
				t.Fatal(err)
			}
			if code := cmd.ProcessState.ExitCode(); code != want {
				t.Errorf("%s: exit code %d, %s", command, code, &stderr)
			}
		}
	})
	t.Run("pipe of the shell", func(t *testing.T) {
		for name, descriptor := range map[string]string{"certificate": "--cert=/dev/fd/3", "slow": "--cert=/dev/fd/4"} {
			cmd := exec.Command("bash", "-c", "exec 3< <(cat "+fixturesDir+"/certs/ca.crt) 4< <(sleep 0.3; cat "+fixturesDir+"/certs/ca.crt); exec "+binary+" "+descriptor)
			var stdout, stderr bytes.Buffer
			cmd.Stdin, cmd.Stdout, cmd.Stderr = strings.NewReader(input), &stdout, &stderr
			if err := cmd.Run(); err != nil || stdout.Len() <= len(input) {
				t.Errorf("%s: %v, %s", name, err, &stderr)
			}
		}
	})
	t.Run("pastrout of a proxy", func(t *testing.T) {
		for _, proxy := range []string{
			"http://user:troutfish@proxy.invalid:80a", "http://user:trout/fish@127.0.0.1:1", "http://user:trout fish@127.0.0.1:1",
			"http://user:1/fish@127.0.0.1:1", "http://troutfish@127.0.0.1:1", "user:troutfish@127.0.0.1:1", "troutfish@127.0.0.1:1/",
			"socks5://user:troutfish@127.0.0.1:1", "http://user:trout#fish@127.0.0.1:1", "http:user:troutfish@127.0.0.1:1",
		} {
			for _, command := range []string{"fetch", "verify"} {
				cmd := exec.Command(binary, command, "gitlab.invalid", "-o", "json")
				cmd.Env = []string{"HTTPS_PROXY=" + proxy}
				said, err := cmd.CombinedOutput()
				if err == nil || bytes.Contains(said, []byte("trout")) || bytes.Contains(said, []byte("fish")) || !bytes.Contains(said, []byte("proxy")) {
					t.Errorf("%s %s: %v, %s", command, proxy, err, said)
				}
			}
		}
	})
	t.Run("no environment", func(t *testing.T) {
		stdout, stderr, code := process(t, binary, strings.NewReader(input), nil, cert)
		if code != exitDone || stderr != "" || len(stdout) <= len(input) {
			t.Errorf("exit code %d, %d bytes, stderr %q", code, len(stdout), stderr)
		}
	})
}

// process runs the program without an environment, for a minute at the most.
func process(t *testing.T, binary string, stdin io.Reader, stdout *os.File, args ...string) (out, stderr string, code int) {
	t.Helper()
	cmd := exec.Command(binary, args...)
	cmd.Stdin, cmd.WaitDelay = stdin, time.Minute
	if stdout != nil {
		cmd.Stdout = stdout
	}
	start(t, cmd)
	r := finish(t, cmd)
	return r.stdout, r.stderr, r.state.ExitCode()
}

// terminal opens a pseudo-terminal and returns the end that a program gets (pts(4)); the other end
// stays open and silent.
func terminal(t *testing.T) *os.File {
	t.Helper()
	person, err := os.OpenFile("/dev/ptmx", os.O_RDWR|syscall.O_NOCTTY, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = person.Close() })
	var unlock, number uint32
	for request, value := range map[uintptr]*uint32{syscall.TIOCSPTLCK: &unlock, syscall.TIOCGPTN: &number} {
		if _, _, errno := syscall.Syscall(syscall.SYS_IOCTL, person.Fd(), request, uintptr(unsafe.Pointer(value))); errno != 0 {
			t.Fatal(errno)
		}
	}
	program, err := os.OpenFile("/dev/pts/"+strconv.Itoa(int(number)), os.O_RDWR|syscall.O_NOCTTY, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = program.Close() })
	return program
}
