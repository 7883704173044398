package render

import "helm-runnertrust/trust"

// A report collects what does not keep the filter from its work, each finding once.
type report struct {
	warnings []trust.Finding
	notes    []trust.Finding // what is worth knowing, and no warning
	seen     map[trust.Finding]bool
}

func newReport() *report { return &report{seen: map[trust.Finding]bool{}} }

func (r *report) warn(findings ...trust.Finding) { r.warnings = r.add(r.warnings, findings) }

func (r *report) note(finding trust.Finding) { r.notes = r.add(r.notes, []trust.Finding{finding}) }

func (r *report) add(to, findings []trust.Finding) []trust.Finding {
	for _, f := range findings {
		if !r.seen[f] {
			r.seen[f] = true
			to = append(to, f)
		}
	}
	return to
}
