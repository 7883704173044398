package trust_test

import (
	"bytes"
	"crypto/x509"
	"encoding/binary"
	"errors"
	"fmt"
	"math/big"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"helm-runnertrust/trust"
	"helm-runnertrust/trust/trusttest"
	"helm-runnertrust/trust/trusttest/golden"
)

func indent(text string) string {
	return "    " + strings.ReplaceAll(text, "\n", "\n    ")
}

// TestParseAccepts holds every accepted form of one chain against the chain.
func TestParseAccepts(t *testing.T) {
	certs := chain()
	text := string(trusttest.PEM(certs...))
	l, m, r := block("CERTIFICATE", certs[0].Raw), block("CERTIFICATE", certs[1].Raw), block("CERTIFICATE", certs[2].Raw)
	for name, input := range map[string]string{
		"as it is":                        text,
		"text between":                    "0 s:CN = gitlab.test\n" + l + "# the intermediate\n\n" + m + "and the root:\n" + r + "done - end of file",
		"wrong order":                     r + l + m,
		"duplicates":                      text + m + text,
		"CRLF":                            strings.ReplaceAll(text, "\n", "\r\n"),
		"CR":                              strings.ReplaceAll(text, "\n", "\r"),
		"byte order mark":                 "\xef\xbb\xbf" + text,
		"no final newline":                strings.TrimSuffix(text, "\n"),
		"spaces at line ends":             strings.ReplaceAll(text, "\n", " \t\n"),
		"inside YAML":                     "data:\n  ca.crt: |\n" + indent(text),
		"empty lines":                     strings.ReplaceAll(text, "\n", "\n\n"),
		"PKCS#7 in DER":                   string(trusttest.PKCS7(certs...)),
		"PKCS#7 in PEM":                   block("PKCS7", trusttest.PKCS7(certs...)),
		"PKCS#7 as CMS":                   block("CMS", trusttest.PKCS7(certs...)),
		"PKCS#7 as Windows":               block("CERTIFICATE", trusttest.PKCS7(certs...)),
		"PKCS#7 and PEM":                  l + block("PKCS7", trusttest.PKCS7(certs[1:]...)),
		"PKCS#7 with no revocation lists": string(withRevocationLists(t, trusttest.PKCS7(certs...))),
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

// withRevocationLists puts an empty [1] before the signers, which is an empty SET at the end. The
// three lengths around it are of two bytes each.
func withRevocationLists(t testing.TB, der []byte) []byte {
	t.Helper()
	end := len(der) - 2
	if !bytes.Equal(der[end:], []byte{0x31, 0}) {
		t.Fatalf("it ends in %x", der[end:])
	}
	longer := slices.Concat(der[:end], []byte{0xa1, 0}, der[end:])
	for _, at := range []int{2, 17, 21} {
		binary.BigEndian.PutUint16(longer[at:], binary.BigEndian.Uint16(longer[at:])+2)
	}
	return longer
}

// TestOpenSSL reads what OpenSSL 3.0 made of the certificates in openssl.crt:
//
//	openssl crl2pkcs7 -nocrl -certfile openssl.crt -outform DER -out openssl.p7c
func TestOpenSSL(t *testing.T) {
	made, err := os.ReadFile(filepath.Join("testdata", "openssl.p7c"))
	if err != nil {
		t.Fatal(err)
	}
	b, err := trust.Parse("openssl.p7c", made)
	if err != nil {
		t.Fatal(err)
	}
	golden.Compare(t, filepath.Join("testdata", "openssl.crt"), string(b.PEM()))
	if own := trusttest.PKCS7(b.Certificates()...); !bytes.Equal(own, made) {
		t.Error("trusttest makes another bundle of these certificates")
	}
}

func TestParseRefuses(t *testing.T) {
	for name, input := range refused(t) {
		t.Run(name, func(t *testing.T) {
			b, err := trust.Parse("f.crt", []byte(input))
			if err == nil {
				t.Fatalf("accepted as\n%s", b.PEM())
			}
			golden.Compare(t, filepath.Join("testdata", "refused", name+".txt"), showAll(t, err))
		})
	}
}

// showAll prints every *trust.Error in a joined error, and requires that there is nothing else.
func showAll(t *testing.T, err error) string {
	t.Helper()
	var text strings.Builder
	for _, one := range trust.Errors(err) {
		refusal, ok := errors.AsType[*trust.Error](one)
		if !ok || refusal.Origin == "" || refusal.Code == "" || refusal.Message == "" {
			t.Fatalf("%#v is no complete *trust.Error", one)
		}
		fmt.Fprintf(&text, "%s\n    %s\n", refusal, refusal.Code)
	}
	return text.String()
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
	early := trusttest.SelfSigned(ca("Early"))
	b, err := trust.NewBundle("f.crt", certs[:2])
	if err != nil {
		t.Fatal(err)
	}
	merged := trust.Merge(nil, b, bundle(t, "g.crt", early.Certificate, certs[2], certs[0]))
	if merged.Origin() != "f.crt" {
		t.Errorf("origin %q", merged.Origin())
	}
	if want := slices.Concat(certs, []*x509.Certificate{early.Certificate}); !bytes.Equal(merged.PEM(), trusttest.PEM(want...)) {
		t.Errorf("merged in another order:\n%s", merged.PEM())
	}
	if print := trust.Fingerprint(certs[0]); !strings.HasPrefix(print, "sha256:") || len(print) != 7+64 {
		t.Errorf("fingerprint %q", print)
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

// TestPathFrom takes a root before the same one that another root has signed, in either order.
func TestPathFrom(t *testing.T) {
	template, old := ca("Root"), trusttest.SelfSigned(ca("Old Root"))
	root := trusttest.SelfSigned(template)
	crossed := old.CertifyKey(template, root.Key.Public())
	l := root.Issue(leaf("a.test")).Certificate
	bare := *root.Certificate
	bare.SubjectKeyId = nil
	for _, certs := range [][]*x509.Certificate{{root.Certificate, crossed, old.Certificate}, {old.Certificate, crossed, root.Certificate}, {&bare}} {
		if path := trust.PathFrom(l, certs); len(path) != 2 || !path[1].Equal(root.Certificate) {
			t.Errorf("%d certificates", len(path))
		}
	}
	if got := trust.NameOf(&x509.Certificate{SerialNumber: big.NewInt(7)}); got != "with serial number 7" {
		t.Errorf("got %q", got)
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
