package trust

import (
	"bytes"
	"crypto/x509"
	"fmt"
)

// MaxSize is the largest input that is read, in bytes. A ConfigMap or Secret holds no more
// (Kubernetes 1.35, validation.MaxSecretSize), and cutting would hide certificates.
const MaxSize = 1 << 20

// Parse reads certificates from PEM (RFC 7468; CERTIFICATE, PKCS7 and CMS blocks, text between them
// is dropped), from one DER certificate, or from a PKCS#7 bundle in DER. Origin names the input in
// messages. A byte order mark and CRLF line ends are accepted in PEM.
//
// Everything else is refused, each fault as an [*Error] with its line, several joined: private
// keys, BEGIN and END lines outside a complete block, other labels, headers, bytes after a
// certificate, UTF-16 and NUL bytes, web pages, inputs that are empty or larger than [MaxSize], and
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
	if len(input) > MaxSize {
		return nil, tooLarge(origin)
	}
	if LooksLikeDER(input) {
		certs, fault := certificatesFromDER(input)
		if fault != nil {
			return nil, fault.at(origin)
		}
		return certs, CheckKeys(origin, certs)
	}
	text, fault := plainText(input)
	if fault != nil {
		return nil, fault.at(origin)
	}
	certs, err := parsePEM(origin, text)
	if err != nil {
		return nil, err
	}
	return certs, CheckKeys(origin, certs)
}

func tooLarge(origin string) *Error {
	return &Error{
		Origin:  origin,
		Code:    CodeTooLarge,
		Message: fmt.Sprintf("larger than %d bytes (1 MiB), more than a ConfigMap can hold", MaxSize),
	}
}

// LooksLikeDER tells DER from text: both a SEQUENCE and the digit 0 are the byte 0x30, but the
// length that follows in any certificate or key is no ASCII character.
func LooksLikeDER(input []byte) bool {
	if len(input) < 2 || input[0] != 0x30 || bytes.Contains(input[:min(len(input), 64)], []byte("-----")) {
		return false
	}
	if input[1] >= 0x80 {
		return true
	}
	size, err := sizeBER(input)
	return err == nil && size == len(input)
}

// fault is one thing wrong with an input; a line of 0 means the input as a whole.
type fault struct {
	line    int
	code    Code
	message string
	err     error
}

func (f *fault) at(origin string) *Error {
	return &Error{Origin: origin, Line: f.line, Code: f.code, Message: f.message, Err: f.err}
}
