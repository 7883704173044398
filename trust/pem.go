package trust

import (
	"bytes"
	"crypto/x509"
	"encoding/base64"
	"errors"
	"fmt"
	"slices"
	"strings"
)

// block is a PEM block as far as it has been read.
type block struct {
	label   string
	line    int // of its BEGIN line
	body    []string
	headers int  // the line of the first header, 0 without any
	broken  bool // a fault inside was reported, its end is not another one
}

// pemReader reads a text line by line and keeps every fault.
type pemReader struct {
	origin string
	open   *block
	certs  []*x509.Certificate
	faults []*fault
}

// maxFaults bounds what is reported of one input; the first ones tell the story.
const maxFaults = 20

// parsePEM reads all blocks of a text with LF line ends. White space around lines and empty lines
// are allowed, as in the lax grammar of RFC 7468, so that a certificate cut out of a YAML file can
// be read.
func parsePEM(origin string, text []byte) ([]*x509.Certificate, error) {
	r := pemReader{origin: origin}
	for i, line := range strings.Split(string(text), "\n") {
		r.read(i+1, strings.TrimSpace(line))
	}
	r.closeUnfinished()
	isKey := func(f *fault) bool { return f.code == CodePrivateKey }
	if len(r.certs) == 0 && !slices.ContainsFunc(r.faults, isKey) {
		if f := manifestFault(text); f != nil && !bytes.HasPrefix(bytes.TrimSpace(text), []byte(base64Begin)) {
			r.faults = []*fault{f}
		}
	}
	if len(r.certs) == 0 && len(r.faults) == 0 {
		r.faults = append(r.faults, nothingFound(text))
	}
	return r.certs, r.err()
}

func (r *pemReader) err() error {
	var errs []error
	for i, f := range r.faults {
		if i == maxFaults {
			errs = append(errs, &Error{Origin: r.origin, Code: CodeMoreFaults, Message: fmt.Sprintf("%d more faults", len(r.faults)-i)})
			break
		}
		errs = append(errs, f.at(r.origin))
	}
	return errors.Join(errs...)
}

func (r *pemReader) report(f fault) { r.faults = append(r.faults, &f) }

func (r *pemReader) read(number int, line string) {
	keyword, label, isDelimiter := readDelimiter(line)
	switch {
	case isDelimiter && keyword == "BEGIN":
		r.closeUnfinished()
		r.open = &block{label: label, line: number}
	case isDelimiter:
		r.end(number, label)
	case nearlyDelimiter(line):
		r.delimiterFault(number, line)
	case r.open != nil:
		if r.open.headers == 0 && isHeader(line) {
			r.open.headers = number
		}
		r.open.body = append(r.open.body, line)
	}
}

// closeUnfinished reports the open block as truncated: its END line did not come.
func (r *pemReader) closeUnfinished() {
	if r.open != nil && !r.open.broken {
		r.report(r.open.fault("BEGIN " + r.open.label + " without its END line: the block is truncated"))
	}
	r.open = nil
}

func (r *pemReader) end(number int, label string) {
	open := r.open
	r.open = nil
	switch {
	case open == nil:
		r.report(fault{line: number, code: CodeTruncated, message: "END " + label + " without its BEGIN line: the block is truncated"})
	case open.broken:
	case open.label != label:
		r.report(open.fault(fmt.Sprintf("BEGIN %s is closed by END %s in line %d", open.label, label, number)))
	default:
		r.take(open)
	}
}

// delimiterFault reports a line that is nearly a delimiter, and goes on after it as well as it can.
func (r *pemReader) delimiterFault(number int, line string) {
	f := fault{line: number, code: CodeBoundary, message: "a damaged BEGIN or END line"}
	glued := strings.Contains(line, "END ") && strings.Contains(line, "BEGIN ")
	switch {
	case strings.Contains(line, "PRIVATE KEY"):
		f.code, f.message = CodePrivateKey, "a private key"
	case strings.Contains(line, `\n`):
		f.code, f.message = CodeEscaped, `line breaks are written as the two characters \n`
	case onOneLine(line):
		f.code, f.message = CodeOneLine, "the whole block is on one line: its line breaks became spaces, or are lost"
	case strings.ContainsFunc(line, isLongDash):
		f.code, f.message = CodeBoundary, "the dashes of a BEGIN or END line were made long, as chat and word processing programs do"
	case glued:
		f.code, f.message = CodeGlued, "an END line and the next BEGIN line are glued together: a line break is missing"
	}
	r.report(f)
	r.open = &block{line: number, broken: true}
	if strings.HasPrefix(line, "-----END") && !glued || f.code == CodeOneLine {
		r.open = nil
	}
}

func isLongDash(c rune) bool { return c != '-' && isDash(c) }

// onOneLine reports whether a line has a block from its beginning to its end.
func onOneLine(line string) bool {
	_, rest, begins := strings.Cut(line, dashes+"BEGIN ")
	return begins && strings.Contains(rest, dashes+"END ")
}

// fault reports something about the whole block, unless its label is fault enough.
func (b *block) fault(message string) fault {
	if f := refuseLabel(b.label); f != nil {
		return fault{line: b.line, code: f.code, message: f.message}
	}
	return fault{line: b.line, code: CodeTruncated, message: message}
}

// take reads a complete block.
func (r *pemReader) take(b *block) {
	if f := refuseLabel(b.label); f != nil {
		f.line = b.line
		r.report(*f)
		return
	}
	if b.headers > 0 {
		r.report(fault{
			line:    b.headers,
			code:    CodeHeaders,
			message: "the block has headers: the runner would skip it without a word",
		})
		return
	}
	der, f := b.decode()
	if f == nil {
		var certs []*x509.Certificate
		if certs, f = certificatesFromDER(der); f == nil {
			r.certs = append(r.certs, certs...)
			return
		}
		f.line = b.line
	}
	r.report(*f)
}

// decode decodes the body, naming the line that is not base64 (RFC 4648, section 4).
func (b *block) decode() ([]byte, *fault) {
	for i, line := range b.body {
		if bad := strings.IndexFunc(line, notBase64); bad >= 0 {
			return nil, &fault{line: b.line + 1 + i, code: CodeBlockBase64, message: fmt.Sprintf("character %d of the line is not base64", bad+1)}
		}
	}
	text := strings.Join(strings.Fields(strings.Join(b.body, "")), "")
	der, err := base64.StdEncoding.Strict().DecodeString(text)
	if err != nil {
		return nil, &fault{line: b.line, code: CodeBlockBase64, message: "the block's base64 is cut off or damaged"}
	}
	if len(bytes.TrimSpace(der)) == 0 {
		return nil, &fault{line: b.line, code: CodeEmpty, message: "the block is empty"}
	}
	return der, nil
}

func notBase64(c rune) bool {
	return !strings.ContainsRune("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/= \t", c)
}
