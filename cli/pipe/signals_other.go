//go:build !unix

package pipe

import (
	"os"
	"syscall"
)

// handedOn are the signals that Go knows of such a system.
var handedOn = []os.Signal{os.Interrupt, syscall.SIGTERM}
