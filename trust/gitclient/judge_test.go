package gitclient_test

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"net"
	"testing"

	"helm-runnertrust/trust"
	"helm-runnertrust/trust/trusttest"
)

const ok, failed, unknown = trust.StatusOK, trust.StatusFailed, trust.StatusUnknown

// TestAnchors varies what is sent and what is in the file, with nothing wrong with either.
func TestAnchors(t *testing.T) {
	f := newFamily(nil)
	for _, test := range []struct {
		sent, file string
		want       trust.Status
		says       string
	}{
		{"l", "l", ok, "ca.crt"}, {"l", "i", ok, ""}, {"l", "ipr", ok, ""}, {"l", "lr", ok, ""},
		{"li", "li", ok, ""}, {"li", "i", ok, ""}, {"li", "p", ok, ""},
		{"lip", "ipr", ok, ""}, {"lip", "r", ok, ""}, {"lip", "p", ok, ""}, {"lip", "lip", ok, ""},
		{"lipr", "ipr", ok, ""}, {"lipr", "r", ok, ""}, {"lipr", "p", ok, ""}, {"lipr", "lipr", ok, ""},
		{"lrpi", "r", ok, ""}, {"lrip", "lr", ok, ""}, // in any order
		{"l", "ui", ok, ""}, {"lip", "ur", ok, ""}, // beside another CA

		{"", "ipr", failed, "sends no certificate"},
		{"l", "p", failed, "vouches for neither"}, {"l", "pr", failed, ""}, {"l", "u", failed, ""}, {"l", "", failed, ""},
		{"li", "r", failed, ""}, {"lip", "u", failed, ""},

		{"li", "l", unknown, "neither the last certificate"}, {"lip", "i", unknown, "neither the last"}, {"lip", "l", unknown, ""},
		{"lipr", "i", unknown, "neither the last certificate"},
		{"liip", "r", unknown, "does not belong"}, {"luip", "pr", unknown, "does not belong"}, {"lp", "r", unknown, "does not belong"},
		{"lp", "lr", unknown, ""}, {"lu", "l", unknown, "does not belong"}, {"lippppppppppppppp", "i", unknown, ""},
	} {
		t.Run(test.sent+" with "+test.file, func(t *testing.T) { judge(t, f.handshake(test.sent, test.file), test.want, test.says) })
	}
}

// TestOldCurl: where the file does not reach the root, old versions of curl refuse.
func TestOldCurl(t *testing.T) {
	f := newFamily(nil)
	for file, warns := range map[string]int{"ipr": 0, "r": 0, "p": 1, "ip": 1} {
		h := f.handshake("lip", file)
		if v := h.judge(t); !v.OK() || len(v.Warnings) != warns || warns > 0 && v.Warnings[0].Code != trust.CodeIssuerMissing {
			t.Errorf("%s: %+v", file, v)
		}
	}
}

// TestNamesakes has more than one CA of a name.
func TestNamesakes(t *testing.T) {
	double := func(f family) { f['u'].Subject = f['i'].Subject }
	renewed := func(f family) { f['u'].Subject, f['u'].key = f['i'].Subject, f['i'].key }
	old := func(f family) { renewed(f); f['u'].NotAfter = noon.Add(-1) }
	for name, test := range map[string]struct {
		edit       func(family)
		sent, file string
		want       trust.Status
	}{
		"told apart by key identifiers":     {double, "l", "ui", ok},
		"only the wrong one":                {double, "l", "u", failed},
		"without key identifiers":           {func(f family) { double(f); f['i'].withoutKeyID(); f['u'].withoutKeyID() }, "l", "ui", unknown},
		"one key":                           {renewed, "l", "iu", ok},
		"one key, in place of it":           {renewed, "li", "u", ok},
		"one key, in place of its issuer":   {renewed, "l", "u", ok},
		"the leaf's key":                    {func(f family) { f['u'].Subject, f['u'].key = f['l'].Subject, f['l'].key }, "l", "u", unknown},
		"the leaf's key, beside the root":   {func(f family) { f['u'].Subject, f['u'].key = f['l'].Subject, f['l'].key }, "lip", "ur", ok},
		"one key, other rights":             {func(f family) { renewed(f); f['u'].MaxPathLen = 1 }, "l", "iu", unknown},
		"one of them expired":               {old, "l", "iu", ok},
		"the expired one only":              {old, "l", "u", failed},
		"the expired one beside the root":   {old, "lip", "ru", unknown},
		"another CA of the leaf's name":     {func(f family) { f['u'].Subject = f['l'].Subject }, "l", "iu", ok},
		"an intermediate named as the root": {func(f family) { f['p'].Subject = f['r'].Subject }, "lip", "r", unknown},
		"but for case":                      {func(f family) { f['u'].Subject.CommonName = "I" }, "l", "iu", unknown},
		"but for the order":                 {func(f family) { f['i'].RawSubject, f['u'].RawSubject = ordered("i", "o"), ordered("o", "i") }, "l", "iu", unknown},
		"but for the string type":           {func(f family) { f['u'].RawSubject = utf8Name("i") }, "l", "iu", unknown},
		"the only one, but for case":        {func(f family) { f['u'].Subject.CommonName = "I"; f['u'].key = f['i'].key }, "l", "u", unknown},
	} {
		t.Run(name, func(t *testing.T) { judge(t, newFamily(test.edit).handshake(test.sent, test.file), test.want, "") })
	}
}

// TestCertificates has something wrong, or unusual, with one certificate.
func TestCertificates(t *testing.T) {
	clients, anything := []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth}, []x509.ExtKeyUsage{x509.ExtKeyUsageAny}
	rsaIssuer := func(algorithm x509.SignatureAlgorithm) func(family) {
		return func(f family) { f['i'].key, f['l'].SignatureAlgorithm = trusttest.NewKey(trusttest.RSA2048), algorithm }
	}
	with := func(member rune, critical bool, value string, id ...int) func(family) {
		return func(f family) {
			f[member].ExtraExtensions = []pkix.Extension{{Id: id, Critical: critical, Value: []byte(value)}}
		}
	}
	for name, test := range map[string]struct {
		edit       func(family)
		sent, file string // lip and ipr where empty
		want       trust.Status
		code       trust.Code
		says       string
	}{
		"expired leaf":                        {edit: func(f family) { f['l'].NotAfter = noon.Add(-1) }, want: failed, code: trust.CodeExpired},
		"early leaf":                          {edit: func(f family) { f['l'].NotBefore = noon.Add(day) }, want: failed, code: trust.CodeNotYetValid},
		"expired CA":                          {edit: func(f family) { f['i'].NotAfter = noon.Add(-1) }, want: failed, code: trust.CodeExpiredCA},
		"expired root":                        {edit: func(f family) { f['r'].NotAfter = noon.Add(-1) }, file: "r", want: failed, code: trust.CodeExpired},
		"early root":                          {edit: func(f family) { f['r'].NotBefore = noon.Add(day) }, file: "r", want: failed, code: trust.CodeNotYetValid},
		"expired root that need not be there": {edit: func(f family) { f['r'].NotAfter = noon.Add(-1) }, want: unknown, code: trust.CodeExpired},

		"not a CA":              {edit: func(f family) { f['i'].IsCA = false }, want: unknown, says: "is not marked as a CA"},
		"no basic constraints":  {edit: func(f family) { f['i'].IsCA, f['i'].BasicConstraintsValid = false, false }, want: unknown, says: "not marked"},
		"may not sign":          {edit: func(f family) { f['i'].KeyUsage = x509.KeyUsageCRLSign }, want: unknown, says: "key usage"},
		"path length":           {edit: func(f family) { f['p'].MaxPathLenZero = true }, file: "r", want: unknown, code: trust.CodeInvalid},
		"long path length":      {edit: func(f family) { f['p'].MaxPathLen = 1 }, file: "r", want: ok},
		"self-signed, not a CA": {edit: func(f family) { f['u'].Certificate = f['l'].Certificate; f['u'].KeyUsage = 0 }, sent: "u", file: "u", want: ok},

		"CA for clients":        {edit: func(f family) { f['i'].ExtKeyUsage = clients }, want: unknown, says: "without servers"},
		"leaf for clients":      {edit: func(f family) { f['l'].ExtKeyUsage = clients }, want: unknown, says: "without servers"},
		"leaf for anything":     {edit: func(f family) { f['l'].ExtKeyUsage = anything }, want: unknown, says: "without servers"},
		"leaf without purposes": {edit: func(f family) { f['l'].ExtKeyUsage, f['l'].KeyUsage = nil, 0 }, want: ok},
		"leaf that encrypts":    {edit: func(f family) { f['l'].KeyUsage = x509.KeyUsageKeyEncipherment }, want: unknown, says: "key usage"},
		"empty key usage":       {edit: with('i', true, "\x03\x01\x00", 2, 5, 29, 15), want: unknown, says: "key usage"},

		"short key": {edit: func(f family) { f['l'].key = trusttest.NewKey(trusttest.RSA1024) }, want: unknown, code: trust.CodeWeakKey},
		"RSA and P-521": {edit: func(f family) {
			f['l'].key, f['p'].key = trusttest.NewKey(trusttest.RSA2048), trusttest.NewKey(trusttest.P521)
		}, want: ok},
		"Ed25519":       {edit: func(f family) { f['l'].key = trusttest.NewKey(trusttest.Ed25519) }, want: unknown, says: "unusual key"},
		"unusual curve": {edit: func(f family) { f['i'].key = p224(t) }, want: unknown, says: "unusual key"},
		"SHA-1":         {edit: rsaIssuer(x509.SHA1WithRSA), want: unknown, code: trust.CodeWeakSignature},
		"PSS":           {edit: rsaIssuer(x509.SHA256WithRSAPSS), want: unknown, says: "SHA256-RSAPSS"},
		"SHA-512":       {edit: rsaIssuer(x509.SHA512WithRSA), want: ok},

		"unknown extension":         {edit: with('l', false, "\x05\x00", 1, 2, 3), want: unknown, says: "the extension 1.2.3, critical: false"},
		"critical policies":         {edit: with('i', true, "0\x060\x04\x06\x02*\x03", 2, 5, 29, 32), want: unknown, says: "2.5.29.32, critical: true"},
		"policies":                  {edit: with('i', false, "0\x060\x04\x06\x02*\x03", 2, 5, 29, 32), want: ok},
		"policy constraints":        {edit: with('i', true, "0\x03\x80\x01\x00", 2, 5, 29, 36), want: unknown, says: "2.5.29.36"},
		"Netscape type":             {edit: with('l', false, "\x03\x02\x06\x40", 2, 16, 840, 1, 113730, 1, 1), want: unknown, says: "113730"},
		"must-staple":               {edit: with('l', false, "0\x03\x02\x01\x05", 1, 3, 6, 1, 5, 5, 7, 1, 24), want: unknown, says: "5.5.7.1.24"},
		"issuer's serial":           {edit: with('l', false, "0\x03\x82\x01\x03", 2, 5, 29, 35), want: ok},
		"another serial":            {edit: with('l', false, "0\x03\x82\x01\x04", 2, 5, 29, 35), want: unknown, says: "serial number"},
		"issuer's own issuer":       {edit: with('l', false, "0\x15\xa1\x10\xa4\x0e0\x0c1\n0\x08\x06\x03U\x04\x03\x13\x01p\x82\x01\x03", 2, 5, 29, 35), want: ok},
		"another issuer":            {edit: with('l', false, "0\x15\xa1\x10\xa4\x0e0\x0c1\n0\x08\x06\x03U\x04\x03\x13\x01x\x82\x01\x03", 2, 5, 29, 35), want: unknown, says: "serial number"},
		"issuer as a URI":           {edit: with('l', false, "0\x15\xa1\x10\xa6\x0e0\x0c1\n0\x08\x06\x03U\x04\x03\x13\x01p\x82\x01\x03", 2, 5, 29, 35), want: unknown, says: "serial number"},
		"name in it twice":          {edit: func(f family) { f['i'].Subject = f['r'].Subject }, file: "r", want: unknown, says: "only one of its name in the chain"},
		"an empty name":             {edit: func(f family) { f['l'].EmailAddresses = []string{""} }, want: unknown, says: "an empty alternative name"},
		"another kind of name":      {edit: func(f family) { f['l'].EmailAddresses = []string{"a@example.com"} }, want: ok},
		"an empty name in the file": {edit: func(f family) { f['i'].EmailAddresses = []string{""} }, want: unknown, says: "more than plain certificates"},
		"no issuer's name":          {edit: func(f family) { f['i'].Subject = pkix.Name{} }, want: unknown, says: "empty name"},
	} {
		t.Run(name, func(t *testing.T) {
			f := newFamily(test.edit)
			if test.sent == "" {
				test.sent = "lip"
			}
			if test.file == "" {
				test.file = "ipr"
			}
			h := f.handshake(test.sent, test.file)
			judge(t, h, test.want, test.says)
			if v := h.judge(t); test.code != "" && v.Finding.Code != test.code {
				t.Errorf("code %q, want %q", v.Finding.Code, test.code)
			}
		})
	}
}

func p224(t *testing.T) crypto.Signer {
	key, err := ecdsa.GenerateKey(elliptic.P224(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

// TestConstraints has CAs that permit some names only.
func TestConstraints(t *testing.T) {
	for name, test := range map[string]struct {
		edit func(family)
		want trust.Status
	}{
		"permitted":       {func(f family) { f['i'].PermittedDNSDomains = []string{"example.com", "example.org"} }, ok},
		"with a dot":      {func(f family) { f['i'].PermittedDNSDomains = []string{".example.com"} }, ok},
		"something else":  {func(f family) { f['p'].ExcludedDNSDomains = []string{"lab.example.com"} }, ok},
		"in two CAs":      {func(f family) { constrain(f, "example.com", "example.com") }, ok},
		"not permitted":   {func(f family) { f['i'].PermittedDNSDomains = []string{"lab.example.com"} }, unknown},
		"excluded":        {func(f family) { f['p'].ExcludedDNSDomains = []string{"example.com"} }, unknown},
		"in two CAs, not": {func(f family) { constrain(f, "example.com", "lab.example.com") }, unknown},
		"in another case": {func(f family) { f['p'].PermittedDNSDomains = []string{"Example.COM"} }, unknown},
		"address": {func(f family) {
			f['i'].ExcludedIPRanges = []*net.IPNet{{IP: net.IPv4(192, 0, 2, 0).To4(), Mask: net.CIDRMask(24, 32)}}
		}, unknown},
		"email address": {func(f family) { f['i'].PermittedEmailAddresses = []string{"example.com"} }, unknown},
		"wildcard": {func(f family) {
			f['l'].DNSNames, f['i'].PermittedDNSDomains = []string{"*.example.com"}, []string{"example.com"}
		}, unknown},
	} {
		t.Run(name, func(t *testing.T) { judge(t, newFamily(test.edit).handshake("lip", "r"), test.want, "") })
	}
}

// utf8Name is a common name as a UTF8String, where Go writes a PrintableString.
func utf8Name(name string) []byte {
	der, err := asn1.Marshal(pkix.RDNSequence{{{Type: asn1.ObjectIdentifier{2, 5, 4, 3},
		Value: asn1.RawValue{Tag: asn1.TagUTF8String, Bytes: []byte(name)}}}})
	if err != nil {
		panic(err)
	}
	return der
}

// ordered is a name of two attributes of one kind.
func ordered(first, second string) []byte {
	der, err := asn1.Marshal(append(pkix.Name{CommonName: first}.ToRDNSequence(), pkix.Name{CommonName: second}.ToRDNSequence()...))
	if err != nil {
		panic(err)
	}
	return der
}

func constrain(f family, policy, issuing string) {
	f['p'].PermittedDNSDomains, f['i'].PermittedDNSDomains = []string{policy}, []string{issuing}
}

// TestHosts has the host differ from what the leaf is for.
func TestHosts(t *testing.T) {
	here := []net.IP{net.IPv4(192, 0, 2, 1)}
	for name, test := range map[string]struct {
		host       string
		names      []string
		addresses  []net.IP
		commonName string
		want       trust.Status
	}{
		"same":                    {host: "GitLab.Example.com", names: []string{"other.test", "gitlab.EXAMPLE.com"}, want: ok},
		"wildcard":                {host: "gitlab.example.com", names: []string{"*.example.com"}, want: ok},
		"address":                 {host: "192.0.2.1", addresses: here, want: ok},
		"other":                   {host: "gitlab.example.com", names: []string{"other.test"}, commonName: "gitlab.example.com", want: failed},
		"wildcard for two labels": {host: "gitlab.lab.example.com", names: []string{"*.example.com"}, want: failed},
		"wildcard for a domain":   {host: "gitlab.com", names: []string{"*.com"}, want: unknown},
		"other address":           {host: "192.0.2.2", addresses: here, commonName: "192.0.2.2", want: failed},
		"address as a name":       {host: "192.0.2.1", names: []string{"192.0.2.1"}, want: failed},
		"other common name":       {host: "gitlab.example.com", commonName: "other.test", want: unknown},
		"part of a label":         {host: "gitlab.example.com", names: []string{"git*.example.com"}, want: unknown},
		"final dot":               {host: "gitlab.example.com", names: []string{"gitlab.example.com."}, want: unknown},
		"unusual host":            {host: "git_lab.example.com", names: []string{"git_lab.example.com"}, want: unknown},
		"address as common name":  {host: "192.0.2.1", commonName: "192.0.2.1", want: unknown},
		"common name":             {host: "gitlab.example.com", commonName: "gitlab.example.com", want: unknown},
		"common name and address": {host: "gitlab.example.com", commonName: "gitlab.example.com", addresses: here, want: unknown},
	} {
		t.Run(name, func(t *testing.T) {
			h := newFamily(func(f family) {
				f['l'].DNSNames, f['l'].IPAddresses, f['l'].Subject.CommonName = test.names, test.addresses, test.commonName
			}).handshake("lip", "ipr")
			h.Host = test.host
			judge(t, h, test.want, "")
		})
	}
}
