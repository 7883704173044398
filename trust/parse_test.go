package trust_test

import (
	"bytes"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"encoding/pem"
	"errors"
	"fmt"
	"net"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"helm-runnertrust/trust"
	"helm-runnertrust/trust/trusttest"
)

// noon is the time at which the certificates of these tests are judged.
var noon = time.Date(2030, 1, 15, 12, 0, 0, 0, time.UTC)

const day = 24 * time.Hour

func ca(name string) trusttest.Template {
	return trusttest.Template{CommonName: name, CA: true, NotBefore: noon.Add(-day), NotAfter: noon.Add(3650 * day)}
}

func leaf(names ...string) trusttest.Template {
	return trusttest.Template{DNSNames: names, NotBefore: noon.Add(-day), NotAfter: noon.Add(365 * day)}
}

// chain is leaf, intermediate and root.
func chain() []*x509.Certificate {
	root := trusttest.SelfSigned(ca("Root"))
	middle := root.Issue(ca("Intermediate"))
	return []*x509.Certificate{middle.Issue(leaf("gitlab.test")).Certificate, middle.Certificate, root.Certificate}
}

func block(label string, der []byte) string {
	return string(pem.EncodeToMemory(&pem.Block{Type: label, Bytes: der}))
}

func indent(text string) string {
	return "    " + strings.ReplaceAll(text, "\n", "\n    ")
}

// TestParseAccepts holds every accepted form of one chain against the chain.
func TestParseAccepts(t *testing.T) {
	certs := chain()
	text := string(trusttest.PEM(certs...))
	l, m, r := block("CERTIFICATE", certs[0].Raw), block("CERTIFICATE", certs[1].Raw), block("CERTIFICATE", certs[2].Raw)
	for name, input := range map[string]string{
		"as it is":             text,
		"text between":         "0 s:CN = gitlab.test\n" + l + "# the intermediate\n\n" + m + "and the root:\n" + r + "done - end of file",
		"wrong order":          r + l + m,
		"duplicates":           text + m + text,
		"CRLF":                 strings.ReplaceAll(text, "\n", "\r\n"),
		"CR":                   strings.ReplaceAll(text, "\n", "\r"),
		"byte order mark":      "\xef\xbb\xbf" + text,
		"no final newline":     strings.TrimSuffix(text, "\n"),
		"spaces at line ends":  strings.ReplaceAll(text, "\n", " \t\n"),
		"inside YAML":          "data:\n  ca.crt: |\n" + indent(text),
		"empty lines":          strings.ReplaceAll(text, "\n", "\n\n"),
		"PKCS#7 in DER":        string(trusttest.PKCS7(certs...)),
		"PKCS#7 in PEM":        block("PKCS7", trusttest.PKCS7(certs...)),
		"PKCS#7 as CMS":        block("CMS", trusttest.PKCS7(certs...)),
		"PKCS#7 as Windows":    block("CERTIFICATE", trusttest.PKCS7(certs...)),
		"PKCS#7 and PEM":       l + block("PKCS7", trusttest.PKCS7(certs[1:]...)),
		"PKCS#7 of indefinite": string(indefinite(trusttest.PKCS7(certs...))),
	} {
		t.Run(name, func(t *testing.T) {
			b, err := trust.Parse("f.crt", []byte(input))
			if err != nil {
				t.Fatal(err)
			}
			if got := string(b.PEM()); got != text {
				t.Errorf("got\n%s\nwant\n%s", got, text)
			}
		})
	}
	t.Run("one certificate in DER", func(t *testing.T) {
		b, err := trust.Parse("f.crt", certs[0].Raw)
		if err != nil {
			t.Fatal(err)
		}
		if got := string(b.PEM()); got != l {
			t.Errorf("got %s", got)
		}
	})
}

// indefinite rewrites the outermost length of a DER value (four bytes of header) as indefinite.
func indefinite(der []byte) []byte {
	return append(append([]byte{der[0], 0x80}, der[4:]...), 0, 0)
}

// refused are inputs that Parse must not accept; the golden files hold what it says.
func refused(t testing.TB) map[string]string {
	id := trusttest.SelfSigned(leaf("gitlab.test"))
	cert := block("CERTIFICATE", id.Certificate.Raw)
	pkcs8, err := x509.MarshalPKCS8PrivateKey(id.Key)
	if err != nil {
		t.Fatal(err)
	}
	keys := keyForms(t)
	body := base64.StdEncoding.EncodeToString(id.Certificate.Raw)
	lines := strings.Split(strings.TrimSpace(cert), "\n")
	cut := strings.Join(lines[:len(lines)-2], "\n")
	inputs := map[string]string{
		"empty":                       "",
		"only-space":                  " \n\t\r\n",
		"only-text":                   "here should be a certificate\n",
		"web-page":                    "\n<!DOCTYPE html><html><body>Sign in</body></html>",
		"web-page-with-certificate":   "<html><pre>" + cert + "</pre></html>",
		"base64-of-pem":               base64.StdEncoding.EncodeToString([]byte(cert)),
		"base64-without-boundaries":   body,
		"key-beside":                  cert + block("PRIVATE KEY", pkcs8),
		"key-before":                  block("PRIVATE KEY", pkcs8) + cert,
		"key-rsa":                     block("RSA PRIVATE KEY", keys["pkcs1"]) + cert,
		"key-encrypted":               block("ENCRYPTED PRIVATE KEY", []byte("any")) + cert,
		"key-encrypted-old":           "-----BEGIN EC PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-256-CBC,00\n\nAAAA\n-----END EC PRIVATE KEY-----\n" + cert,
		"key-labelled-certificate":    block("CERTIFICATE", pkcs8),
		"key-glued":                   "x-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n" + cert,
		"key-truncated":               cert + "-----BEGIN PRIVATE KEY-----\nAAAA\n",
		"key-der-pkcs8":               string(pkcs8),
		"key-der-pkcs8-with-newline":  string(pkcs8) + "\n",
		"key-der-pkcs1":               string(keys["pkcs1"]),
		"key-der-ec":                  string(keys["ec"]),
		"key-der-encrypted":           string(keys["encrypted"]),
		"key-der-pkcs12":              string(keys["pkcs12"]),
		"key-der-behind-certificate":  string(id.Certificate.Raw) + string(pkcs8),
		"der-two-certificates":        string(id.Certificate.Raw) + string(id.Certificate.Raw),
		"der-and-newline":             string(id.Certificate.Raw) + "\n",
		"der-truncated":               string(id.Certificate.Raw[:200]),
		"der-request":                 string(request(t, id)),
		"der-crl":                     string(revocations(t)),
		"der-other":                   "\x30\x03\x02\x01\x05",
		"der-too-deep":                strings.Repeat("\x30\x80", 100_000),
		"request":                     block("CERTIFICATE REQUEST", request(t, id)),
		"request-labelled":            block("CERTIFICATE", request(t, id)),
		"crl":                         cert + block("X509 CRL", revocations(t)),
		"trusted":                     block("TRUSTED CERTIFICATE", append(bytes.Clone(id.Certificate.Raw), 0x30, 0)),
		"x509":                        block("X509 CERTIFICATE", id.Certificate.Raw),
		"public-key":                  block("PUBLIC KEY", []byte("any")),
		"parameters":                  block("EC PARAMETERS", []byte("any")),
		"unknown-label":               block("MESSAGE OF A LABEL THAT GOES ON AND ON AND ON", []byte("any")),
		"truncated":                   cut,
		"truncated-then-whole":        cut + "\n" + cert,
		"end-only":                    strings.Join(lines[1:], "\n"),
		"end-of-another":              strings.Replace(cert, "END CERTIFICATE", "END PKCS7", 1),
		"glued":                       strings.TrimSpace(cert) + cert,
		"boundary-not-alone":          strings.Replace(cert, "-----END", "=-----END", 1),
		"boundary-lost-a-dash":        strings.Replace(cert, "-----BEGIN", "----BEGIN", 1),
		"boundary-beautified":         strings.Replace(cert, "-----BEGIN", "\u2014\u2013BEGIN", 1),
		"boundary-lower-case":         strings.Replace(cert, "BEGIN CERTIFICATE", "begin certificate", 1),
		"one-line-escaped":            strings.ReplaceAll(cert, "\n", `\n`),
		"headers":                     strings.Replace(cert, "-----\n", "-----\nSubject: gitlab\n\n", 1),
		"bad-character":               strings.Replace(cert, "MII", "M\u00dcI", 1),
		"bad-base64":                  "-----BEGIN CERTIFICATE-----\nAAAAA\n-----END CERTIFICATE-----\n",
		"empty-block":                 "-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----\n",
		"trailing-bytes":              block("CERTIFICATE", append(bytes.Clone(id.Certificate.Raw), 1, 2, 3)),
		"second-inside":               block("CERTIFICATE", append(bytes.Clone(id.Certificate.Raw), id.Certificate.Raw...)),
		"not-der":                     block("CERTIFICATE", []byte("\x04hello, this is text")),
		"damaged-der":                 block("CERTIFICATE", append(bytes.Clone(id.Certificate.Raw[:len(id.Certificate.Raw)-1]), 0)[:60]),
		"pkcs7-cut":                   block("PKCS7", trusttest.PKCS7(id.Certificate)[:100]),
		"pkcs7-empty":                 block("PKCS7", trusttest.PKCS7()),
		"pkcs7-no-certificate-inside": block("PKCS7", bytes.Replace(trusttest.PKCS7(id.Certificate), id.Certificate.Raw[4:8], []byte{0x30, 0x82, 0, 0}, 1)),
		"pkcs7-enveloped":             "\x30\x0f\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x03\xa0\x02\x30\x00",
		"pkcs7-other-shape":           "\x30\x0f\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x02\xa0\x02\x30\x00",
		"pkcs7-no-content":            "\x30\x0d\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x02\xa0\x00",
		"nul":                         cert + "\x00\n",
		"utf-16":                      "\xff\xfe" + utf16(cert),
		"utf-16-without-mark":         utf16(cert),
		"java-key-store":              "\xfe\xed\xfe\xed\x00\x00",
		"compressed":                  "\x1f\x8b\x08\x00",
		"too-large":                   cert + strings.Repeat("#\n", trust.MaxSize/2),
		"several-faults":              "-----END CERTIFICATE-----\n" + cert + block("X509 CRL", []byte("any")) + cut,
		"many-faults":                 strings.Repeat("-----END CERTIFICATE-----\n", 50),
	}
	return inputs
}

func utf16(text string) string {
	var wide strings.Builder
	for _, b := range []byte(text) {
		wide.WriteString(string([]byte{b, 0}))
	}
	return wide.String()
}

func TestParseRefuses(t *testing.T) {
	for name, input := range refused(t) {
		t.Run(name, func(t *testing.T) {
			b, err := trust.Parse("f.crt", []byte(input))
			if err == nil {
				t.Fatalf("accepted as\n%s", b.PEM())
			}
			golden(t, filepath.Join("refused", name+".txt"), showAll(t, err))
		})
	}
}

// showAll prints every *trust.Error in a joined error, and requires that there is nothing else.
func showAll(t *testing.T, err error) string {
	t.Helper()
	if many, ok := err.(interface{ Unwrap() []error }); ok {
		var text strings.Builder
		for _, e := range many.Unwrap() {
			text.WriteString(showAll(t, e))
		}
		return text.String()
	}
	var refusal *trust.Error
	if !errors.As(err, &refusal) || refusal.Place == "" || refusal.Message == "" {
		t.Fatalf("%#v is no complete *trust.Error", err)
	}
	text := refusal.Error() + "\n"
	if refusal.Hint != "" {
		text += "    hint: " + refusal.Hint + "\n"
	}
	return text
}

func TestErrorUnwraps(t *testing.T) {
	cause := errors.New("cause")
	err := fmt.Errorf("outer: %w", &trust.Error{Message: "message", Err: cause})
	if !errors.Is(err, cause) || err.Error() != "outer: message: cause" {
		t.Errorf("got %q", err)
	}
}

func TestBundle(t *testing.T) {
	certs := chain()
	early := trusttest.SelfSigned(trusttest.Template{CommonName: "Early", CA: true, NotBefore: noon, NotAfter: noon.Add(day)})
	b, err := trust.NewBundle("f.crt", certs[:2])
	if err != nil {
		t.Fatal(err)
	}
	merged := trust.Merge(nil, b, bundle(t, "g.crt", early.Certificate, certs[2], certs[0]))
	if merged.Origin() != "f.crt" {
		t.Errorf("origin %q", merged.Origin())
	}
	if want := append(certs[:3:3], early.Certificate); !bytes.Equal(merged.PEM(), trusttest.PEM(want...)) {
		t.Errorf("merged in another order:\n%s", merged.PEM())
	}
	if !merged.NotAfter().Equal(noon.Add(day)) || !b.NotAfter().Equal(certs[0].NotAfter) {
		t.Errorf("not after %v and %v", merged.NotAfter(), b.NotAfter())
	}
	prints := merged.Fingerprints()
	if len(prints) != 4 || prints[0] != trust.Fingerprint(certs[0]) || !strings.HasPrefix(prints[0], "sha256:") || len(prints[0]) != 7+64 {
		t.Errorf("fingerprints %q", prints)
	}
	merged.Certificates()[0] = nil
	if merged.Certificates()[0] == nil {
		t.Error("the slice is not the caller's own")
	}
	if trust.Merge(nil, nil) != nil {
		t.Error("merging nothing gives something")
	}
	if _, err := trust.NewBundle("f.crt", nil); err == nil {
		t.Error("a bundle of nothing")
	}
}

// TestOrder checks chains that share, cross or lack issuers, from every starting order.
func TestOrder(t *testing.T) {
	root, other := trusttest.SelfSigned(ca("Root")), trusttest.SelfSigned(ca("Other"))
	middle := root.Issue(ca("Intermediate"))
	first, second, third := middle.Issue(leaf("a.test")), middle.Issue(leaf("b.test")), other.Issue(leaf("c.test"))
	all := []*x509.Certificate{other.Certificate, root.Certificate, third.Certificate, middle.Certificate, second.Certificate, first.Certificate}
	for range all {
		all = append(all[1:], all[0])
		got := bundle(t, "f.crt", all...).Certificates()
		at := map[*x509.Certificate]int{}
		for i, c := range got {
			at[c] = i
		}
		for _, below := range [][2]*trusttest.Identity{{first, middle}, {second, middle}, {middle, root}, {third, other}} {
			if at[below[0].Certificate] > at[below[1].Certificate] {
				t.Errorf("%v stands behind its issuer", below[0].Certificate.DNSNames)
			}
		}
		if len(got) != len(all) {
			t.Errorf("%d certificates of %d", len(got), len(all))
		}
	}
}

func keyForms(t testing.TB) map[string][]byte {
	id := trusttest.SelfSigned(trusttest.Template{Key: trusttest.RSA1024})
	forms := rsaAndEC(t, id)
	forms["encrypted"] = []byte("\x30\x06\x30\x02\x06\x00\x04\x00")
	// PFX with the version and an empty authenticated safe of the type data.
	forms["pkcs12"] = []byte("\x30\x12\x02\x01\x03\x30\x0d\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x01\xa0\x00")
	return forms
}

func request(t testing.TB, id *trusttest.Identity) []byte {
	der, err := x509.CreateCertificateRequest(nil, &x509.CertificateRequest{Subject: pkix.Name{CommonName: "gitlab.test"}}, id.Key)
	if err != nil {
		t.Fatal(err)
	}
	return der
}

func ips(addresses ...string) []net.IP {
	var list []net.IP
	for _, a := range addresses {
		list = append(list, net.ParseIP(a))
	}
	return list
}
