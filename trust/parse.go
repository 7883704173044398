package trust

import (
	"bytes"
	"crypto/x509"
	"errors"
	"fmt"
	"regexp"
	"sync"
)

// MaxSize is the largest input that is read, in bytes. A ConfigMap or Secret holds no more
// (Kubernetes 1.35, validation.MaxSecretSize), and cutting would hide certificates.
const MaxSize = 1 << 20

// maxFaults bounds what is reported of one input; the first ones tell the story.
const maxFaults = 20

// Parse reads certificates from PEM (RFC 7468; CERTIFICATE, PKCS7 and CMS blocks, text between them
// is dropped), from one DER certificate, or from a PKCS#7 bundle in DER. Origin names the input in
// messages. A byte order mark and CRLF line ends are accepted in PEM.
//
// Everything else is refused, each fault as an [*Error] with its line, up to 20 of them joined: private
// keys, BEGIN and END lines outside a complete block, other labels, headers, bytes after a
// certificate, UTF-16 and NUL bytes, inputs that are empty or larger than [MaxSize], and
// keys that [CheckKeys] refuses.
func Parse(origin string, input []byte) (*Bundle, error) {
	certs, err := Certificates(origin, input)
	if err != nil {
		return nil, err
	}
	return NewBundle(origin, certs)
}

// Certificates reads what [Parse] reads, without looking at signatures: the certificates are in the
// order of the input, and may be there twice.
func Certificates(origin string, input []byte) ([]*x509.Certificate, error) {
	certs, faults := readCertificates(input)
	if len(faults) == 0 {
		if err := CheckKeys(origin, certs); err != nil {
			return nil, err
		}
		return certs, nil
	}
	var errs []error
	for _, f := range faults[:min(len(faults), maxFaults)] {
		f.Origin = origin
		errs = append(errs, f)
	}
	return nil, errors.Join(errs...)
}

// readCertificates returns the certificates of an input, and its faults without their origin.
func readCertificates(input []byte) ([]*x509.Certificate, []*Error) {
	var certs []*x509.Certificate
	var f *Error
	switch {
	case len(input) > MaxSize:
		f = refusal(CodeTooLarge, "larger than %d bytes (1 MiB), more than a ConfigMap can hold", MaxSize)
	case looksLikeDER(input):
		certs, f = certificatesFromDER(input)
	case bytes.HasPrefix(input, []byte("\xff\xfe")), bytes.HasPrefix(input, []byte("\xfe\xff")):
		f = refusal(CodeUTF16, `this is UTF-16 text, which Windows calls "Unicode"; PEM is ASCII`)
	case bytes.IndexByte(input, 0) >= 0:
		f = refusal(CodeNotOne, "a NUL byte in the text: the file is damaged or not PEM")
	default:
		text := bytes.TrimPrefix(input, []byte("\xef\xbb\xbf"))
		text = bytes.ReplaceAll(text, []byte("\r\n"), []byte("\n"))
		return certificatesFromPEM(bytes.ReplaceAll(text, []byte("\r"), []byte("\n")))
	}
	if f != nil {
		return nil, []*Error{f}
	}
	return certs, nil
}

// refusal is an error of which only the reader of the input knows where it is.
func refusal(code Code, format string, args ...any) *Error {
	return &Error{Code: code, Message: fmt.Sprintf(format, args...)}
}

// looksLikeDER tells DER from text: both a SEQUENCE and the digit 0 are the byte 0x30, but the
// length that follows in any certificate is no ASCII character. A key may be shorter.
func looksLikeDER(input []byte) bool {
	return len(input) > 1 && input[0] == 0x30 && (input[1] >= 0x80 || int(input[1]) == len(input)-2)
}

// objectKind matches the kind of an object that holds certificates, in YAML and JSON.
var objectKind = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`\bkind"?\s*:\s*"?(Secret|ConfigMap)\b`) })

// mistaken is about a text without a certificate that can be read, and with one in base64, by itself or in a manifest, or
// in a string of a manifest; nil for other texts.
func mistaken(text []byte) *Error {
	const begin = "LS0tLS1CRUdJTi" // what "-----BEGIN" becomes in base64
	starts := func(prefix string) bool { return bytes.HasPrefix(bytes.TrimSpace(text), []byte(prefix)) }
	switch {
	case (starts(begin) || starts("MII")) && !bytes.Contains(text, []byte("-----")):
		return refusal(CodeBase64, "no certificate in it: the whole file is base64, as in a Kubernetes Secret")
	case bytes.Contains(text, []byte(begin)):
		return refusal(CodeManifest, "no certificate in it, but PEM in base64, as in the manifest of a Secret")
	case bytes.Contains(text, []byte("-----BEGIN")) && objectKind().Match(text):
		return refusal(CodeManifest, "the manifest of a Secret or ConfigMap, with PEM in a string")
	}
	return nil
}
