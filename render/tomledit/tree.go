package tomledit

import (
	"errors"
	"fmt"
	"maps"
	"math"
	"reflect"
	"strings"
	"unicode"

	"github.com/pelletier/go-toml/v2"
)

// maxSize keeps the time in bounds: the parser looks for duplicate keys in a time that grows
// with the square of their number, 0.1 s for a text of this size and 15 s for 1 MiB. Templates
// have some hundred bytes.
const maxSize = 64 << 10

const byteOrderMark = "\ufeff"

// decode is the tree of a text.
func decode(text string) (map[string]any, error) {
	if len(text) > maxSize {
		return nil, &SyntaxError{Message: fmt.Sprintf("it has %d bytes, more than %d", len(text), maxSize)}
	}
	var tree map[string]any
	if err := toml.Unmarshal(source(text), &tree); err != nil {
		return nil, asSyntaxError(err)
	}
	return tree, nil
}

// source is the text for the parser, which refuses the byte order mark that the runner's
// passes over. Blanks instead of it keep the positions.
func source(text string) []byte {
	bytes := []byte(text)
	if strings.HasPrefix(text, byteOrderMark) {
		copy(bytes, "   ")
	}
	return bytes
}

func asSyntaxError(err error) *SyntaxError {
	line := 0
	if placed := (*toml.DecodeError)(nil); errors.As(err, &placed) {
		line, _ = placed.Position()
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

// treeWith is the tree after an edit: one setting of the runner changed, all else as it is.
func (c *Config) treeWith(key, value string) map[string]any {
	return c.treeOf(func(own map[string]any) { own[key] = value })
}

// treeWithout is the tree after a setting of the runner was taken out.
func (c *Config) treeWithout(key string) map[string]any {
	return c.treeOf(func(own map[string]any) { delete(own, key) })
}

func (c *Config) treeOf(edit func(own map[string]any)) map[string]any {
	own := map[string]any{}
	if runners, _ := c.tree[c.runner.array].([]any); len(runners) == 1 {
		settings, _ := runners[0].(map[string]any)
		maps.Copy(own, settings)
	}
	edit(own)
	tree := maps.Clone(c.tree)
	tree[c.runner.array] = []any{own}
	return tree
}

// equal reports whether two decoded values are the same.
func equal(a, b any) bool {
	switch a := a.(type) {
	case map[string]any:
		b, ok := b.(map[string]any)
		return ok && maps.EqualFunc(a, b, equal)
	case []any:
		b, ok := b.([]any)
		if !ok || len(a) != len(b) {
			return false
		}
		for i := range a {
			if !equal(a[i], b[i]) {
				return false
			}
		}
		return true
	case float64:
		b, ok := b.(float64)
		return ok && math.Float64bits(a) == math.Float64bits(b) // also where it is NaN
	}
	return reflect.DeepEqual(a, b)
}
