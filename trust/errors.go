package trust

// Errors returns the errors that were joined in err, each by itself, also where some of them were
// joined before; none for nil. Causes deeper down are not taken apart: together they make one fault.
func Errors(err error) []error {
	if err == nil {
		return nil
	}
	joined, ok := err.(interface{ Unwrap() []error })
	if !ok {
		return []error{err}
	}
	var all []error
	for _, one := range joined.Unwrap() {
		all = append(all, Errors(one)...)
	}
	return all
}
