package cli

import (
	"context"
	"crypto/x509"
	"fmt"
	"net"
	"net/url"
	"slices"
	"strings"
	"time"

	"helm-runnertrust/gitlabrunner"
	"helm-runnertrust/render/audit"
	"helm-runnertrust/render/pod"
	"helm-runnertrust/render/yamledit"
	"helm-runnertrust/trust"
	"helm-runnertrust/trust/probe"
)

// An auditedRunner is a runner of the manifests, and what its server was seen to do. Its status and
// finding are the handshake's where there was one.
type auditedRunner struct {
	audit.Runner
	about   topic           // of the finding
	online  *probe.Verdicts // nil without a handshake
	release string          // "namespace/name" with --all, else ""
}

func (p *program) verifyManifests(ctx context.Context, flags verifyFlags) error {
	stream, err := p.read(flags.input)
	if err != nil {
		return err
	}
	runners, err := p.audit(ctx, stream, flags.input, flags)
	if err != nil {
		if flags.deployment != "" {
			p.nameDeployments(err, yamledit.Split(stream))
		}
		return err
	}
	return p.reportRunners(runners, nil, flags)
}

// audit judges the runners of manifests, which came from in.
func (p *program) audit(ctx context.Context, stream []byte, in input, flags verifyFlags) ([]auditedRunner, error) {
	audited, err := audit.Run(stream, audit.Options{
		Now:           p.Now,
		ExpiresWithin: time.Duration(flags.expiresWithin),
		Deployment:    flags.deployment,
		CertsDir:      flags.certsDir,
	})
	if err != nil {
		return nil, err
	}
	runners := make([]auditedRunner, 0, len(audited))
	for _, a := range audited {
		r := auditedRunner{Runner: a, about: topic{
			occasion: ofManifests, release: p.typedRelease(in), command: p.typedVerify(in),
		}}
		r.nameServer()
		if flags.online {
			p.goOnline(ctx, &r, flags)
		}
		runners = append(runners, r)
	}
	return runners, nil
}

// reportRunners writes the verdicts, and fails unless all pass. The faults are those of releases that
// have none; the caller returns them too.
func (p *program) reportRunners(runners []auditedRunner, faults []error, flags verifyFlags) error {
	count := map[trust.Status]int{}
	passes := true
	for _, r := range runners {
		count[r.Status]++
		passes = passes && flags.passes(r.Status)
	}
	err := p.result(flags.output,
		func() any { return p.newAuditJSON(runners, faults, passes) },
		func() string { return auditTable(runners) })
	if err != nil || passes {
		return err
	}
	return notAllPass(count, len(runners), flags.online)
}

// nameServer has the findings name the server with its port.
func (r *auditedRunner) nameServer() {
	server, err := gitlabrunner.ParseServer(r.URL)
	if err != nil { // the manifest does not tell it
		return
	}
	r.about.host = server.Address
	r.Warnings, _ = server.About(r.Warnings, nil)
	if r.Finding.Host != "" {
		r.Finding.Host = server.Address
	}
}

// notAllPass says how many runners failed, and how many could not be judged.
func notAllPass(count map[trust.Status]int, all int, online bool) error {
	failed, unknown := count[trust.StatusFailed], count[trust.StatusUnknown]
	what, hint := fmt.Sprintf("%d of %d runners failed", failed, all), "the reason for each is below the table"
	if unknown > 0 && !online {
		hint += "; --online may tell more"
	}
	switch {
	case failed == 0:
		what = fmt.Sprintf("%d of %d runners cannot be judged", unknown, all)
		hint += "; --allow-unknown lets them pass"
	case unknown > 0:
		what += fmt.Sprintf(", %d cannot be judged", unknown)
	}
	return &hinted{what: what, hint: hint}
}

// goOnline adds the handshake of a runner whose file is known, or who has none; its verdict then
// counts too. What keeps it from being made is the runner's finding.
func (p *program) goOnline(ctx context.Context, r *auditedRunner, flags verifyFlags) {
	if r.Host == "" || r.Plain || r.Bundle == nil && r.Way != pod.WayNone && r.ServedBy == "" {
		return
	}
	verdicts, err := p.shakeHands(ctx, r, flags)
	if err != nil {
		if r.Status != trust.StatusFailed {
			r.Status, r.Finding = trust.StatusUnknown, probe.Explain(err)
		}
		return
	}
	r.online = &verdicts
	end := p.Now.Add(time.Duration(flags.expiresWithin))
	later := verdicts
	if flags.expiresWithin > 0 {
		later = verdicts.By(end)
	}
	r.Warnings = append(r.Warnings, later.Runner.Warnings...)
	switch now, then := verdicts.Status(), later.Status(); {
	case now == trust.StatusFailed:
		r.Status, r.Finding = now, reasonOf(verdicts)
	case then == trust.StatusFailed:
		r.Status, r.Finding = then, endsEarly(later, end)
	case r.Status == trust.StatusFailed:
		return
	case now == trust.StatusUnknown:
		r.Status, r.Finding = now, reasonOf(verdicts)
	case then == trust.StatusUnknown:
		r.Status, r.Finding = then, reasonOf(later)
	case r.Status == trust.StatusUnknown:
		r.Status, r.Finding = now, verdicts.Runner.Finding
	default:
		return
	}
	r.about = r.ofHandshake()
}

// ofHandshake is what the hints of the handshake's verdicts are about.
func (r *auditedRunner) ofHandshake() topic {
	about := ofVerdicts(*r.online)
	about.command = r.about.command
	return about
}

// shakeHands shakes hands with the server of a runner: at the address of --connect, else at those
// of the pod's hostAliases one after the other, else where its name leads to.
func (p *program) shakeHands(ctx context.Context, r *auditedRunner, flags verifyFlags) (probe.Verdicts, error) {
	host := r.Host
	if u, err := url.Parse(r.URL); err == nil && u.Port() != "" {
		host = net.JoinHostPort(host, u.Port())
	}
	target, err := probe.ParseTarget(host)
	if err != nil {
		return probe.Verdicts{}, err
	}
	dialer, addresses := flags.connection.dialer(), r.Addresses
	if dialer.Connect != "" || len(addresses) == 0 {
		addresses = []string{dialer.Connect}
	}
	var verdicts probe.Verdicts
	for _, dialer.Connect = range addresses {
		verdicts, err = probe.Verify(ctx, target, r.Bundle, dialer, p.Now)
		if err != nil || len(verdicts.Sent) > 0 {
			break
		}
	}
	if err != nil || r.Bundle != nil || r.ServedBy == "" || len(verdicts.Sent) == 0 {
		return verdicts, err
	}
	// The file is what the server sends: the Ingress serves the very Secret.
	if r.Bundle, err = trust.NewBundle(r.From+", as the server sends it", verdicts.Sent); err != nil {
		return verdicts, err
	}
	return probe.Verify(ctx, target, r.Bundle, dialer, p.Now)
}

// auditTable is a line for each runner, then its file and what is in it.
func auditTable(runners []auditedRunner) string {
	rows := [][]string{{"RUNNER", "HOST", "WAY", "EXPIRES", "VERDICT"}}
	ofReleases := slices.ContainsFunc(runners, func(r auditedRunner) bool { return r.release != "" })
	if ofReleases {
		rows[0] = slices.Insert(rows[0], 0, "RELEASE")
	}
	var details strings.Builder
	for _, r := range runners {
		expires := ""
		if r.Bundle != nil {
			expires = day(r.Bundle.NotAfter(r.Host))
		}
		row := []string{r.fullName(), r.Host, string(r.Way), expires, string(r.Status)}
		if ofReleases {
			row = slices.Insert(row, 0, r.release)
		}
		rows = append(rows, row)
		details.WriteString(r.details())
	}
	return table(rows) + details.String()
}

// fullName is the Deployment's, with its namespace where the manifest has one.
func (r auditedRunner) fullName() string {
	if r.release != "" { // which has the namespace
		return r.Deployment
	}
	return strings.TrimPrefix(r.Namespace+"/"+r.Deployment, "/")
}

// details are what the runner's line in the table has no room for.
func (r auditedRunner) details() string {
	var text strings.Builder
	name := r.fullName()
	if r.release != "" {
		name = "release " + r.release + ", " + name
	}
	fmt.Fprintf(&text, "\n%s, container %s: %s\n", name, r.Container, sentence(r.Finding, r.about))
	if r.File != "" {
		fmt.Fprintf(&text, "  %s\n", r.File)
	}
	if r.From != "" {
		fmt.Fprintf(&text, "  from %s", r.From)
		if r.ServedBy != "" {
			fmt.Fprintf(&text, ", which %s serves", r.ServedBy)
		}
		text.WriteString("\n")
	}
	if r.Jobs {
		text.WriteString("  its jobs' own programs trust GitLab too (--jobs)\n")
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
		if r.online.Dialed != "" {
			fmt.Fprintf(&text, "  dialed %s\n", r.online.Dialed)
		}
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
