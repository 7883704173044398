package cluster

import (
	"os/exec"
	"syscall"
)

// endWithParent has the kernel kill the program when this process dies, also
// by a test's timeout or SIGKILL, where no cleanup runs.
func endWithParent(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
}
