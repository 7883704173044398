package trust

import "strconv"

// Error is a refusal of certificates, of an argument or of a connection.
type Error struct {
	// Origin is the file, the variable or the host:port that is at fault; an argument is quoted.
	Origin string
	// Line is the line of the origin, from 1; 0 where there is none.
	Line int
	// Code names the refusal.
	Code Code
	// Host is the server as one types it for fetch, host[:port]; empty where it is not known.
	Host string
	// Message says what is wrong: lower case, no final period.
	Message string
	// Err is the cause; may be nil.
	Err error
}

// Error returns "Origin:Line: Message: cause", leaving out what is empty.
func (e *Error) Error() string {
	text := e.Message
	if place := e.place(); place != "" {
		text = place + ": " + text
	}
	if e.Err != nil {
		text += ": " + e.Err.Error()
	}
	return text
}

func (e *Error) place() string {
	if e.Line > 0 {
		return e.Origin + ":" + strconv.Itoa(e.Line)
	}
	return e.Origin
}

// Unwrap returns the cause, or nil.
func (e *Error) Unwrap() error { return e.Err }
