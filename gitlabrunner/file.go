package gitlabrunner

import (
	"bytes"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"slices"

	"helm-runnertrust/trust"
)

// Certificates returns the certificates that the runner takes from a file, in its order:
// AppendCertsFromPEM of crypto/x509 (Go 1.26, cert_pool.go) goes on until there is no PEM block
// left, and skips other labels, blocks with headers, and what does not parse, without a word.
func Certificates(content []byte) []*x509.Certificate {
	var certs []*x509.Certificate
	for {
		var block *pem.Block
		if block, content = pem.Decode(content); block == nil {
			return certs
		}
		if block.Type != "CERTIFICATE" || len(block.Headers) > 0 {
			continue
		}
		if cert, err := x509.ParseCertificate(block.Bytes); err == nil {
			certs = append(certs, cert)
		}
	}
}

// Parse is what the runner trusts because of a file that is there already, whatever else is
// in it. Warnings say what [trust.Parse] would have refused, or what the runner does not see. It is an
// error, an [*trust.Error] or several joined, when the runner finds nothing, or keys that [trust.CheckKeys]
// refuses.
func Parse(origin string, content []byte) (b *trust.Bundle, warnings []trust.Finding, err error) {
	read := Certificates(content)
	strict, err := trust.Certificates(origin, content)
	if len(read) == 0 {
		if err == nil {
			err = &trust.Error{Origin: origin, Code: trust.CodeUnseen, Message: unseen(content)}
		}
		return nil, nil, err
	}
	b, fault := trust.NewBundle(origin, read)
	if fault != nil {
		return nil, nil, fault
	}
	if missed := countDistinct(strict) - countDistinct(read); err == nil && missed > 0 {
		err = &trust.Error{Origin: origin, Code: trust.CodeUnseen, Message: fmt.Sprintf("%s: %d of them", unseen(content), missed)}
	}
	return b.InFile(content), asWarnings(err), nil
}

// unseen says what keeps the runner from seeing certificates that Parse finds.
func unseen(content []byte) string {
	form := "lines that are indented or end in CR alone"
	switch {
	case trust.LooksLikeDER(content):
		form = "DER"
	case bytes.HasPrefix(content, []byte("\xef\xbb\xbf")):
		form = "a byte order mark in front"
	case bytes.Contains(content, []byte("-----BEGIN PKCS7")), bytes.Contains(content, []byte("-----BEGIN CMS")):
		form = "PKCS#7"
	}
	return "the runner reads plain PEM only, and does not see the certificates here, because of " + form
}

// asWarnings are the refusals that err joins, as findings.
func asWarnings(err error) (all []trust.Finding) {
	for _, one := range trust.Errors(err) {
		if refusal, ok := errors.AsType[*trust.Error](one); ok {
			all = append(all, trust.Finding{Code: refusal.Code, Host: refusal.Host, Message: refusal.Error()})
		}
	}
	return all
}

// countDistinct counts different certificates.
func countDistinct(certs []*x509.Certificate) int {
	var seen [][]byte
	for _, c := range certs {
		if !slices.ContainsFunc(seen, func(raw []byte) bool { return bytes.Equal(raw, c.Raw) }) {
			seen = append(seen, c.Raw)
		}
	}
	return len(seen)
}
