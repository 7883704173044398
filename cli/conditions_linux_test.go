package cli

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"helm-runnertrust/fixtures"
)

// A result is what a process left behind.
type result struct {
	stdout, stderr string
	state          *os.ProcessState
}

// finish waits for a process that was started, for a minute at most.
func finish(t *testing.T, cmd *exec.Cmd) result {
	t.Helper()
	timer := time.AfterFunc(time.Minute, func() { _ = cmd.Process.Kill() })
	defer timer.Stop()
	err := cmd.Wait()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) && !errors.Is(err, syscall.EPIPE) {
		t.Fatal(err)
	}
	r := result{state: cmd.ProcessState}
	if out, ok := cmd.Stdout.(*bytes.Buffer); ok {
		r.stdout = out.String()
	}
	r.stderr = cmd.Stderr.(*bytes.Buffer).String()
	if strings.Contains(r.stderr, "panic:") {
		t.Errorf("it panics: %s", r.stderr)
	}
	return r
}

// start starts a program without an environment; where cmd has no streams, they are buffers.
func start(t *testing.T, cmd *exec.Cmd) {
	t.Helper()
	if cmd.Stdout == nil {
		cmd.Stdout = &bytes.Buffer{}
	}
	cmd.Stderr = &bytes.Buffer{}
	if cmd.Env == nil {
		cmd.Env = []string{}
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
}

// heed makes processes that are started from now on heed a signal, also where nohup or a script's
// background job has it ignored: a handler is the default again in a new program, what is ignored stays.
func heed(t *testing.T, sent os.Signal) {
	t.Helper()
	handled := make(chan os.Signal, 1)
	signal.Notify(handled, sent)
	t.Cleanup(func() { signal.Stop(handled) })
}

// TestConditions runs the program as machines and people do that nobody hopes for.
func TestConditions(t *testing.T) {
	binary := builtProgram(t)
	for name, test := range map[string]func(*testing.T, string){
		"odd machines": oddMachines, "closed stdin": closedStdin, "umask": umasks, "little memory": littleMemory, "no memory": noMemory,
		"closed early": closedEarly, "interrupted": interrupted, "empty root": emptyRoot, "many at once": manyAtOnce,
	} {
		t.Run(name, func(t *testing.T) { test(t, binary) })
	}
}

// oddMachines runs the filter on machines that are set up in odd ways, by a line of shell.
func oddMachines(t *testing.T, binary string) {
	input, want := fixtures.Input(t, "accept/umbrella"), fixtures.Output(t, "accept/umbrella")
	for name, c := range map[string]struct {
		shell, says string
		code        int
	}{
		"no HOME and nothing else": {shell: `exec "$@"`},
		"stdin is a folder":        {shell: `exec "$@" <.`, code: exitError, says: "/dev/stdin: is a directory\n"},
		"stdin is only written to": {shell: `exec "$@" 0>/dev/null`, code: exitError, says: "cannot read the manifests from stdin"},
		"disk full":                {shell: `exec "$@" >/dev/full`, code: exitError, says: "no space left on device\n"},
		"stderr is closed":         {shell: `exec "$@" 2>&-`},
		"stderr full":              {shell: `exec "$@" 2>/dev/full`},
		"SIGHUP ignored":           {shell: `trap '' HUP; exec 3<&0; "$@" <&3 & kill -HUP $!; wait $!`},
		"umask 000":                {shell: `umask 000; exec "$@"`},
		"umask 077":                {shell: `umask 077; exec "$@"`},
		"Turkish":                  {shell: `export LC_ALL=tr_TR.UTF-8 LANGUAGE=tr; exec "$@"`},
		"Chinese, not in UTF-8":    {shell: `export LC_ALL=zh_CN.GB18030 LANG=zh_CN.GB18030; exec "$@"`},
		"another time zone":        {shell: `export TZ=Pacific/Kiritimati; exec "$@"`},
		"64 descriptors":           {shell: `ulimit -n 64; exec "$@"`},
		"one processor":            {shell: `export GOMAXPROCS=1; exec "$@"`},
	} {
		t.Run(name, func(t *testing.T) {
			want := want
			cmd := exec.Command("sh", "-c", c.shell, "sh", binary, "--force", "--cert="+fixturesDir+"/certs/ca.crt")
			cmd.Stdin = strings.NewReader(input)
			start(t, cmd)
			r := finish(t, cmd)
			if c.code != exitDone {
				want = ""
			}
			if r.state.ExitCode() != c.code || r.stdout != want || !strings.Contains(r.stderr, c.says) {
				t.Errorf("%s, %d bytes of %d, %s", r.state, len(r.stdout), len(want), r.stderr)
			}
		})
	}
}

// closedStdin takes a stdin that is closed for an empty stream, which has no runner and no other object.
func closedStdin(t *testing.T, binary string) {
	for args, code := range map[string]int{"--cert=" + fixturesDir + "/certs/ca.crt": exitDone, "render": exitError, "verify": exitNotRun} {
		cmd := exec.Command("sh", "-c", `exec "$@" <&-`, "sh", binary, args)
		start(t, cmd)
		if r := finish(t, cmd); r.state.ExitCode() != code || r.stdout != "" {
			t.Errorf("%s: %s, %q, %s", args, r.state, r.stdout, r.stderr)
		}
	}
}

// umasks saves a certificate that everybody may read, whatever the umask.
func umasks(t *testing.T, binary string) {
	address, _ := newServer(t)
	for _, umask := range []string{"000", "077", "777"} {
		saved := filepath.Join(t.TempDir(), "gitlab.crt")
		cmd := exec.Command("sh", "-c", "umask "+umask+`; exec "$@"`, "sh", binary, "fetch", host, "--force", "--connect", address, "--save", saved)
		start(t, cmd)
		r := finish(t, cmd)
		if about, err := os.Stat(saved); err != nil || about.Mode() != 0o644 {
			t.Errorf("umask %s: %v, %v, %s", umask, about, err, r.stderr)
		}
	}
}

// peakVariable has the test's binary run its arguments as a command, and print as the last line to stderr the peak of
// its memory, in KiB: to a process that the tests start themselves, the system counts their own.
const peakVariable = "PEAK_OF_ARGUMENTS"

func init() {
	if os.Getenv(peakVariable) == "" {
		return
	}
	cmd := exec.Command(os.Args[1], os.Args[2:]...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, os.Stdout, os.Stderr
	if err := cmd.Run(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	fmt.Fprintln(os.Stderr, cmd.ProcessState.SysUsage().(*syscall.Rusage).Maxrss)
	os.Exit(0)
}

// littleMemory keeps the peak of each command below 64 MiB. No limit of a process shows that: Go maps
// far more than it touches (sysAlloc in runtime/malloc.go, Go 1.26).
func littleMemory(t *testing.T, binary string) {
	cert := "--cert=" + fixturesDir + "/certs/ca.crt"
	address, _ := newServer(t)
	input, output := fixtures.Input(t, "accept/umbrella")+"---\nkind: Other\ntext: "+strings.Repeat("x", 128<<10)+"\n", fixtures.Output(t, "accept/umbrella")
	for _, c := range []struct {
		stdin string
		args  []string
	}{
		{input, []string{"--force", cert}},
		{input, []string{"render", "--force", cert}},
		{input, []string{"render", "--force", "--diff", cert}},
		{output, []string{"verify", "-o", "json"}},
		{"", []string{"values", "--force", cert, "--host", host}},
		{"", []string{"fetch", host, "--force", "--connect", address}},
	} {
		cmd := exec.Command(os.Args[0], append([]string{binary}, c.args...)...)
		cmd.Env = append(os.Environ(), peakVariable+"=1")
		cmd.Stdin = strings.NewReader(c.stdin)
		start(t, cmd)
		r := finish(t, cmd)
		lines := strings.Split(strings.TrimSpace(r.stderr), "\n")
		var peakKiB int64
		if _, err := fmt.Sscan(lines[len(lines)-1], &peakKiB); err != nil || r.stdout == "" || peakKiB > 64<<10 {
			t.Errorf("%s: %d KiB for %d bytes, %s", c.args, peakKiB, len(r.stdout), r.stderr)
		}
	}
}

// noMemory has a stream for which there are no addresses left, of which Go's runtime takes more than a gigabyte
// from the start: nothing is written, and the program does not end well.
func noMemory(t *testing.T, binary string) {
	cmd := exec.Command("sh", "-c", `ulimit -v 1800000; exec "$@"`, "sh", binary, "--force", "--cert="+fixturesDir+"/certs/ca.crt")
	cmd.Stdin = io.MultiReader(strings.NewReader(fixtures.Input(t, "accept/umbrella")), strings.NewReader("---\nkind: ConfigMap\ndata:\n  large: |\n"),
		strings.NewReader(strings.Repeat("    line\n", 20<<20)))
	start(t, cmd)
	if r := finish(t, cmd); r.state.Success() || r.stdout != "" || !strings.Contains(r.stderr, "out of memory") {
		t.Errorf("%s, %d bytes, %.300s", r.state, len(r.stdout), r.stderr)
	}
}

// emptyRoot runs the program as nobody where nothing else is: no /tmp, /proc, /dev, /etc and home, and
// no folder that can be written to.
func emptyRoot(t *testing.T, binary string) {
	root := t.TempDir()
	for from, to := range map[string]string{binary: "helm-runnertrust", fixturesDir + "/certs/ca.crt": "ca.crt"} {
		if err := os.WriteFile(filepath.Join(root, to), []byte(readFile(t, from)), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Chmod(root, 0o555); err != nil {
		t.Fatal(err)
	}
	address, _ := newServer(t)
	want := fixtures.Output(t, "accept/umbrella")
	for _, c := range []struct {
		args, stdin, stdout, says string
		code                      int
	}{
		{args: "--force --cert=ca.crt", stdin: fixtures.Input(t, "accept/umbrella"), stdout: want},
		{args: "verify -o table", stdin: want, stdout: "…", says: "", code: exitDone},
		{args: "values --force --cert=ca.crt --host=" + host, stdout: "…"},
		{args: "fetch " + host + " --force --connect " + address, stdout: "…", says: "CN=Private Root"},
		{args: "fetch " + host + " --force --save gitlab.crt --connect " + address, says: "error: cannot write gitlab.crt: permission denied\n", code: exitError},
		{args: "verify --all", says: "error: cannot list the releases: ", code: exitNotRun},
	} {
		cmd := exec.Command("/helm-runnertrust", strings.Fields(c.args)...)
		cmd.Dir, cmd.Stdin, cmd.SysProcAttr = "/", strings.NewReader(c.stdin), asNobody(root)
		start(t, cmd)
		r := finish(t, cmd)
		if c.stdout == "…" && r.stdout != "" {
			c.stdout = r.stdout
		}
		if r.state.ExitCode() != c.code || r.stdout != c.stdout || !strings.Contains(r.stderr, c.says) {
			t.Errorf("%s: %s, %s%s", c.args, r.state, r.stdout, r.stderr)
		}
	}
}

// asNobody changes root and user: as root directly, else in a namespace of users.
func asNobody(root string) *syscall.SysProcAttr {
	if os.Getuid() == 0 {
		return &syscall.SysProcAttr{Chroot: root, Credential: &syscall.Credential{Uid: 65534, Gid: 65534}}
	}
	return &syscall.SysProcAttr{Chroot: root, Cloneflags: syscall.CLONE_NEWUSER,
		UidMappings: []syscall.SysProcIDMap{{ContainerID: 65534, HostID: os.Getuid(), Size: 1}},
		GidMappings: []syscall.SysProcIDMap{{ContainerID: 65534, HostID: os.Getgid(), Size: 1}}}
}

// manyAtOnce holds 200 processes before their input, and then feeds all of them.
func manyAtOnce(t *testing.T, binary string) {
	input, want := fixtures.Input(t, "accept/umbrella"), fixtures.Output(t, "accept/umbrella")
	commands, inputs := make([]*exec.Cmd, 200), make([]io.WriteCloser, 200)
	for i := range commands {
		commands[i] = exec.Command(binary, "--force", "--cert="+fixturesDir+"/certs/ca.crt")
		var err error
		if inputs[i], err = commands[i].StdinPipe(); err != nil {
			t.Fatal(err)
		}
		start(t, commands[i])
	}
	for _, stdin := range inputs {
		_, err := io.WriteString(stdin, input)
		if err := errors.Join(err, stdin.Close()); err != nil {
			t.Error(err)
		}
	}
	for _, cmd := range commands {
		if r := finish(t, cmd); !r.state.Success() || r.stdout != want {
			t.Fatalf("%s, %d bytes, %s", r.state, len(r.stdout), r.stderr)
		}
	}
}
