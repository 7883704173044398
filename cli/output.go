package cli

import (
	"bytes"
	"crypto/x509"
	"encoding/json"
	"fmt"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"helm-runnertrust/trust"
)

// format is the value of -o.
type format string

func (f *format) register(cmd *cobra.Command) {
	*f = "table"
	cmd.Flags().VarP(f, "output", "o", "output `format`: table or json")
}

func (f *format) String() string { return string(*f) }

// Type is what cobra's help calls the value.
func (f *format) Type() string { return "format" }

func (f *format) Set(value string) error {
	if value != "table" && value != "json" {
		return fmt.Errorf("%q is neither table nor json", value)
	}
	*f = format(value)
	return nil
}

func (f *format) isJSON() bool { return *f == "json" }

// certificateJSON is a certificate in the output of -o json.
type certificateJSON struct {
	Subject     string   `json:"subject"`
	Issuer      string   `json:"issuer"`
	Names       []string `json:"names,omitempty"`
	NotBefore   string   `json:"notBefore"` // RFC 3339, UTC
	NotAfter    string   `json:"notAfter"`
	Fingerprint string   `json:"fingerprint"` // sha256:<hex>
}

func describe(certs []*x509.Certificate) []certificateJSON {
	described := make([]certificateJSON, 0, len(certs))
	for _, c := range certs {
		described = append(described, certificateJSON{
			Subject:     c.Subject.String(),
			Issuer:      c.Issuer.String(),
			Names:       trust.CoveredNames(c),
			NotBefore:   c.NotBefore.UTC().Format("2006-01-02T15:04:05Z"),
			NotAfter:    c.NotAfter.UTC().Format("2006-01-02T15:04:05Z"),
			Fingerprint: trust.Fingerprint(c),
		})
	}
	return described
}

func encodeJSON(value any) ([]byte, error) {
	var out bytes.Buffer
	encoder := json.NewEncoder(&out)
	encoder.SetIndent("", "  ")
	encoder.SetEscapeHTML(false)
	err := encoder.Encode(value)
	return out.Bytes(), err
}

// table aligns rows of cells; an empty cell is a dash.
func table(rows [][]string) string {
	var out bytes.Buffer
	w := tabwriter.NewWriter(&out, 0, 0, 3, ' ', 0)
	for _, row := range rows {
		for i, cell := range row {
			if row[i] = trust.Printable(cell); cell == "" {
				row[i] = "-"
			}
		}
		if _, err := fmt.Fprintln(w, strings.Join(row, "\t")); err != nil {
			return err.Error() // a buffer takes everything
		}
	}
	if err := w.Flush(); err != nil {
		return err.Error()
	}
	return out.String()
}

// sentence is a finding as a table's comment: the message, then what to do.
func sentence(f trust.Finding) string {
	if f.Hint == "" {
		return f.Message
	}
	return f.Message + "\n  " + f.Hint
}

// count is a number of things in words: "1 certificate", "2 certificates".
func count(n int, thing string) string {
	if n == 1 {
		return "1 " + thing
	}
	return fmt.Sprintf("%d %ss", n, thing)
}
