//go:build !unix

package cli

// repeat has no place to write to: there is neither /proc nor /dev/tty.
func (p *program) repeat(_, _ string) bool { return false }
