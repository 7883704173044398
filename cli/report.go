package cli

import (
	"cmp"
	"crypto/x509"
	"fmt"
	"strings"
	"time"

	"helm-runnertrust/cli/advice"
	"helm-runnertrust/cli/output"
	"helm-runnertrust/trust"
	"helm-runnertrust/trust/probe"
)

// What commands report is one value each, which is written as JSON (docs/JSON.md) or as a table.

// A certificate is one in a report.
type certificate struct {
	Subject     string   `json:"subject"`
	Issuer      string   `json:"issuer"`
	Names       []string `json:"names,omitempty"`
	NotBefore   string   `json:"notBefore"` // RFC 3339, UTC
	NotAfter    string   `json:"notAfter"`
	Fingerprint string   `json:"fingerprint"` // sha256:<hex>
}

func newCertificate(c *x509.Certificate) certificate {
	return certificate{
		Subject: c.Subject.String(), Issuer: c.Issuer.String(), Names: trust.CoveredNames(c),
		NotBefore: c.NotBefore.UTC().Format(time.RFC3339), NotAfter: c.NotAfter.UTC().Format(time.RFC3339),
		Fingerprint: trust.Fingerprint(c),
	}
}

func certificates(certs []*x509.Certificate) []certificate {
	list := make([]certificate, 0, len(certs))
	for _, c := range certs {
		list = append(list, newCertificate(c))
	}
	return list
}

// name returns the names that a certificate covers, else its subject.
func (c certificate) name() string { return cmp.Or(trust.List(c.Names), trust.Shorten(c.Subject)) }

// validity returns the days from and until which a certificate is valid, in UTC.
func (c certificate) validity() string {
	return c.NotBefore[:len(time.DateOnly)] + " to " + c.NotAfter[:len(time.DateOnly)]
}

// A verdict is that on one client.
type verdict struct {
	OK       bool             `json:"ok"`
	Status   trust.Status     `json:"status"`
	Finding  advice.Message   `json:"finding"`
	Warnings []advice.Message `json:"warnings,omitempty"`
}

func newVerdict(context advice.Context, v trust.Verdict) verdict {
	return verdict{OK: v.OK(), Status: v.Status, Finding: context.Of(v.Finding), Warnings: context.OfAll(v.Warnings)}
}

// A storeResult is what a client trusts without a file.
type storeResult struct {
	Mozilla      string        `json:"mozilla,omitempty"` // the version of the list
	Certificates []certificate `json:"certificates,omitempty"`
	Unknown      string        `json:"unknown,omitempty"`
}

// ofHandshake returns the context of hints about a handshake; command repeats it.
func ofHandshake(v probe.Verdicts, command string) advice.Context {
	context := advice.Context{Check: advice.OfHandshake, Host: v.Target.String(), Connect: v.Connect(), Command: command}
	if len(v.Sent) > 0 {
		context.Leaf = v.Sent[0]
	}
	return context
}

// addMessage adds a message to a report, and below it what to do.
func addMessage(report *output.Report, prefix string, m advice.Message) {
	report.Line("%s%s", prefix, m.Message)
	if m.Hint != "" {
		indent := prefix[:len(prefix)-len(strings.TrimLeft(prefix, " "))]
		report.Line("%s  %s", indent, m.Hint)
	}
}

// writeReport writes a report as the format wants it. Nothing but the exit code of its command may
// be wanted.
func writeReport(p Process, as format, value interface{ table() string }) error {
	if as.isJSON() {
		return writeJSON(p.print.writeIfOpen, value)
	}
	return p.print.writeIfOpen([]byte(value.table()))
}

// prometheus is the format of verify that a textfile collector or a Pushgateway takes.
const prometheus = "prometheus"

// labelEscapes are those of label values in Prometheus' text format, for what is one line.
var labelEscapes = strings.NewReplacer(`\`, `\\`, `"`, `\"`)

// metrics returns the verdicts in Prometheus' text format.
func (a auditResult) metrics() string {
	var verdicts, expiries strings.Builder
	for _, r := range a.Runners {
		namespace, release, _ := strings.Cut(r.Release, "/")
		labels := func(host string) string {
			var text strings.Builder
			for _, label := range [][2]string{{"release", release}, {"namespace", cmp.Or(namespace, r.Namespace)}, {"runner", r.Deployment}, {"host", host}} {
				fmt.Fprintf(&text, `%s="%s",`, label[0], labelEscapes.Replace(output.Line(label[1])))
			}
			return text.String()
		}
		for _, c := range r.Clients {
			value := 0
			if c.OK {
				value = 1
			}
			fmt.Fprintf(&verdicts, "helm_runnertrust_verdict{%sclient=\"%s\",status=\"%s\"} %d\n", labels(c.Host), c.Client, c.Status, value)
		}
		if !r.expiry.IsZero() {
			fmt.Fprintf(&expiries, "helm_runnertrust_expiry_timestamp_seconds{%s} %d\n", strings.TrimSuffix(labels(r.Clients[0].Host), ","), r.expiry.Unix())
		}
	}
	return "# HELP helm_runnertrust_verdict 1 if the client would connect.\n# TYPE helm_runnertrust_verdict gauge\n" + verdicts.String() +
		"# HELP helm_runnertrust_expiry_timestamp_seconds When the runner's file stops working.\n# TYPE helm_runnertrust_expiry_timestamp_seconds gauge\n" + expiries.String() +
		"# HELP helm_runnertrust_unreadable_releases Releases without a verdict.\n# TYPE helm_runnertrust_unreadable_releases gauge\n" +
		fmt.Sprintf("helm_runnertrust_unreadable_releases %d\n", len(a.Also))
}
