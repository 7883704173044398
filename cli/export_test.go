package cli

// withCodes returns the messages of a run that have a code.
func withCodes(p *printer) (all []message) {
	for _, m := range p.messages {
		if m.kind != "" && m.Code != "" {
			all = append(all, m)
		}
	}
	return all
}

// maxWidth is how many columns reports may take.
const maxWidth = 100
