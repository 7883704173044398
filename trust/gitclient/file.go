package gitclient

import (
	"bytes"
	"crypto/x509"
	"encoding/pem"
	"slices"
	"strings"

	"helm-runnertrust/trust"
)

// readFile returns the certificates of a file, and whether both libraries read the same ones. GnuTLS
// takes nothing of a file in which one certificate does not parse, as of version 1 with extensions or with an empty name,
// and OpenSSL reads other labels and no long lines, so that each block has to be as PEM is usually
// written. Text between blocks is passed over by all.
func readFile(text []byte) (certs []*x509.Certificate, plain bool) {
	text = append(bytes.ReplaceAll(text, []byte("\r\n"), []byte("\n")), '\n')
	begins := bytes.Count(text, []byte("-----BEGIN"))
	for rest := text; ; {
		block, after := pem.Decode(rest)
		if block == nil {
			return certs, len(certs) == begins
		}
		lines := slices.Concat([]byte("\n"), pem.EncodeToMemory(block))
		c, err := x509.ParseCertificate(block.Bytes)
		if err != nil || block.Type != "CERTIFICATE" || len(block.Headers) > 0 || trust.HidesExtensions(c) || hasEmptyName(c) ||
			!bytes.HasSuffix(append([]byte("\n"), rest[:len(rest)-len(after)]...), lines) {
			return nil, false
		}
		certs, rest = append(certs, c), after
	}
}

// FileOddity says why git may read nothing of a file, whatever a server sends; nil where it reads all.
func FileOddity(file *trust.Bundle) *trust.Finding {
	if _, plain := readFile(file.Text()); !plain {
		return new(unknown(undecided("%s holds more than plain certificates, of which git may read none", file.Origin())).Finding)
	}
	return nil
}

// Ambiguity says which CA of a file is not the only one of its name, so that it depends on the server's chain, and on the
// order in the file, which of them git tries; nil for none. The host's own are told apart by the identifiers of their keys
// (both tried with 2.39).
func Ambiguity(file *trust.Bundle, host string) *trust.Finding {
	isOwn := func(c *x509.Certificate) bool {
		return len(c.SubjectKeyId) > 0 && bytes.Equal(c.AuthorityKeyId, c.SubjectKeyId) && c.VerifyHostname(host) == nil
	}
	confused := func(a, b *x509.Certificate) bool {
		return (a.IsCA || b.IsCA) && !sameKey(a, b) && (!isOwn(a) || !isOwn(b) || bytes.Equal(a.SubjectKeyId, b.SubjectKeyId))
	}
	names := map[string][]*x509.Certificate{}
	for _, c := range file.Certificates() {
		name := canonical(c.Subject)
		if slices.ContainsFunc(names[name], func(other *x509.Certificate) bool { return confused(c, other) }) {
			return new(unknown(unusual(c, "is not the only one of its name: the file holds another")).Finding)
		}
		names[name] = append(names[name], c)
	}
	return nil
}

// TakesHost reports whether git takes the certificates that the runner hands it for a host, as the URL has it: it finds no
// setting of URLs with other letters (URL_HOST_CHARS in urlmatch.c of git), and with GnuTLS no host with a dot at its end
// (both tried with 2.39).
func TakesHost(host string) bool {
	return plainName(strings.ToLower(strings.ReplaceAll(host, "_", "-")))
}

// Oddity says what about a certificate of the file, a CA or the host's own, may keep git from connecting through it,
// whatever else there is; nil where it is plain. An empty host leaves the names unchecked.
func Oddity(c *x509.Certificate, host string) *trust.Finding {
	f := certificateOddity(c, !c.IsCA)
	if f == nil && c.IsCA && host != "" && c.VerifyHostname(host) == nil { // and may be the host's own all the same
		f = usageOddity(c, true)
	}
	switch {
	case f != nil:
	case len(extension(c, oidNameConstraints)) > 0 && (!c.IsCA || !plainConstraints(c, []string{strings.ToLower(host)})):
		f = unusual(c, "has unusual name constraints, or constrains an unusual name")
	case host != "" && !c.IsCA && coverage(c, host) != trust.StatusOK:
		f = unusual(c, "has no plain name for %q among its alternative names", host)
	default:
		return nil
	}
	return new(unknown(f).Finding)
}
