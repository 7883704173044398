package trust

// Error is a refusal of trust material or of a connection.
type Error struct {
	// Place is the file, with the line where there is one ("gitlab.crt:12"), or host:port.
	Place string
	// Code is the code of the Finding that was refused; empty for an input that could not be read.
	Code string
	// Message says what is wrong: lower case, no final period.
	Message string
	// Hint says what to do about it; may be empty.
	Hint string
	// Err is the cause; may be nil.
	Err error
}

// Error returns "Place: Message: cause", leaving out what is empty.
func (e *Error) Error() string {
	text := e.Message
	if e.Place != "" {
		text = e.Place + ": " + text
	}
	if e.Err != nil {
		text += ": " + e.Err.Error()
	}
	return text
}

// Unwrap returns the cause, or nil.
func (e *Error) Unwrap() error { return e.Err }
