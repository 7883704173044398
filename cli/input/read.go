package input

import (
	"cmp"
	"errors"
	"io"
	"io/fs"
	"math"
	"os"
)

var errDevice = errors.New("it is a device, not a file")

// Read returns what is in a file or of a pipe, as the shell's <(command) gives it, at most limit bytes; 0 is no limit.
func Read(path string, limit int64) ([]byte, error) {
	about, err := os.Stat(path)
	if err == nil && about.Mode()&fs.ModeDevice != 0 {
		err = errDevice
	}
	if err != nil {
		return nil, err
	}
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer func() { _ = file.Close() }() // only read from
	return io.ReadAll(io.LimitReader(file, cmp.Or(limit, math.MaxInt64)))
}
