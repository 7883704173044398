//go:build unix

package tool

import (
	"errors"
	"os"
	"syscall"
)

// lock waits for the exclusive lock on the file path, which it creates. The
// kernel drops the lock with the process, so a killed builder blocks nobody.
func lock(path string) (unlock func(), err error) {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o644)
	if err != nil {
		return nil, err
	}
	for err = syscall.EINTR; errors.Is(err, syscall.EINTR); {
		err = syscall.Flock(int(f.Fd()), syscall.LOCK_EX)
	}
	return func() { _ = f.Close() }, err
}
