package cli

import (
	"bytes"
	"crypto/x509"
	"encoding/json"
	"time"

	"helm-runnertrust/render/pod"
	"helm-runnertrust/trust"
	"helm-runnertrust/trust/probe"
)

// The structures of -o json, which docs/JSON.md describes. They are made from what the packages
// return, and nothing is made from them.

// errorJSON is the output of a command that has no result.
type errorJSON struct {
	Error findingJSON   `json:"error"`
	Also  []findingJSON `json:"also,omitempty"`
}

type certificateJSON struct {
	Subject     string   `json:"subject"`
	Issuer      string   `json:"issuer"`
	Names       []string `json:"names,omitempty"`
	NotBefore   string   `json:"notBefore"` // RFC 3339, UTC
	NotAfter    string   `json:"notAfter"`
	Fingerprint string   `json:"fingerprint"` // sha256:<hex>
}

type findingJSON struct {
	Code    trust.Code `json:"code"`
	Message string     `json:"message"`
	Hint    string     `json:"hint,omitempty"`
}

type verdictJSON struct {
	OK       bool          `json:"ok"`
	Status   trust.Status  `json:"status"`
	Finding  findingJSON   `json:"finding"`
	Warnings []findingJSON `json:"warnings,omitempty"`
}

// fetchedJSON is the output of fetch.
type fetchedJSON struct {
	Target      string            `json:"target"`
	Sent        []certificateJSON `json:"sent"`
	Chain       []certificateJSON `json:"chain"`
	File        []certificateJSON `json:"file"`
	Fault       *findingJSON      `json:"fault,omitempty"`
	Diagnosis   findingJSON       `json:"diagnosis"`
	Also        []findingJSON     `json:"also,omitempty"`
	Fingerprint bool              `json:"fingerprintVerified"`
	PEM         string            `json:"pem"`
}

// serverJSON is the output of verify URL.
type serverJSON struct {
	Target string            `json:"target"`
	OK     bool              `json:"ok"` // as the exit code
	Status trust.Status      `json:"status"`
	Dialed string            `json:"dialed,omitempty"`
	Sent   []certificateJSON `json:"sent"`
	Runner verdictJSON       `json:"runner"`
	Git    verdictJSON       `json:"git"`
}

// auditJSON is the output of verify for manifests.
type auditJSON struct {
	OK      bool          `json:"ok"` // as the exit code
	Runners []runnerJSON  `json:"runners"`
	Also    []findingJSON `json:"also,omitempty"` // releases without a verdict
}

type runnerJSON struct {
	Release      string            `json:"release,omitempty"`
	Deployment   string            `json:"deployment"`
	Namespace    string            `json:"namespace,omitempty"`
	Container    string            `json:"container"`
	URL          string            `json:"url,omitempty"`
	Host         string            `json:"host,omitempty"`
	Way          pod.Way           `json:"way"`
	File         string            `json:"file,omitempty"`
	From         string            `json:"from,omitempty"`
	ServedBy     string            `json:"servedBy,omitempty"`
	Jobs         bool              `json:"jobs"`
	Certificates []certificateJSON `json:"certificates,omitempty"`
	Status       trust.Status      `json:"status"`
	Finding      findingJSON       `json:"finding"`
	Warnings     []findingJSON     `json:"warnings,omitempty"`
	Online       *onlineJSON       `json:"online,omitempty"`
}

type onlineJSON struct {
	Dialed string      `json:"dialed,omitempty"`
	Runner verdictJSON `json:"runner"`
	Git    verdictJSON `json:"git"`
}

func certificatesJSON(certs []*x509.Certificate) []certificateJSON {
	list := make([]certificateJSON, 0, len(certs))
	for _, c := range certs {
		list = append(list, certificateJSON{
			Subject:     c.Subject.String(),
			Issuer:      c.Issuer.String(),
			Names:       trust.CoveredNames(c),
			NotBefore:   c.NotBefore.UTC().Format(time.RFC3339),
			NotAfter:    c.NotAfter.UTC().Format(time.RFC3339),
			Fingerprint: trust.Fingerprint(c),
		})
	}
	return list
}

// finding is a finding in JSON, and what to do about it.
func (t topic) finding(f trust.Finding) findingJSON {
	return findingJSON{Code: f.Code, Message: f.Message, Hint: t.of(f)}
}

func (t topic) findings(all []trust.Finding) []findingJSON {
	var list []findingJSON
	for _, f := range all {
		list = append(list, t.finding(f))
	}
	return list
}

func (t topic) verdict(v trust.Verdict) verdictJSON {
	return verdictJSON{OK: v.OK(), Status: v.Status, Finding: t.finding(v.Finding), Warnings: t.findings(v.Warnings)}
}

func newFetchedJSON(f *probe.Fetched, file *trust.Bundle, pinned bool) fetchedJSON {
	about := ofFetched(f)
	structure := fetchedJSON{
		Target:      f.Target.Address(),
		Sent:        certificatesJSON(f.Sent),
		Chain:       certificatesJSON(f.Chain.Certificates()),
		File:        certificatesJSON(file.Certificates()),
		Diagnosis:   about.finding(f.Diagnosis),
		Also:        about.findings(f.Also),
		Fingerprint: pinned,
		PEM:         string(file.PEM()),
	}
	if f.Fault != nil {
		fault := about.finding(*f.Fault)
		structure.Fault = &fault
	}
	return structure
}

func newServerJSON(v probe.Verdicts, ok bool) serverJSON {
	about := ofVerdicts(v)
	return serverJSON{
		Target: v.Target.Address(), OK: ok, Status: v.Status(), Dialed: v.Dialed, Sent: certificatesJSON(v.Sent),
		Runner: about.verdict(v.Runner), Git: about.verdict(v.Git),
	}
}

func (p *program) newAuditJSON(runners []auditedRunner, faults []error, passes bool) auditJSON {
	structure := auditJSON{OK: passes && len(faults) == 0, Runners: []runnerJSON{}}
	for _, fault := range faults {
		structure.Also = append(structure.Also, p.failure(fault))
	}
	for _, r := range runners {
		structure.Runners = append(structure.Runners, newRunnerJSON(r))
	}
	return structure
}

func newRunnerJSON(r auditedRunner) runnerJSON {
	structure := runnerJSON{
		Deployment: r.Deployment, Namespace: r.Namespace, Container: r.Container, URL: r.URL, Host: r.Host,
		Way: r.Way, File: r.File, From: r.From, ServedBy: r.ServedBy, Jobs: r.Jobs, Release: r.release, Status: r.Status,
		Finding: r.about.finding(r.Finding), Warnings: topic{occasion: ofManifests}.findings(r.Warnings),
	}
	if r.Bundle != nil {
		structure.Certificates = certificatesJSON(r.Bundle.Certificates())
	}
	if r.online != nil {
		about := r.ofHandshake()
		structure.Online = &onlineJSON{Dialed: r.online.Dialed, Runner: about.verdict(r.online.Runner), Git: about.verdict(r.online.Git)}
	}
	return structure
}

func encodeJSON(value any) ([]byte, error) {
	var out bytes.Buffer
	encoder := json.NewEncoder(&out)
	encoder.SetIndent("", "  ")
	encoder.SetEscapeHTML(false)
	err := encoder.Encode(value)
	return out.Bytes(), err
}
