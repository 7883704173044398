package trust_test

import (
	"bytes"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"maps"
	"strings"
	"testing"

	"helm-runnertrust/trust"
	"helm-runnertrust/trust/trusttest"
)

// refused are inputs that Parse must not accept; the golden files hold what it says. All are made
// of one certificate, whose key is of a type with signatures of one length, so that lines and sizes
// in the messages stay the same.
func refused(t testing.TB) map[string]string {
	template := leaf("gitlab.test")
	template.Key = trusttest.Ed25519
	id := trusttest.SelfSigned(template)
	all := map[string]string{}
	for _, group := range []func(testing.TB, *trusttest.Identity, string) map[string]string{
		refusedText, refusedBlocks, refusedKeys, refusedDER,
	} {
		maps.Copy(all, group(t, id, block("CERTIFICATE", id.Certificate.Raw)))
	}
	return all
}

func refusedText(_ testing.TB, id *trusttest.Identity, cert string) map[string]string {
	lines := strings.Split(strings.TrimSpace(cert), "\n")
	cut := strings.Join(lines[:len(lines)-2], "\n")
	body := base64.StdEncoding.EncodeToString(id.Certificate.Raw)
	return map[string]string{
		"empty":                     "",
		"only-space":                " \n\t\r\n",
		"only-text":                 "here should be a certificate\n",
		"web-page":                  "\n<!DOCTYPE html><html><body>Sign in</body></html>",
		"web-page-with-certificate": "<html><pre>" + cert + "</pre></html>",
		"base64-of-pem":             base64.StdEncoding.EncodeToString([]byte(cert)),
		"base64-without-boundaries": body,
		"end-damaged":               "--END CERTIFICATE-----\n" + cert + "x-----END CERTIFICATE-----",
		"end-damaged-alone":         "-----END CERTIFICATE----\n" + cert,
		"truncated":                 cut,
		"truncated-then-whole":      cut + "\n" + cert,
		"end-only":                  strings.Join(lines[1:], "\n"),
		"end-of-another":            strings.Replace(cert, "END CERTIFICATE", "END PKCS7", 1),
		"glued":                     strings.TrimSpace(cert) + cert,
		"boundary-not-alone":        strings.Replace(cert, "-----END", "=-----END", 1),
		"boundary-lost-a-dash":      strings.Replace(cert, "-----BEGIN", "----BEGIN", 1),
		"boundary-beautified":       strings.Replace(cert, "-----BEGIN", "\u2014\u2013BEGIN", 1),
		"boundary-lower-case":       strings.Replace(cert, "BEGIN CERTIFICATE", "begin certificate", 1),
		"one-line":                  strings.ReplaceAll(cert, "\n", " "),
		"one-line-twice":            strings.ReplaceAll(cert+cert, "\n", " "),
		"one-line-lost-breaks":      strings.ReplaceAll(cert, "\n", ""),
		"one-line-then-whole":       strings.ReplaceAll(cert, "\n", " ") + "\n" + cert,
		"one-line-escaped":          strings.ReplaceAll(cert, "\n", `\n`),
		"nul":                       cert + "\x00\n",
		"utf-16":                    "\xff\xfe" + utf16(cert),
		"utf-16-without-mark":       utf16(cert),
		"java-key-store":            "\xfe\xed\xfe\xed\x00\x00",
		"compressed":                "\x1f\x8b\x08\x00",
		"too-large":                 cert + strings.Repeat("#\n", trust.MaxSize/2),
	}
}

func refusedBlocks(t testing.TB, id *trusttest.Identity, cert string) map[string]string {
	lines := strings.Split(strings.TrimSpace(cert), "\n")
	cut := strings.Join(lines[:len(lines)-2], "\n")
	return map[string]string{
		"request":          block("CERTIFICATE REQUEST", request(t, id)),
		"request-labelled": block("CERTIFICATE", request(t, id)),
		"crl":              cert + block("X509 CRL", revocations(t)),
		"trusted":          block("TRUSTED CERTIFICATE", append(bytes.Clone(id.Certificate.Raw), 0x30, 0)),
		"x509":             block("X509 CERTIFICATE", id.Certificate.Raw),
		"public-key":       block("PUBLIC KEY", []byte("any")),
		"parameters":       block("EC PARAMETERS", []byte("any")),
		"unknown-label":    block("MESSAGE OF A LABEL THAT GOES ON AND ON AND ON", []byte("any")),
		"headers":          strings.Replace(cert, "-----\n", "-----\nSubject: gitlab\n\n", 1),
		"bad-character":    strings.Replace(cert, "MII", "M\u00dcI", 1),
		"bad-base64":       "-----BEGIN CERTIFICATE-----\nAAAAA\n-----END CERTIFICATE-----\n",
		"empty-block":      "-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----\n",
		"trailing-bytes":   block("CERTIFICATE", append(bytes.Clone(id.Certificate.Raw), 1, 2, 3)),
		"second-inside":    block("CERTIFICATE", append(bytes.Clone(id.Certificate.Raw), id.Certificate.Raw...)),
		"not-der":          block("CERTIFICATE", []byte("\x04hello, this is text")),
		"damaged-der":      block("CERTIFICATE", append(bytes.Clone(id.Certificate.Raw[:len(id.Certificate.Raw)-1]), 0)[:60]),
		"several-faults":   "-----END CERTIFICATE-----\n" + cert + block("X509 CRL", []byte("any")) + cut,
		"many-faults":      strings.Repeat("-----END CERTIFICATE-----\n", 50),
	}
}

func refusedKeys(t testing.TB, id *trusttest.Identity, cert string) map[string]string {
	pkcs8, err := x509.MarshalPKCS8PrivateKey(id.Key)
	if err != nil {
		t.Fatal(err)
	}
	keys := keyForms(t)
	return map[string]string{
		"key-beside":                 cert + block("PRIVATE KEY", pkcs8),
		"key-before":                 block("PRIVATE KEY", pkcs8) + cert,
		"key-rsa":                    block("RSA PRIVATE KEY", keys["pkcs1"]) + cert,
		"key-encrypted":              block("ENCRYPTED PRIVATE KEY", []byte("any")) + cert,
		"key-encrypted-old":          "-----BEGIN EC PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-256-CBC,00\n\nAAAA\n-----END EC PRIVATE KEY-----\n" + cert,
		"key-labelled-certificate":   block("CERTIFICATE", pkcs8),
		"key-glued":                  "x-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n" + cert,
		"key-on-one-line":            strings.ReplaceAll(block("PRIVATE KEY", pkcs8), "\n", " "),
		"key-truncated":              cert + "-----BEGIN PRIVATE KEY-----\nAAAA\n",
		"key-der-pkcs8":              string(pkcs8),
		"key-der-pkcs8-with-newline": string(pkcs8) + "\n",
		"key-der-pkcs1":              string(keys["pkcs1"]),
		"key-der-ec":                 string(keys["ec"]),
		"key-der-encrypted":          string(keys["encrypted"]),
		"key-der-pkcs12":             string(keys["pkcs12"]),
		"key-der-behind-certificate": string(id.Certificate.Raw) + string(pkcs8),
	}
}

func refusedDER(t testing.TB, id *trusttest.Identity, _ string) map[string]string {
	return map[string]string{
		"der-two-certificates":        string(id.Certificate.Raw) + string(id.Certificate.Raw),
		"der-and-newline":             string(id.Certificate.Raw) + "\n",
		"der-truncated":               string(id.Certificate.Raw[:200]),
		"der-request":                 string(request(t, id)),
		"der-crl":                     string(revocations(t)),
		"der-other":                   "\x30\x03\x02\x01\x05",
		"der-high-tag":                "\x30\x84\x00\x00\x00\x02\x1f\x01",
		"der-long-length":             "\x30\x85\x00\x00\x00\x00\x02\x05\x00",
		"der-header-cut":              "\x30\x84\x00",
		"der-primitive-indefinite":    "\x30\x84\x00\x00\x00\x02\x04\x80",
		"der-nothing-inside":          "\x30\x80\x00\x00",
		"der-too-deep":                strings.Repeat("\x30\x80", 100_000),
		"pkcs7-cut":                   block("PKCS7", trusttest.PKCS7(id.Certificate)[:100]),
		"pkcs7-empty":                 block("PKCS7", trusttest.PKCS7()),
		"pkcs7-no-certificate-inside": block("PKCS7", bytes.Replace(trusttest.PKCS7(id.Certificate), id.Certificate.Raw[4:8], []byte{0x30, 0x82, 0, 0}, 1)),
		"pkcs7-ber":                   "\x30\x80\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x02\xa0\x80\x00\x00\x00\x00",
		"pkcs7-enveloped":             "\x30\x0f\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x03\xa0\x02\x30\x00",
		"pkcs7-other-shape":           "\x30\x0f\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x02\xa0\x02\x30\x00",
		"pkcs7-no-content":            "\x30\x0d\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x02\xa0\x00",
	}
}

func utf16(text string) string {
	var wide strings.Builder
	for _, b := range []byte(text) {
		wide.WriteString(string([]byte{b, 0}))
	}
	return wide.String()
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
