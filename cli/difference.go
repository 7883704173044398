package cli

import (
	"bytes"
	"crypto/x509"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"helm-runnertrust/trust"
)

// difference tells how a file that is there already differs from the one to be written; "" where
// there is nothing to compare.
func difference(path string, file *trust.Bundle) string {
	about, err := os.Stat(path)
	if err != nil || !about.Mode().IsRegular() {
		return ""
	}
	content, err := readStart(path)
	if err != nil || bytes.Equal(content, file.PEM()) {
		return ""
	}
	old, err := trust.Certificates(path, content)
	if err != nil {
		return fmt.Sprintf("%s holds something else: %v\n", path, err)
	}
	return compared(path, old, file.Certificates())
}

// readStart reads as much of a file as may be certificates, and a byte more.
func readStart(path string) ([]byte, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer func() { _ = file.Close() }() // only read from
	return io.ReadAll(io.LimitReader(file, trust.MaxSize+1))
}

// compared lists what goes, what comes and what stays.
func compared(path string, old, fresh []*x509.Certificate) string {
	var text strings.Builder
	fmt.Fprintf(&text, "%s differs:\n", path)
	list := func(mark string, certs []*x509.Certificate, shown func(*x509.Certificate) bool) {
		for _, c := range certs {
			if shown(c) {
				fmt.Fprintf(&text, "  %s %s, valid %s\n    %s\n", mark, trust.Printable(nameOf(c)), validity(c), trust.Fingerprint(c))
			}
		}
	}
	isOld := func(c *x509.Certificate) bool { return slices.ContainsFunc(old, c.Equal) }
	isFresh := func(c *x509.Certificate) bool { return slices.ContainsFunc(fresh, c.Equal) }
	list("-", old, func(c *x509.Certificate) bool { return !isFresh(c) })
	list("+", fresh, func(c *x509.Certificate) bool { return !isOld(c) })
	list("=", fresh, isOld)
	for _, c := range fresh {
		if c.IsCA && !isOld(c) && slices.ContainsFunc(old, func(o *x509.Certificate) bool { return isNamesake(o, c) }) {
			fmt.Fprintf(&text, "the CA %s has another key than the one of this name in the file: make sure that it is the new one\n", trust.NameOf(c))
		}
	}
	return text.String()
}

// isNamesake reports whether two certificates have one name and different keys.
func isNamesake(a, b *x509.Certificate) bool {
	return bytes.Equal(a.RawSubject, b.RawSubject) && !bytes.Equal(a.RawSubjectPublicKeyInfo, b.RawSubjectPublicKeyInfo)
}
