//go:build unix

package pipe

import (
	"os"
	"syscall"
)

// handedOn are the signals that end a program, and so have to end the one of --pipe too.
var handedOn = []os.Signal{os.Interrupt, syscall.SIGTERM, syscall.SIGHUP, syscall.SIGQUIT}
