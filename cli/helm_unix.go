//go:build unix

package cli

import (
	"io/fs"
	"os"
	"syscall"

	"golang.org/x/term"
)

// repeat writes text to a pipe or a terminal; never to a file, which would be written from its
// start, and not where our own stderr goes already. It reports whether no other place has to be
// tried.
func (p *program) repeat(path, text string) bool {
	about, err := os.Stat(path)
	if err != nil {
		return false
	}
	if own, ok := p.Stderr.(*os.File); ok {
		if ownAbout, err := own.Stat(); err == nil && os.SameFile(about, ownAbout) {
			return true
		}
	}
	isPipe := about.Mode()&fs.ModeNamedPipe != 0
	if !isPipe && about.Mode()&fs.ModeCharDevice == 0 {
		return false
	}
	// Without waiting, as nobody may be reading at the other end of the pipe; an os.File would wait
	// all the same.
	place, err := syscall.Open(path, syscall.O_WRONLY|syscall.O_NONBLOCK|syscall.O_NOCTTY, 0)
	if err != nil {
		return false
	}
	defer func() { _ = syscall.Close(place) }() // nothing is left to be written
	if !isPipe && !term.IsTerminal(place) {
		return false
	}
	_, err = syscall.Write(place, []byte(text))
	return err == nil
}
