package krm

import (
	"errors"
	"time"

	"helm-runnertrust/cli/advice"
	"helm-runnertrust/render"
	"helm-runnertrust/render/audit"
	"helm-runnertrust/render/yamledit"
	"helm-runnertrust/trust"
)

// A Function is the surroundings of a run.
type Function struct {
	Now time.Time

	Warn, Note func(trust.Finding) // for stderr: kustomize shows no results
}

// Run returns the list with its items filtered, or as they were, and with results. With an error,
// the items are as they were and the results say why; a malformed list gives nothing.
func (f Function) Run(stream *yamledit.Stream, doc *yamledit.Document) ([]byte, error) {
	l, err := newList(stream, doc)
	if err != nil {
		return nil, err
	}
	s, err := readConfig(l.config)
	items, streamErr := l.stream()
	switch {
	case err != nil || streamErr != nil:
		err = l.refuse(errors.Join(err, streamErr))
	case s.verifies:
		err = f.verify(l, items, s)
	default:
		err = l.refuse(f.filter(l, items, s))
	}
	out, fault := l.bytes()
	if fault != nil {
		fault = malformed("it cannot be written", fault)
	}
	return out, errors.Join(err, fault)
}

func (f Function) filter(l *resourceList, items *yamledit.Stream, s *spec) error {
	s.filter.Now = f.Now
	filtered, err := render.FilterStream(items, s.filter)
	if err != nil {
		return err
	}
	for _, warning := range filtered.Warnings {
		l.addFinding("warning", "", warning)
		f.Warn(warning)
	}
	for _, note := range filtered.Notes {
		l.addFinding("info", "", note)
		f.Note(note)
	}
	return l.replace(items, filtered.Bytes())
}

// verify changes nothing. A runner that would not connect, or that cannot be judged unless that is
// allowed, is an error.
func (f Function) verify(l *resourceList, items *yamledit.Stream, s *spec) error {
	text, err := items.Bytes()
	if err != nil {
		return l.refuse(err)
	}
	runners, err := audit.Run(text, audit.Options{
		Now: f.Now, ExpiresWithin: time.Duration(s.expiresWithin), Deployment: s.filter.Deployment, CertsDir: s.filter.CertsDir,
	})
	if err != nil {
		return l.refuse(advice.Context{Verify: true}.In(err))
	}
	var faults []error
	for _, runner := range runners {
		object := "Deployment/" + runner.Deployment
		for _, c := range runner.Clients() {
			finding, severity := c.Verdict.Finding, "info"
			if c.Name != audit.ClientRunner && finding == runner.Finding {
				continue
			}
			finding.Object = object
			if c.Name != audit.ClientRunner {
				finding.Message = c.Name.Label() + ": " + finding.Message
			}
			if c.Verdict.Status == trust.StatusFailed || c.Verdict.Status == trust.StatusUnknown && c.Decides() && !s.allowUnknown {
				severity = "error"
			}
			if m := l.addFinding(severity, runner.Namespace, finding); severity == "error" {
				faults = append(faults, &advice.Error{Code: m.Code, What: object + ": " + m.Message, Hint: m.Hint})
			}
		}
		for _, warning := range runner.Warnings {
			warning.Object = object
			l.addFinding("warning", runner.Namespace, warning)
			f.Warn(warning)
		}
	}
	return errors.Join(faults...)
}
