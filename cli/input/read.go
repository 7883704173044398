package input

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math"
	"os"
	"time"
)

// defaultPatience is how long a pipe may take. Whoever writes to it may ask a server first.
const defaultPatience = time.Minute

// Files reads what arguments name. The zero value is ready.
type Files struct {
	Patience time.Duration // with a pipe; 0 is a minute
}

var errDevice = errors.New("it is a device, not a file")

// Read returns what is in a file or of a pipe, at most limit bytes; 0 is no limit. A pipe, as the
// shell's <(command) gives it, ends with an error when nobody writes to it: opening and reading it
// wait for that, and cannot be broken off, so what waits is left behind.
func (f Files) Read(path string, limit int64) ([]byte, error) {
	about, err := os.Stat(path)
	if err == nil && about.Mode()&fs.ModeDevice != 0 {
		err = errDevice
	}
	if err != nil {
		return nil, err
	}
	var text []byte
	read := make(chan error, 1)
	go func() {
		file, err := os.Open(path)
		if err == nil {
			defer func() { _ = file.Close() }() // only read from
			text, err = io.ReadAll(io.LimitReader(file, cmp.Or(limit, math.MaxInt64)))
		}
		read <- err
	}()
	patience := cmp.Or(f.Patience, defaultPatience)
	select {
	case err := <-read:
		return text, err
	case <-time.After(patience):
		return nil, fmt.Errorf("it did not come to its end within %s", patience)
	}
}
