package output

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"syscall"
	"time"

	"golang.org/x/term"
)

// IsTerminal reports whether a person sits at the other end of a stream.
func IsTerminal(stream any) bool {
	file, ok := stream.(*os.File)
	return ok && term.IsTerminal(int(file.Fd()))
}

// IsClosed reports whether a standard stream was closed when the program started, as by >&- of a
// shell. Go's runtime opens /dev/null in its place (checkfds in runtime/fds_unix.go, Go 1.26), for
// reading and writing, where shells open it for writing only; what is written there would be lost
// without a word.
func IsClosed(stream any) bool {
	file, ok := stream.(*os.File)
	if !ok {
		return false
	}
	about, err := file.Stat()
	null, nullErr := os.Stat(os.DevNull)
	if err != nil || nullErr != nil || !os.SameFile(about, null) {
		return false
	}
	_, err = file.Read(make([]byte, 1))
	return errors.Is(err, io.EOF) // and no error of reading what is open for writing only
}

// Repeat writes text to the pipe or the terminal at a path; never to a file, which would be written
// from its start, and not to where stderr leads already. It reports whether no other path has to be
// tried.
func Repeat(stderr io.Writer, path, text string) bool {
	about, err := os.Stat(path)
	if err != nil {
		return false
	}
	if file, ok := stderr.(*os.File); ok {
		if ours, err := file.Stat(); err == nil && os.SameFile(about, ours) {
			return true
		}
	}
	isPipe := about.Mode()&fs.ModeNamedPipe != 0
	if !isPipe && about.Mode()&fs.ModeCharDevice == 0 {
		return false
	}
	file, err := os.OpenFile(path, os.O_WRONLY|syscall.O_NONBLOCK|syscall.O_NOCTTY, 0)
	if err != nil {
		return false
	}
	defer func() { _ = file.Close() }() // nothing is left to be written
	//nolint:forbidigo // the system compares this deadline with its clock; nobody may be reading at the other end of a pipe
	_ = file.SetWriteDeadline(time.Now().Add(time.Second))
	if !isPipe && !IsTerminal(file) {
		return false
	}
	_, err = io.WriteString(file, text)
	return err == nil
}
