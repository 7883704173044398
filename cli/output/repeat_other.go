//go:build !unix

package output

import "io"

// Repeat reports false: there is neither /proc nor /dev/tty to write to.
func Repeat(io.Writer, string, string) bool { return false }
