//go:build unix

package matrix

import (
	"os/exec"
	"syscall"
)

// killWithChildren gives the program a process group, and has the whole group
// killed when its time is up.
func killWithChildren(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }
}
