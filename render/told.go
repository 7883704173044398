package render

// warn adds a warning, once.
func (f *filter) warn(w Warning) {
	if !f.told[w] {
		f.told[w] = true
		f.warnings = append(f.warnings, w)
	}
}

// note adds what is worth knowing and no warning, once.
func (f *filter) note(n Finding) {
	if !f.told[n] {
		f.told[n] = true
		f.notes = append(f.notes, n)
	}
}
