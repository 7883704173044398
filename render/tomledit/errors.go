package tomledit

import (
	"fmt"
	"strconv"
	"strings"
)

// A SyntaxError is a text that is not TOML, or is too large.
type SyntaxError struct {
	Line    int // from 1; 0 for the whole text
	Message string
}

// Error is the line, then what is wrong.
func (e *SyntaxError) Error() string { return inLine(e.Line, e.Message) }

// A RunnersError is a text that has not exactly one [[runners]]. Registration stops at it:
// "configuration template must contain exactly one [[runners]] entry" (gitlab-runner,
// commands/register.go).
type RunnersError struct {
	Runners []Runner // in order, to name their hosts; empty when there is none
}

// Error is how many there are, and where.
func (e *RunnersError) Error() string {
	if len(e.Runners) == 0 {
		return "there is no [[runners]]; the runner needs exactly one"
	}
	lines := make([]string, len(e.Runners))
	for i, runner := range e.Runners {
		lines[i] = strconv.Itoa(runner.Line)
	}
	return fmt.Sprintf("there are %d [[runners]] (lines %s); the runner needs exactly one",
		len(lines), strings.Join(lines, ", "))
}

// A SettingError is a key that the runner would refuse, or would read one time in two.
type SettingError struct {
	Key     string // as it is spelled in the text: "tls-ca-file"
	Line    int    // from 1
	Message string
}

// Error is the line, the key, then what is wrong.
func (e *SettingError) Error() string { return inLine(e.Line, e.Key+": "+e.Message) }

// An EditError is an edit that cannot be made by adding text.
type EditError struct {
	Key     string // the setting or table: "pre_build_script", "runners.kubernetes.volumes"
	Line    int    // of the setting, or else of [[runners]]; from 1
	Message string
	Add     string // the lines to add by hand, in a script in front of its own; "" where that is no way out
	Err     error  // the cause; may be nil
}

// Error is the line, the key, what is wrong, and the cause.
func (e *EditError) Error() string {
	message := e.Key + ": " + e.Message
	if e.Err != nil {
		message += ": " + e.Err.Error()
	}
	return inLine(e.Line, message)
}

// Unwrap is the cause.
func (e *EditError) Unwrap() error { return e.Err }

func inLine(line int, message string) string {
	if line == 0 {
		return message
	}
	return "line " + strconv.Itoa(line) + ": " + message
}
