package cluster

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
)

// process is a running program whose output goes to a file.
type process struct {
	name string
	log  string
	cmd  *exec.Cmd
	// ended is closed once the program was waited for.
	ended chan struct{}
}

// startProcess runs the program and appends what it prints to dir/NAME.log.
func startProcess(dir, name, program string, args ...string) (*process, error) {
	p := &process{name: name, log: filepath.Join(dir, name+".log"), ended: make(chan struct{})}
	log, err := os.OpenFile(p.log, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, err
	}
	defer func() { _ = log.Close() }() // the program has its own descriptor
	p.cmd = exec.Command(program, args...)
	p.cmd.Dir = dir
	p.cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "HOME=" + dir}
	p.cmd.Stdout, p.cmd.Stderr = log, log
	endWithParent(p.cmd)

	started := make(chan error)
	go func() {
		// Linux sends the parent-death signal when the thread that started
		// the program ends (prctl(2)), so that thread is kept until then.
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		err := p.cmd.Start()
		started <- err
		if err == nil {
			_ = p.cmd.Wait() // how it ended is in its log
			close(p.ended)
		}
	}()
	if err := <-started; err != nil {
		return nil, fmt.Errorf("start %s: %w", name, err)
	}
	return p, nil
}

// running says whether the program has not ended yet.
func (p *process) running() bool {
	select {
	case <-p.ended:
		return false
	default:
		return true
	}
}

// kill ends the program at once, as its state is thrown away, and waits.
func (p *process) kill() {
	_ = p.cmd.Process.Kill() // fails only when it has ended
	<-p.ended
}

// logTail returns the last lines of what the program printed.
func (p *process) logTail() string {
	const lines = 25
	content, err := os.ReadFile(p.log)
	if err != nil {
		return err.Error()
	}
	all := strings.Split(string(bytes.TrimRight(content, "\n")), "\n")
	return fmt.Sprintf("last lines of %s:\n%s", p.log, strings.Join(all[max(0, len(all)-lines):], "\n"))
}
