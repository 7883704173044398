package trust

import (
	"bytes"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
)

// RunnerReads returns the certificates that the runner takes from a file, in its order:
// AppendCertsFromPEM of crypto/x509 (Go 1.26, cert_pool.go) goes on until there is no PEM block
// left, and skips other labels, blocks with headers, and what does not parse, without a word.
func RunnerReads(content []byte) []*x509.Certificate {
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

// ParseAsRunner is what the runner trusts because of a file that is there already, whatever else is
// in it. Warnings say what [Parse] would have refused, or what the runner does not see. It is an
// error, an [*Error] or several joined, when the runner finds nothing, or keys that [CheckKeys]
// refuses.
func ParseAsRunner(origin string, content []byte) (b *Bundle, warnings []Finding, err error) {
	read := RunnerReads(content)
	strict, err := Certificates(origin, content)
	if len(read) == 0 {
		if err == nil {
			err = &Error{Origin: origin, Code: CodeUnseen, Message: unseen(content)}
		}
		return nil, nil, err
	}
	b, fault := NewBundle(origin, read)
	if fault != nil {
		return nil, nil, fault
	}
	if missed := len(distinct(strict)) - len(distinct(read)); err == nil && missed > 0 {
		err = &Error{Origin: origin, Code: CodeUnseen, Message: fmt.Sprintf("%s: %d of them", unseen(content), missed)}
	}
	return b.InFile(content), asWarnings(err), nil
}

// unseen says what keeps the runner from seeing certificates that Parse finds.
func unseen(content []byte) string {
	form := "lines that are indented or end in CR alone"
	switch {
	case looksLikeDER(content):
		form = "DER"
	case bytes.HasPrefix(content, []byte("\xef\xbb\xbf")):
		form = "a byte order mark in front"
	case bytes.Contains(content, []byte(dashes+"BEGIN PKCS7")), bytes.Contains(content, []byte(dashes+"BEGIN CMS")):
		form = "PKCS#7"
	}
	return "the runner reads plain PEM only, and does not see the certificates here, because of " + form
}

// asWarnings are the refusals that err joins, as findings.
func asWarnings(err error) []Finding {
	if joined, ok := err.(interface{ Unwrap() []error }); ok {
		var all []Finding
		for _, one := range joined.Unwrap() {
			all = append(all, asWarnings(one)...)
		}
		return all
	}
	refusal, ok := errors.AsType[*Error](err)
	if !ok {
		return nil
	}
	return []Finding{{Code: refusal.Code, Host: refusal.Host, Message: refusal.Error()}}
}
