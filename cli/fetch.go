package cli

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"helm-runnertrust/trust"
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
	pinned      bool // a fingerprint is given
}

func (p *program) fetchCommand() *cobra.Command {
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
		Args: p.oneServer,
		RunE: func(cmd *cobra.Command, args []string) error {
			// An empty fingerprint is one that a script failed to fill in.
			flags.pinned = cmd.Flags().Changed("fingerprint")
			return p.fetch(cmd.Context(), args[0], flags)
		},
	}
	flags.connection.register(cmd)
	flags.output.register(cmd)
	cmd.Flags().StringVar(&flags.save, "save", "", "`file` to write to, instead of stdout")
	cmd.Flags().BoolVar(&flags.withLeaf, "with-leaf", false, "write the server's own certificate too")
	cmd.Flags().BoolVar(&flags.force, "force", false, "replace a file with other content, and write certificates that cannot work")
	fromCommandLine(cmd.Flags(), "force") // RUNNERTRUST_FORCE is the post-renderer's
	cmd.Flags().StringVar(&flags.fingerprint, "fingerprint", "", "`SHA256` of the server's certificate or of a CA above it, as fetch or openssl prints it; other chains are refused")
	return cmd
}

// oneServer refuses anything but one argument.
func (p *program) oneServer(cmd *cobra.Command, args []string) error {
	if len(args) == 1 {
		return nil
	}
	server, file := "HOST[:PORT]", "FILE"
	if len(args) == 2 && p.isCertificateFile(args[1]) && !slices.ContainsFunc(args, holdsPassword) {
		server, file = shellWord(args[0]), shellWord(args[1])
	}
	hint := cmd.CommandPath() + " " + server + " --save " + file
	if len(args) == 2 {
		hint = cmp.Or(flagMeant(cmd, args[1]), hint)
	}
	return &hinted{what: fmt.Sprintf("%s takes one server, not %d", cmd.Name(), len(args)), hint: hint}
}

func (p *program) fetch(ctx context.Context, argument string, flags fetchFlags) error {
	target, err := p.server(argument)
	if err != nil {
		return err
	}
	pin := ""
	if flags.pinned {
		if pin, err = trust.ParseFingerprint(flags.fingerprint); err != nil {
			return err
		}
	}
	fetched, err := probe.Fetch(ctx, target, flags.connection.dialer(), p.Now)
	if err != nil {
		return err
	}
	if flags.pinned {
		if err := fetched.Pinned(pin); err != nil {
			return err
		}
	}
	file := fetched.File
	if flags.withLeaf {
		file = fetched.Chain
	}
	if !flags.output.isJSON() {
		p.note(fetchReport(fetched, file, flags.pinned))
	}
	if fetched.Fault != nil && !flags.force {
		return &hinted{
			code: fetched.Fault.Code,
			what: fmt.Sprintf("%s: nothing is written without --force: %s", target.Address(), fetched.Fault.Message),
			hint: cmp.Or(ofFetched(fetched).of(*fetched.Fault), "the report above says more"),
		}
	}
	if flags.save == "" {
		return p.writeFetched(fetched, file, flags)
	}
	return p.saveFetched(fetched, file, flags)
}

// saveFetched writes the file, and tells how it differs from the one in its place.
func (p *program) saveFetched(fetched *probe.Fetched, file *trust.Bundle, flags fetchFlags) error {
	if change := difference(flags.save, file); change != "" && !flags.output.isJSON() {
		p.note(change)
	}
	written, err := save(flags.save, file.PEM(), flags.force)
	if err != nil {
		return err
	}
	switch {
	case flags.output.isJSON():
		return p.writeFetched(fetched, file, flags)
	case written:
		p.note(fmt.Sprintf("wrote %s to %s", count(len(file.Certificates()), "certificate"), flags.save))
	default:
		p.note(flags.save + " has these certificates already")
	}
	return nil
}

// writeFetched writes the result to stdout.
func (p *program) writeFetched(fetched *probe.Fetched, file *trust.Bundle, flags fetchFlags) error {
	return p.result(flags.output,
		func() any { return newFetchedJSON(fetched, file, flags.pinned) },
		func() string { return string(file.PEM()) })
}

// ofFetched is what the hints of a diagnosis are about.
func ofFetched(fetched *probe.Fetched) topic {
	return topic{occasion: ofFetch, host: fetched.Target.String(), leaf: fetched.Sent[0]}
}

// fetchReport is the table of the chain, and the diagnosis.
func fetchReport(fetched *probe.Fetched, file *trust.Bundle, pinned bool) string {
	rows := [][]string{{"CERTIFICATE", "ISSUER", "NAMES", "VALID", "COMES FROM", "SHA-256"}}
	for _, c := range fetched.Chain.Certificates() {
		from := "server"
		if slices.Contains(fetched.Added, c) {
			from = "added"
		}
		names := trust.List(trust.CoveredNames(c))
		rows = append(rows, []string{
			cmp.Or(trust.Shorten(c.Subject.String()), names), trust.Shorten(c.Issuer.String()), names, validity(c),
			from, strings.TrimPrefix(trust.Fingerprint(c), "sha256:"),
		})
	}
	about := ofFetched(fetched)
	var report strings.Builder
	fmt.Fprintf(&report, "%s sends %s\n\n%s\n", fetched.Target.Address(), count(len(fetched.Sent), "certificate"), table(rows))
	fmt.Fprintf(&report, "%s\n", sentence(fetched.Diagnosis, about))
	for _, finding := range fetched.Also {
		fmt.Fprintf(&report, "also: %s\n", sentence(finding, about))
	}
	if fetched.Fault == nil && len(file.Certificates()) < len(fetched.Chain.Certificates()) {
		report.WriteString("the file gets the CAs only, so that it outlives the server's own certificate\n")
	}
	if pinned {
		report.WriteString("the fingerprint matches\n")
	}
	if !pinned && fetched.Diagnosis.Code != probe.CodePubliclyTrusted {
		report.WriteString("this first contact is unverified: compare the first SHA-256 with that of the server's certificate\n" +
			"  on the server: openssl x509 -in FILE -outform DER | sha256sum; --fingerprint compares it for you\n")
	}
	return report.String() + "\n"
}

// note writes text for people to stderr, along with the messages.
func (p *program) note(text string) {
	p.messages = append(p.messages, strings.TrimSuffix(text, "\n"))
}
