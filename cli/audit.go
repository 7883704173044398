package cli

import (
	"context"
	"crypto/x509"
	"fmt"
	"net/url"
	"strings"
	"time"

	"helm-runnertrust/render"
	"helm-runnertrust/trust"
	"helm-runnertrust/trust/probe"
)

// An auditedRunner is a runner of the manifests, and what its server was seen to do. Its status and
// finding are the handshake's where there was one.
type auditedRunner struct {
	render.AuditedRunner
	about  topic           // of the finding
	online *probe.Verdicts // nil without a handshake
}

func (p *program) verifyManifests(ctx context.Context, flags verifyFlags) error {
	stream, err := p.read(flags.input)
	if err != nil {
		return err
	}
	audited, err := render.Audit(stream, render.AuditOptions{
		Now:           p.Now,
		ExpiresWithin: time.Duration(flags.expiresWithin),
		Deployment:    flags.deployment,
		CertsDir:      flags.certsDir,
	})
	if err != nil {
		return err
	}
	runners := make([]auditedRunner, 0, len(audited))
	failed := 0
	for _, a := range audited {
		r := auditedRunner{AuditedRunner: a, about: topic{occasion: ofManifests, release: p.release}}
		r.nameServer()
		if flags.online {
			if err := p.goOnline(ctx, &r, flags); err != nil {
				return err
			}
		}
		if r.Status == render.StatusFailed {
			failed++
		}
		runners = append(runners, r)
	}
	err = p.result(flags.output,
		func() any { return newAuditJSON(runners, failed == 0) },
		func() string { return auditTable(runners) })
	if err != nil {
		return err
	}
	if failed > 0 {
		return &hinted{what: fmt.Sprintf("%d of %d runners failed", failed, len(runners)),
			hint: "the reason for each is below the table"}
	}
	return nil
}

// nameServer has the findings name the server with its port.
func (r *auditedRunner) nameServer() {
	server, err := trust.ParseServer(r.URL)
	if err != nil { // the manifest does not tell it
		return
	}
	r.about.host = server.Address
	r.Warnings, _ = server.About(r.Warnings, nil)
	if r.Finding.Host != "" {
		r.Finding.Host = server.Address
	}
}

// goOnline adds the handshake of a runner whose file is known, or who has none; its verdict then is
// the status.
func (p *program) goOnline(ctx context.Context, r *auditedRunner, flags verifyFlags) error {
	if r.Host == "" || r.Plain || r.Bundle == nil && r.Way != render.WayNone {
		return nil
	}
	address := r.Host
	if u, err := url.Parse(r.URL); err == nil && u.Host != "" {
		address = u.Host // a path means nothing to TLS
	}
	target, err := probe.ParseTarget(address)
	if err != nil {
		return err
	}
	verdicts, err := probe.Verify(ctx, target, r.Bundle, flags.connection.dialer(), p.Now)
	if err != nil {
		return err
	}
	r.online = &verdicts
	end := p.Now.Add(time.Duration(flags.expiresWithin))
	later := verdicts.At(end)
	switch {
	case !verdicts.OK():
		r.Status, r.Finding = render.StatusFailed, reasonOf(verdicts)
	case !later.OK():
		r.Status, r.Finding = render.StatusFailed, endsEarly(later, end)
	case r.Status == render.StatusUnknown:
		r.Status, r.Finding = render.StatusOK, verdicts.Runner.Finding
	default:
		return nil
	}
	r.about = ofVerdicts(verdicts)
	return nil
}

// auditTable is a line for each runner, then its file and what is in it.
func auditTable(runners []auditedRunner) string {
	rows := [][]string{{"RUNNER", "HOST", "WAY", "EXPIRES", "VERDICT"}}
	var details strings.Builder
	for _, r := range runners {
		expires := ""
		if r.Bundle != nil {
			expires = day(r.Bundle.NotAfter())
		}
		rows = append(rows, []string{r.fullName(), r.Host, string(r.Way), expires, string(r.Status)})
		details.WriteString(r.details())
	}
	return table(rows) + details.String()
}

// fullName is the Deployment's, with its namespace where the manifest has one.
func (r auditedRunner) fullName() string {
	return strings.TrimPrefix(r.Namespace+"/"+r.Deployment, "/")
}

// details are what the runner's line in the table has no room for.
func (r auditedRunner) details() string {
	var text strings.Builder
	fmt.Fprintf(&text, "\n%s, container %s: %s\n", r.fullName(), r.Container, sentence(r.Finding, r.about))
	if r.File != "" {
		fmt.Fprintf(&text, "  %s\n", r.File)
	}
	if r.From != "" {
		fmt.Fprintf(&text, "  from %s\n", r.From)
	}
	if r.Bundle != nil {
		for _, c := range r.Bundle.Certificates() {
			fmt.Fprintf(&text, "    %s\n      issuer %s, valid %s\n      %s\n",
				trust.Printable(nameOf(c)), trust.Printable(c.Issuer.String()), validity(c), trust.Fingerprint(c))
		}
	}
	for _, warning := range r.Warnings {
		said := sentence(warning, topic{occasion: ofManifests})
		fmt.Fprintf(&text, "  warning: %s\n", strings.ReplaceAll(said, "\n", "\n  "))
	}
	if r.online != nil {
		fmt.Fprintf(&text, "  runner: %s\n  git in jobs: %s\n", r.online.Runner.Finding.Message, r.online.Git.Finding.Message)
	}
	return text.String()
}

// nameOf is the names that a certificate covers, else its subject.
func nameOf(c *x509.Certificate) string {
	if names := trust.CoveredNames(c); len(names) > 0 {
		return strings.Join(names, ", ")
	}
	return c.Subject.String()
}
