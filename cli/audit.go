package cli

import (
	"context"
	"fmt"
	"net/url"
	"strings"
	"time"

	"helm-runnertrust/render"
	"helm-runnertrust/trust"
	"helm-runnertrust/trust/probe"
)

// runnerJSON is one runner in the output of verify -o json for manifests;
// docs/JSON.md describes it.
type runnerJSON struct {
	Deployment   string            `json:"deployment"`
	Namespace    string            `json:"namespace,omitempty"`
	Container    string            `json:"container"`
	URL          string            `json:"url,omitempty"`
	Host         string            `json:"host,omitempty"`
	Way          render.Way        `json:"way"`
	File         string            `json:"file,omitempty"`
	From         string            `json:"from,omitempty"`
	Certificates []certificateJSON `json:"certificates,omitempty"`
	Status       render.Status     `json:"status"`
	Finding      trust.Finding     `json:"finding"`
	Warnings     []trust.Finding   `json:"warnings,omitempty"`
	Online       *onlineJSON       `json:"online,omitempty"`
}

type onlineJSON struct {
	Runner trust.Verdict `json:"runner"`
	Git    trust.Verdict `json:"git"`
}

type auditJSON struct {
	OK      bool         `json:"ok"` // no runner failed
	Runners []runnerJSON `json:"runners"`
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
	result := auditJSON{OK: true, Runners: []runnerJSON{}}
	failed := 0
	for _, a := range audited {
		r := reportRunner(a)
		if flags.online {
			if err := p.goOnline(ctx, &r, a, flags); err != nil {
				return err
			}
		}
		if r.Status == render.StatusFailed {
			result.OK = false
			failed++
		}
		result.Runners = append(result.Runners, r)
	}
	out := []byte(auditTable(result.Runners))
	if flags.output.isJSON() {
		if out, err = encodeJSON(result); err != nil {
			return err
		}
	}
	if err := p.write(out); err != nil {
		return err
	}
	if failed > 0 {
		return &hinted{what: fmt.Sprintf("%d of %d runners failed", failed, len(result.Runners)),
			hint: "the reason of each stands below the table"}
	}
	return nil
}

func reportRunner(a render.AuditedRunner) runnerJSON {
	r := runnerJSON{
		Deployment: a.Deployment, Namespace: a.Namespace, Container: a.Container, URL: a.URL, Host: a.Host,
		Way: a.Way, File: a.File, From: a.From, Status: a.Status, Finding: a.Finding, Warnings: a.Warnings,
	}
	if a.Bundle != nil {
		r.Certificates = describe(a.Bundle.Certificates())
	}
	return r
}

// goOnline adds the handshake of a runner whose file is known, or who has
// none; its verdict then is the status.
func (p *program) goOnline(ctx context.Context, r *runnerJSON, a render.AuditedRunner, flags verifyFlags) error {
	if a.Host == "" || a.Plain || a.Bundle == nil && a.Way != render.WayNone {
		return nil
	}
	address := a.Host
	if u, err := url.Parse(a.URL); err == nil && u.Host != "" {
		address = u.Host // the path of a GitLab below one is nothing to TLS
	}
	target, err := probe.ParseTarget(address)
	if err != nil {
		return err
	}
	verdicts, err := probe.Verify(ctx, target, a.Bundle, flags.connection.dialer(), p.Now)
	if err != nil {
		return err
	}
	r.Online = &onlineJSON{Runner: verdicts.Runner, Git: verdicts.Git}
	later := verdicts.At(p.Now.Add(time.Duration(flags.expiresWithin)))
	switch {
	case !verdicts.OK():
		r.Status, r.Finding = render.StatusFailed, reasonOf(verdicts)
	case !later.OK():
		r.Status, r.Finding = render.StatusFailed, soonOver(later, flags.expiresWithin)
	case r.Status == render.StatusUnknown:
		r.Status, r.Finding = render.StatusOK, verdicts.Runner.Finding
	}
	return nil
}

// auditTable is a line for each runner, then its file and what is in it.
func auditTable(runners []runnerJSON) string {
	rows := [][]string{{"RUNNER", "HOST", "WAY", "FROM", "EXPIRES", "VERDICT"}}
	var details strings.Builder
	for _, r := range runners {
		name := strings.TrimPrefix(r.Namespace+"/"+r.Deployment, "/")
		expires := ""
		for _, c := range r.Certificates {
			if day := c.NotAfter[:len(time.DateOnly)]; expires == "" || day < expires {
				expires = day
			}
		}
		rows = append(rows, []string{name, r.Host, string(r.Way), r.From, expires, string(r.Status)})
		fmt.Fprintf(&details, "\n%s, container %s: %s\n", name, r.Container, sentence(r.Finding))
		if r.File != "" {
			fmt.Fprintf(&details, "  %s\n", r.File)
		}
		for _, c := range r.Certificates {
			fmt.Fprintf(&details, "    %s\n      issuer %s, valid %s to %s\n      %s\n",
				trust.Printable(nameOf(c)), trust.Printable(c.Issuer), c.NotBefore[:len(time.DateOnly)], c.NotAfter[:len(time.DateOnly)], c.Fingerprint)
		}
		for _, warning := range r.Warnings {
			fmt.Fprintf(&details, "  warning: %s\n", strings.ReplaceAll(sentence(warning), "\n", "\n  "))
		}
		if r.Online != nil {
			fmt.Fprintf(&details, "  runner: %s\n  git in jobs: %s\n", r.Online.Runner.Finding.Message, r.Online.Git.Finding.Message)
		}
	}
	return table(rows) + details.String()
}

// nameOf is the names that a certificate covers, else its subject.
func nameOf(c certificateJSON) string {
	if len(c.Names) > 0 {
		return strings.Join(c.Names, ", ")
	}
	return c.Subject
}
