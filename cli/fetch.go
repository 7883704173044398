package cli

import (
	"bytes"
	"cmp"
	"context"
	"crypto/x509"
	"fmt"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"helm-runnertrust/cli/advice"
	"helm-runnertrust/cli/input"
	"helm-runnertrust/cli/output"
	"helm-runnertrust/trust"
	"helm-runnertrust/trust/gitclient"
	"helm-runnertrust/trust/probe"
)

// fetchFlags are the flags of fetch.
type fetchFlags struct {
	connection  connection
	output      format
	save        string
	force       bool
	withLeaf    bool
	fingerprint string
}

func fetchCommand(p Process) *cobra.Command {
	var flags fetchFlags
	cmd := &cobra.Command{
		Use:   "fetch HOST[:PORT]|URL",
		Short: "Fetch the certificates that a server's clients have to trust",
		Long: `Fetch the certificates that a server's clients have to trust.

Shakes hands without trusting the server, completes the chain up to its root,
explains what it found, and writes the CAs of the chain to the file of --save,
or to stdout. If it can get no CA, it writes the server's own certificate, which
works only until it is renewed. What comes from the network is only as good as
the network, so compare the fingerprint with the one on the server, or give it
with --fingerprint.`,
		Example: `  helm runnertrust fetch gitlab.example.com --save gitlab.crt
  helm runnertrust fetch https://gitlab.example.com:8443 --connect 192.0.2.10 --save gitlab.crt
  helm runnertrust fetch gitlab.example.com --fingerprint "$(ssh gitlab.example.com \
      openssl x509 -noout -fingerprint -sha256 -in /etc/gitlab/ssl/gitlab.example.com.crt)"`,
		Args: func(cmd *cobra.Command, args []string) error {
			if err := longDash(args); err != nil || len(args) == 1 {
				return err
			}
			return &advice.Error{What: fmt.Sprintf("%s takes one server, not %d", cmd.Name(), len(args)),
				Hint: cmd.CommandPath() + " HOST[:PORT] --save FILE"}
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			// An empty fingerprint is one that a script failed to fill in.
			return fetch(cmd.Context(), p, args[0], flags, cmd.Flags().Changed("fingerprint"))
		},
	}
	flags.connection.register(cmd)
	flags.output.register(cmd, "output `format`: table or json", "table", "json")
	cmd.Flags().StringVar(&flags.save, "save", "", "`file` to write to, instead of stdout")
	cmd.Flags().BoolVar(&flags.withLeaf, "with-leaf", false, "write the server's own certificate too")
	cmd.Flags().BoolVar(&flags.force, "force", false, "replace a file with other content, and write certificates that cannot work")
	commandLineOnly(cmd.Flags(), "force") // RUNNERTRUST_FORCE is the post-renderer's
	cmd.Flags().StringVar(&flags.fingerprint, "fingerprint", "", "`SHA256` of the server's certificate or of a CA above it, as fetch or openssl prints it; other chains are refused")
	return cmd
}

func fetch(ctx context.Context, p Process, argument string, flags fetchFlags, pinned bool) error {
	target, err := probe.ParseTarget(argument)
	if err != nil {
		return err
	}
	pin := ""
	if pinned {
		if pin, err = trust.ParseFingerprint(flags.fingerprint); err != nil {
			return err
		}
	}
	fetched, err := probe.Fetch(ctx, target, flags.connection.dialer(), p.Now)
	if err != nil {
		return advice.Context{Connect: flags.connection.connect}.In(err)
	}
	if pinned {
		if err := fetched.Pinned(pin); err != nil {
			return err
		}
	}
	file := fetched.File
	if flags.withLeaf {
		file = fetched.Chain
	}
	result := newFetchResult(fetched, file, pinned, p.Now)
	if !flags.output.isJSON() {
		p.print.report(result.report())
	}
	if result.Fault != nil && !flags.force {
		return &advice.Error{
			Code: result.Fault.Code,
			What: fmt.Sprintf("%s: nothing is written without --force: %s", result.Target, result.Fault.Message),
			Hint: cmp.Or(result.Fault.Hint, "the report above says more"),
		}
	}
	if flags.save != "" {
		if err := saveFetched(p, file, flags); err != nil {
			return err
		}
	}
	switch {
	case flags.output.isJSON():
		return writeJSON(p.print.write, result)
	case flags.save == "":
		return p.print.write(file.PEM())
	}
	return nil
}

// saveFetched writes the file, and reports how it differs from the one that was there.
func saveFetched(p Process, file *trust.Bundle, flags fetchFlags) error {
	quiet := flags.output.isJSON()
	if !quiet {
		if change := difference(flags.save, file); change != "" {
			p.print.report(change)
		}
	}
	written, err := output.Save(flags.save, file.PEM(), flags.force)
	if err != nil || quiet {
		return err
	}
	line := flags.save + " has these certificates already"
	if written {
		line = fmt.Sprintf("wrote %s to %s", output.Count(len(file.Certificates()), "certificate"), flags.save)
	}
	p.print.report(output.Line(line))
	return nil
}

// fetchResult is the result of fetch; docs/JSON.md describes it.
type fetchResult struct {
	Target      string           `json:"target"`
	Sent        []certificate    `json:"sent"`
	Chain       []certificate    `json:"chain"`
	File        []certificate    `json:"file"`
	Fault       *advice.Message  `json:"fault,omitempty"`
	Diagnosis   advice.Message   `json:"diagnosis"`
	Also        []advice.Message `json:"also,omitempty"`
	Fingerprint bool             `json:"fingerprintVerified"`
	PEM         string           `json:"pem"`

	verdict string
}

func newFetchResult(f *probe.Fetched, file *trust.Bundle, pinned bool, now time.Time) fetchResult {
	context := advice.Context{Check: advice.OfServer, Host: f.Target.String(), Connect: f.Connect(), Leaf: f.Sent[0]}
	result := fetchResult{
		Target: f.Target.Address(), Sent: certificates(f.Sent), Chain: certificates(f.Chain.Certificates()), File: certificates(file.Certificates()),
		Diagnosis: context.Of(f.Diagnosis), Also: context.OfAll(f.Also), Fingerprint: pinned, PEM: string(file.PEM()),
	}
	if f.Fault != nil {
		result.Fault = new(context.Of(*f.Fault))
	}
	result.verdict = verdictOn(f, gitclient.Judge(f.Target.Host, f.Sent, file, now))
	return result
}

// verdictOn says in a line whether the file is of use.
func verdictOn(f *probe.Fetched, git trust.Verdict) string {
	if f.Fault != nil {
		return "not usable: " + f.Fault.Message
	}
	for _, finding := range append([]trust.Finding{f.Diagnosis}, f.Also...) {
		if finding.Code == probe.CodeClientCertificate {
			return "usable by clients with a certificate of their own: " + finding.Message
		}
	}
	switch {
	case git.OK():
		return "usable: the runner will connect; git in jobs too"
	case git.Status == trust.StatusFailed:
		return "usable: the runner will connect; git in jobs will not"
	}
	return "usable: the runner will connect; git in jobs may not"
}

// report returns the verdict, the table of the chain, and the diagnosis.
func (r fetchResult) report() string {
	var report output.Report
	rows := [][]string{{"CERTIFICATE", "ISSUER", "NAMES", "VALID", "COMES FROM", "SHA-256"}}
	for _, c := range r.Chain {
		from := "added"
		if slices.ContainsFunc(r.Sent, func(sent certificate) bool { return sent.Fingerprint == c.Fingerprint }) {
			from = "server"
		}
		names := trust.List(c.Names)
		rows = append(rows, []string{cmp.Or(trust.Shorten(c.Subject), names), trust.Shorten(c.Issuer), names, c.validity(), from, strings.TrimPrefix(c.Fingerprint, "sha256:")})
	}
	report.Line("%s", r.verdict)
	report.Line("%s sends %s", r.Target, output.Count(len(r.Sent), "certificate"))
	report.Line("")
	report.Table(rows)
	report.Line("")
	addMessage(&report, "", r.Diagnosis)
	for _, also := range r.Also {
		addMessage(&report, "also: ", also)
	}
	if r.Fault == nil && len(r.File) < len(r.Chain) {
		report.Line("the file gets the CAs only, so that it outlives the server's own certificate")
	}
	switch {
	case r.Fingerprint:
		report.Line("the fingerprint matches")
	case r.Diagnosis.Code != probe.CodePubliclyTrusted:
		report.Line("this first contact is unverified: compare the first SHA-256 with that of the server's certificate")
		report.Line("  on the server: openssl x509 -in FILE -outform DER | sha256sum; --fingerprint compares it for you")
	}
	report.Line("")
	return report.String()
}

// difference reports how a file that is there already differs from the one to be written; empty
// where there is nothing to compare.
func difference(path string, file *trust.Bundle) string {
	var report output.Report
	about, err := os.Stat(path)
	if err != nil || !about.Mode().IsRegular() {
		return ""
	}
	text, err := input.Read(path, trust.MaxSize+1)
	if err != nil || bytes.Equal(text, file.PEM()) {
		return ""
	}
	old, err := trust.Certificates(path, text)
	if err != nil {
		report.Line("%s holds something else: %v", path, err)
		return report.String()
	}
	report.Line("%s differs:", path)
	fresh := file.Certificates()
	for _, c := range old {
		if !slices.ContainsFunc(fresh, c.Equal) {
			addLine(&report, "-", c)
		}
	}
	for _, c := range fresh {
		isNamesake := func(o *x509.Certificate) bool {
			return bytes.Equal(o.RawSubject, c.RawSubject) && !bytes.Equal(o.RawSubjectPublicKeyInfo, c.RawSubjectPublicKeyInfo)
		}
		if slices.ContainsFunc(old, c.Equal) {
			addLine(&report, "=", c)
			continue
		}
		addLine(&report, "+", c)
		if c.IsCA && slices.ContainsFunc(old, isNamesake) {
			report.Line("    it has another key than the CA of this name in the file: make sure that it is the new one")
		}
	}
	return report.String()
}

// addLine adds a certificate that is in one of two files, or in both.
func addLine(report *output.Report, mark string, c *x509.Certificate) {
	shown := newCertificate(c)
	report.Line("  %s %s, valid %s", mark, shown.name(), shown.validity())
	report.Line("    %s", shown.Fingerprint)
}
