package tomledit

import (
	"errors"
	"fmt"
	"strings"
	"unicode"

	"github.com/pelletier/go-toml/v2"
)

// maxSize keeps the time in bounds: the parser looks for duplicate keys in a time that grows
// with the square of their number, 0.1 s for a text of this size and 15 s for 1 MiB. Templates
// have some hundred bytes.
const maxSize = 64 << 10

// decode returns the tree of a text. The error is a *SyntaxError.
func decode(text string) (map[string]any, error) {
	if len(text) > maxSize {
		return nil, &SyntaxError{Message: fmt.Sprintf("it has %d bytes, more than %d", len(text), maxSize)}
	}
	var tree map[string]any
	if err := toml.Unmarshal([]byte(text), &tree); err != nil {
		return nil, asSyntaxError(err)
	}
	return tree, nil
}

func asSyntaxError(err error) *SyntaxError {
	line := 0
	if positioned, ok := errors.AsType[*toml.DecodeError](err); ok {
		line, _ = positioned.Position()
	}
	message := strings.TrimPrefix(err.Error(), "toml: ")
	// It may quote a key, which may hold anything.
	return &SyntaxError{line, strings.Map(func(r rune) rune {
		if unicode.IsPrint(r) {
			return r
		}
		return unicode.ReplacementChar
	}, message)}
}
