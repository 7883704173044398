package input

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"time"
)

// defaultPatience is how long a pipe may stay silent. Whoever writes to it may ask a server first.
const defaultPatience = time.Minute

// Files reads what arguments name. The zero value is ready.
type Files struct {
	Patience time.Duration // with a pipe that says nothing; 0 is a minute
}

var errDevice = errors.New("it is a device, not a file")

// Read returns what is in a file or of a pipe, at most limit bytes; 0 is no limit. A pipe, as
// the shell's <(command) gives it, ends with an error when nobody writes to it.
func (f Files) Read(path string, limit int64) ([]byte, error) {
	about, err := os.Stat(path)
	switch {
	case err != nil:
		return nil, err
	case about.Mode()&fs.ModeDevice != 0:
		return nil, errDevice
	case about.Mode()&fs.ModeNamedPipe != 0:
		return f.readPipe(path, limit)
	case limit == 0:
		return os.ReadFile(path)
	}
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer func() { _ = file.Close() }() // only read from
	return io.ReadAll(io.LimitReader(file, limit))
}

// readPipe reads a pipe. Opening it waits for somebody who writes, and cannot be broken off:
// what waits is left behind.
func (f Files) readPipe(path string, limit int64) ([]byte, error) {
	type piece struct {
		text []byte
		err  error
	}
	pieces, done := make(chan piece), make(chan struct{})
	defer close(done)
	send := func(text []byte, err error) (more bool) {
		select {
		case pieces <- piece{text, err}:
			return err == nil
		case <-done:
			return false
		}
	}
	go func() {
		file, err := os.Open(path)
		if err != nil {
			send(nil, err)
			return
		}
		defer func() { _ = file.Close() }() // only read from
		for more := true; more; {
			text := make([]byte, 64<<10)
			n, err := file.Read(text)
			more = send(text[:n], err)
		}
	}()
	patience := cmp.Or(f.Patience, defaultPatience)
	silence := time.NewTimer(patience)
	defer silence.Stop()
	var all []byte
	for limit == 0 || int64(len(all)) < limit {
		select {
		case <-silence.C:
			return nil, fmt.Errorf("nothing came from the pipe for %s", patience)
		case p := <-pieces:
			all = append(all, p.text...)
			if errors.Is(p.err, io.EOF) {
				return all, nil
			}
			if p.err != nil {
				return nil, p.err
			}
			silence.Reset(patience)
		}
	}
	return all, nil
}
