package yamledit

import (
	"regexp"
	"strconv"
	"strings"
	"sync"
)

// A SyntaxError is a text that is not one YAML document, or one that is refused.
type SyntaxError struct {
	Line    int // in the document, from 1; 0 where it is not known
	Message string
}

// Error is the message, without the line.
func (e *SyntaxError) Error() string { return e.Message }

// yamlLine is how go.yaml.in/yaml/v3 and this package write a place.
var yamlLine = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`^(?:yaml: )?line (\d+): ((?s).*)$`)
})

// unknownAnchor matches a message of go.yaml.in/yaml/v3 that repeats text of the document. That text can be
// a password that begins with an asterisk, which YAML takes for an alias.
var unknownAnchor = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`(?s)unknown anchor '.*' referenced`) })

// newSyntaxError takes the line out of a message of go.yaml.in/yaml/v3.
func newSyntaxError(err error) *SyntaxError {
	if unknownAnchor().MatchString(err.Error()) {
		return &SyntaxError{Message: "an alias (*) refers to an anchor that is not there"}
	}
	if found := yamlLine().FindStringSubmatch(err.Error()); found != nil {
		if line, err := strconv.Atoi(found[1]); err == nil {
			return &SyntaxError{Line: line, Message: found[2]}
		}
	}
	return &SyntaxError{Message: strings.TrimPrefix(err.Error(), "yaml: ")}
}
