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

// nearlyDelimiter matches delimiters, and lines that must have been one: they have something beside it,
// or lost dashes, or had them beautified on the way.
var nearlyDelimiter = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`-----(?i:BEGIN|END)\b|^[` + dashes + `]+\s*(?:BEGIN|END)\b`)
})

const dashes = "-\u2010\u2011\u2012\u2013\u2014\u2015\u2212"

// delimiterOf returns BEGIN or END and the label of a line as RFC 7468, section 3, has them, but for those
// without a label, which name nothing; nothing of one that is only nearly a delimiter.
func delimiterOf(line string) (kind, label string) {
	kind, label, _ = strings.Cut(strings.TrimPrefix(line, "-----"), " ")
	label, ends := strings.CutSuffix(label, "-----")
	words := strings.Split(strings.ReplaceAll(label, "-", " "), " ")
	isOther := func(c rune) bool { return c < ' ' || c > '~' }
	if !ends || kind != "BEGIN" && kind != "END" || line != "-----"+kind+" "+label+"-----" ||
		slices.Contains(words, "") || strings.ContainsFunc(label, isOther) {
		return "", ""
	}
	return kind, label
}

// isDelimiter reports whether a line is a delimiter, or nearly. Most lines have no dash.
func isDelimiter(line string) bool {
	kind, _ := delimiterOf(line)
	return kind != "" || strings.ContainsAny(line, dashes) && nearlyDelimiter().MatchString(line)
}

// certificatesFromPEM reads all blocks of a text with LF line ends, and keeps every fault. White space around
// lines and empty lines are allowed, as in the lax grammar of RFC 7468, so that a certificate cut out of a YAML
// file can be read.
func certificatesFromPEM(text []byte) (certs []*x509.Certificate, faults []*Error) {
	lines := strings.Split(string(text), "\n")
	var at []int // the lines that are delimiters, or nearly
	for i, line := range lines {
		if lines[i] = strings.TrimSpace(line); isDelimiter(lines[i]) {
			at = append(at, i)
		}
	}
	for len(at) > 0 {
		begin, end := at[0], at[0]
		at = at[1:]
		for kind, _ := delimiterOf(lines[end]); kind != "END" && len(at) > 0; end, at = at[0], at[1:] {
			if kind, _ = delimiterOf(lines[at[0]]); kind == "BEGIN" {
				break
			}
		}
		found, f := certificatesOf(lines[begin:end+1], begin+1)
		if certs = append(certs, found...); f != nil {
			faults = append(faults, f)
		}
	}
	if len(certs) > 0 || slices.ContainsFunc(faults, func(f *Error) bool { return f.Code == CodePrivateKey }) {
		return certs, faults
	}
	if f := mistaken(text); f != nil {
		return nil, []*Error{f}
	}
	if len(faults) == 0 {
		faults = append(faults, refusal(CodeEmpty, "no certificate in it"))
	}
	return nil, faults
}

// certificatesOf reads a block, from its BEGIN line to its END line, as far as these are there. Number is that of the
// first line.
func certificatesOf(lines []string, number int) (certs []*x509.Certificate, f *Error) {
	last := len(lines) - 1
	kind, label := delimiterOf(lines[0])
	_, endLabel := delimiterOf(lines[last])
	isOdd := func(line string) bool {
		kind, _ := delimiterOf(line)
		return kind == "" && isDelimiter(line)
	}
	odd := slices.IndexFunc(lines, isOdd)
	key := slices.IndexFunc(lines, func(line string) bool { return isOdd(line) && strings.Contains(line, "PRIVATE KEY") })
	isHeader := func(line string) bool { return strings.Contains(line, ":") } // RFC 1421, section 4.6
	header := slices.IndexFunc(lines[1:max(last, 1)], isHeader)
	switch f = refuseLabel(label); {
	case kind == "END":
		f = refusal(CodeTruncated, "END %s without its BEGIN line: the block is truncated", label)
	case kind == "BEGIN" && f != nil:
	case key >= 0:
		f, number = refusal(CodePrivateKey, "a private key"), number+key
	case odd >= 0:
		f, number = damaged(lines[odd]), number+odd
	case last == 0, endLabel != label:
		f = refusal(CodeTruncated, "BEGIN %s without its END line: the block is truncated", label)
	case header >= 0:
		f, number = refusal(CodeHeaders, "the block has headers: the runner would skip it without a word"), number+1+header
	default:
		certs, f = decode(lines[1:last])
	}
	if f != nil {
		f.Line = number
	}
	return certs, f
}

// damaged says what happened to a line that is nearly a delimiter.
func damaged(line string) *Error {
	begin, end := strings.Index(line, "-----BEGIN "), strings.Index(line, "-----END ")
	switch {
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

// decode reads the body of a block (RFC 4648, section 4).
func decode(body []string) ([]*x509.Certificate, *Error) {
	text := strings.Join(strings.Fields(strings.Join(body, "")), "")
	der, err := base64.StdEncoding.Strict().DecodeString(text)
	switch {
	case err != nil:
		return nil, refusal(CodeBlockBase64, "the block's base64 is cut off or damaged")
	case len(bytes.TrimSpace(der)) == 0:
		return nil, refusal(CodeEmpty, "the block is empty")
	}
	return certificatesFromDER(der)
}
