//go:build !linux

package cluster

import "os/exec"

// endWithParent does nothing: only Linux has a parent-death signal. Close
// still ends the program.
func endWithParent(*exec.Cmd) {}
