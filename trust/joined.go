package trust

// Joined returns the errors that were joined into err, at any depth; err alone where it joins none,
// and nothing for nil.
func Joined(err error) []error {
	if err == nil {
		return nil
	}
	joined, ok := err.(interface{ Unwrap() []error })
	if !ok {
		return []error{err}
	}
	var all []error
	for _, one := range joined.Unwrap() {
		all = append(all, Joined(one)...)
	}
	return all
}
