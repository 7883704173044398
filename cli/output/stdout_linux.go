package output

import (
	"os"
	"syscall"
)

// IsClosed reports whether a standard stream was closed when the program started, as by >&- of a
// shell. Go's runtime opens /dev/null in its place (checkfds in runtime/fds_unix.go, Go 1.26), for
// reading and writing, where shells open it for writing only; what is written there would be lost
// without a word.
func IsClosed(stream any) bool {
	file, ok := stream.(*os.File)
	if !ok {
		return false
	}
	flags, _, failed := syscall.Syscall(syscall.SYS_FCNTL, file.Fd(), syscall.F_GETFL, 0)
	if failed != 0 || flags&syscall.O_ACCMODE != syscall.O_RDWR {
		return false
	}
	about, err := file.Stat()
	null, nullErr := os.Stat(os.DevNull)
	return err == nil && nullErr == nil && os.SameFile(about, null)
}
