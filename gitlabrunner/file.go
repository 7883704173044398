package gitlabrunner

import (
	"crypto/x509"
	"encoding/pem"
	"errors"

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
	strict, err := trust.Parse(origin, content)
	read := Certificates(content)
	if len(read) > 0 {
		var fault error
		if b, fault = trust.NewBundle(origin, read); fault != nil {
			return nil, nil, fault
		}
		b = b.InFile(content)
	}
	if err == nil && (b == nil || len(b.Certificates()) < len(strict.Certificates())) {
		err = &trust.Error{Origin: origin, Code: trust.CodeUnseen, Message: "the runner reads plain PEM only, and does not see all certificates here: " +
			"they are in DER or PKCS#7, indented, behind a byte order mark, or on lines that end in CR alone"}
	}
	if b == nil {
		return nil, nil, err
	}
	for _, one := range trust.Errors(err) {
		if refusal, ok := errors.AsType[*trust.Error](one); ok {
			warnings = append(warnings, trust.Finding{Code: refusal.Code, Host: refusal.Host, Message: refusal.Error()})
		}
	}
	return b, warnings, nil
}
