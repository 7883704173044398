package output

import (
	"os"

	"golang.org/x/term"
)

// IsTerminal reports whether a person sits at the other end of a stream.
func IsTerminal(stream any) bool {
	file, ok := stream.(*os.File)
	return ok && term.IsTerminal(int(file.Fd()))
}
