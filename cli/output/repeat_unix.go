//go:build unix

package output

import (
	"io"
	"io/fs"
	"os"
	"syscall"

	"golang.org/x/term"
)

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
	// Without waiting, as nobody may be reading at the other end of the pipe; an os.File would wait
	// all the same.
	end, err := syscall.Open(path, syscall.O_WRONLY|syscall.O_NONBLOCK|syscall.O_NOCTTY, 0)
	if err != nil {
		return false
	}
	defer func() { _ = syscall.Close(end) }() // nothing is left to be written
	if !isPipe && !term.IsTerminal(end) {
		return false
	}
	_, err = syscall.Write(end, []byte(text))
	return err == nil
}
