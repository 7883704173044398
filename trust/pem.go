package trust

import (
	"bytes"
	"crypto/x509"
	"encoding/base64"
	"regexp"
	"slices"
	"strings"
	"sync"
)

// A delimiter is a BEGIN or END line as RFC 7468, section 3, has them, but for those without a label,
// which name nothing.
var delimiter = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`^-----(BEGIN|END) ([!-,.-~](?:[- ]?[!-,.-~])*)-----$`)
})

// nearlyDelimiter matches delimiters, and lines that must have been one: they have something beside it,
// or lost dashes, or had them beautified on the way.
var nearlyDelimiter = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`-----(?i:BEGIN|END)\b|^[-\x{2010}-\x{2015}\x{2212}]+\s*(?:BEGIN|END)\b`)
})

// block is a PEM block as far as it has been read.
type block struct {
	label  string
	line   int // of its BEGIN line
	body   []string
	broken bool // a fault inside was reported, its end is not another one
}

// pemReader reads a text line by line and keeps every fault.
type pemReader struct {
	open   *block
	certs  []*x509.Certificate
	faults []*Error
}

// certificatesFromPEM reads all blocks of a text with LF line ends. White space around lines and empty
// lines are allowed, as in the lax grammar of RFC 7468, so that a certificate cut out of a YAML file
// can be read.
func certificatesFromPEM(text []byte) ([]*x509.Certificate, []*Error) {
	var r pemReader
	for i, line := range strings.Split(string(text), "\n") {
		r.read(i+1, strings.TrimSpace(line))
	}
	r.closeUnfinished()
	isKey := func(f *Error) bool { return f.Code == CodePrivateKey }
	if len(r.certs) == 0 && !slices.ContainsFunc(r.faults, isKey) {
		if f := mistaken(text); f != nil {
			return nil, []*Error{f}
		}
	}
	if len(r.certs) == 0 && len(r.faults) == 0 {
		r.report(0, refusal(CodeEmpty, "no certificate in it"))
	}
	return r.certs, r.faults
}

func (r *pemReader) report(line int, f *Error) {
	f.Line = line
	r.faults = append(r.faults, f)
}

func (r *pemReader) read(number int, line string) {
	if !nearlyDelimiter().MatchString(line) {
		if r.open != nil {
			r.open.body = append(r.open.body, line)
		}
		return
	}
	switch match := delimiter().FindStringSubmatch(line); {
	case match == nil:
		r.report(number, damaged(line))
		r.open = &block{broken: true}
	case match[1] == "BEGIN":
		r.closeUnfinished()
		r.open = &block{label: match[2], line: number}
	case r.open == nil:
		r.report(number, refusal(CodeTruncated, "END %s without its BEGIN line: the block is truncated", match[2]))
	case r.open.label != match[2]:
		r.closeUnfinished()
	default:
		open := r.open
		r.open = nil
		r.take(open)
	}
}

// closeUnfinished reports the open block as truncated, unless its label is fault enough.
func (r *pemReader) closeUnfinished() {
	if r.open != nil && !r.open.broken {
		f := refuseLabel(r.open.label)
		if f == nil {
			f = refusal(CodeTruncated, "BEGIN %s without its END line: the block is truncated", r.open.label)
		}
		r.report(r.open.line, f)
	}
	r.open = nil
}

// damaged says what happened to a line that is nearly a delimiter.
func damaged(line string) *Error {
	begin, end := strings.Index(line, "-----BEGIN "), strings.Index(line, "-----END ")
	switch {
	case strings.Contains(line, "PRIVATE KEY"):
		return refusal(CodePrivateKey, "a private key")
	case 0 <= begin && begin < end, strings.Contains(line, `\n`):
		return refusal(CodeOneLine, `the whole block is on one line: its line breaks became spaces or \n, or are lost`)
	case 0 <= end && end < begin:
		return refusal(CodeGlued, "an END line and the next BEGIN line are glued together: a line break is missing")
	}
	return refusal(CodeDamagedLine, "a damaged BEGIN or END line")
}

// refuseLabel says why a block of this label holds no certificate; nil for the labels that are
// read: CERTIFICATE, PKCS7 and CMS (RFC 7468, sections 5, 8 and 9).
func refuseLabel(label string) *Error {
	name := Shorten(label)
	switch {
	case label == "CERTIFICATE", label == "PKCS7", label == "CMS":
		return nil
	case strings.Contains(label, "PRIVATE KEY"):
		return refusal(CodePrivateKey, "a private key (%s)", name)
	case strings.HasSuffix(label, "CERTIFICATE REQUEST"):
		return refusal(CodeRequest, "a certificate request (%s), not a certificate", name)
	}
	return refusal(CodeOtherBlock, "a block labelled %s, where the runner reads only CERTIFICATE", name)
}

// take reads a complete block.
func (r *pemReader) take(b *block) {
	if f := refuseLabel(b.label); f != nil {
		r.report(b.line, f)
		return
	}
	isHeader := func(line string) bool { return strings.Contains(line, ":") } // RFC 1421, section 4.6
	if at := slices.IndexFunc(b.body, isHeader); at >= 0 {
		r.report(b.line+1+at, refusal(CodeHeaders, "the block has headers: the runner would skip it without a word"))
		return
	}
	certs, f := b.certificates()
	if f != nil {
		r.report(b.line, f)
	}
	r.certs = append(r.certs, certs...)
}

// certificates decodes the body (RFC 4648, section 4).
func (b *block) certificates() ([]*x509.Certificate, *Error) {
	text := strings.Join(strings.Fields(strings.Join(b.body, "")), "")
	der, err := base64.StdEncoding.Strict().DecodeString(text)
	switch {
	case err != nil:
		return nil, refusal(CodeBlockBase64, "the block's base64 is cut off or damaged")
	case len(bytes.TrimSpace(der)) == 0:
		return nil, refusal(CodeEmpty, "the block is empty")
	}
	return certificatesFromDER(der)
}
