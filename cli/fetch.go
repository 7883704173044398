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
explains what it found, and writes the whole chain: to the file of --save, else
to stdout. What comes from the network is only as good as the network, so
compare the fingerprint with the one on the server, or give it with
--fingerprint.`,
		Example: `  helm runnertrust fetch gitlab.example.com --save gitlab.crt
  helm runnertrust fetch https://gitlab.example.com:8443 --connect 192.0.2.10 --fingerprint sha256:…`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			// An empty fingerprint is one that a script failed to fill in.
			flags.pinned = cmd.Flags().Changed("fingerprint")
			return p.fetch(cmd.Context(), args[0], flags)
		},
	}
	flags.connection.register(cmd)
	flags.output.register(cmd)
	cmd.Flags().StringVar(&flags.save, "save", "", "`file` to write the chain to, instead of stdout")
	cmd.Flags().BoolVar(&flags.force, "force", false, "replace a file with other content")
	fromCommandLine(cmd.Flags(), "force") // RUNNERTRUST_FORCE is the post-renderer's
	cmd.Flags().StringVar(&flags.fingerprint, "fingerprint", "", "`SHA256` of the server's certificate, or of a CA above it; anything else is refused")
	return cmd
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
	saved := ""
	if flags.save != "" {
		if saved, err = save(flags.save, fetched.Bundle.PEM(), flags.force); err != nil {
			return err
		}
	}
	return p.reportFetched(fetched, saved, flags)
}

// reportFetched writes the result to stdout, and for people the report to stderr.
func (p *program) reportFetched(fetched *probe.Fetched, saved string, flags fetchFlags) error {
	if !flags.output.isJSON() {
		p.note(fetchReport(fetched, flags.pinned))
		if saved != "" {
			p.note(saved)
			return nil
		}
	}
	return p.result(flags.output,
		func() any { return newFetchedJSON(fetched, flags.pinned) },
		func() string { return string(fetched.Bundle.PEM()) })
}

// fetchReport is the table of the chain, and the diagnosis.
func fetchReport(fetched *probe.Fetched, pinned bool) string {
	rows := [][]string{{"CERTIFICATE", "ISSUER", "NAMES", "VALID", "COMES FROM", "SHA-256"}}
	for _, c := range fetched.Bundle.Certificates() {
		from := "server"
		if slices.Contains(fetched.Added, c) {
			from = "added"
		}
		names := strings.Join(trust.CoveredNames(c), ", ")
		rows = append(rows, []string{
			cmp.Or(c.Subject.String(), names), c.Issuer.String(), names, validity(c),
			from, strings.TrimPrefix(trust.Fingerprint(c), "sha256:"),
		})
	}
	about := topic{occasion: ofFetch, leaf: fetched.Sent[0]}
	var report strings.Builder
	fmt.Fprintf(&report, "%s sends %s\n\n%s\n", fetched.Target.Address(), count(len(fetched.Sent), "certificate"), table(rows))
	fmt.Fprintf(&report, "%s\n", sentence(fetched.Diagnosis, about))
	for _, finding := range fetched.Also {
		fmt.Fprintf(&report, "also: %s\n", sentence(finding, about))
	}
	if pinned {
		report.WriteString("the fingerprint matches\n")
	}
	if !pinned && fetched.Diagnosis.Code != probe.CodePubliclyTrusted {
		report.WriteString("this first contact is unverified: compare the SHA-256 with the server's own, or give --fingerprint\n" +
			"  on the server: openssl x509 -in FILE -noout -fingerprint -sha256\n")
	}
	return report.String() + "\n"
}

// note writes text for people to stderr, along with the messages.
func (p *program) note(text string) {
	p.messages = append(p.messages, strings.TrimSuffix(text, "\n"))
}
