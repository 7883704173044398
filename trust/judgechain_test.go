package trust_test

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"net"
	"net/url"
	"testing"

	"helm-runnertrust/trust"
	"helm-runnertrust/trust/trusttest"
)

// TestJudgeGitCertificates has something wrong, or unusual, with one certificate.
func TestJudgeGitCertificates(t *testing.T) {
	const ok, fails, unknown = trust.StatusOK, trust.StatusFailed, trust.StatusUnknown
	clients := []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth}
	anything := []x509.ExtKeyUsage{x509.ExtKeyUsageAny}
	for name, test := range map[string]struct {
		edit            func(family)
		sent, file      string // lip and ipr where empty
		gnuTLS, openSSL trust.Status
		code            trust.Code
	}{
		"expired leaf": {edit: func(f family) { f['l'].NotAfter = noon.Add(-1) }, gnuTLS: fails, openSSL: fails, code: trust.CodeExpired},
		"early leaf":   {edit: func(f family) { f['l'].NotBefore = noon.Add(day) }, gnuTLS: fails, openSSL: fails, code: trust.CodeNotYetValid},
		"expired CA":   {edit: func(f family) { f['i'].NotAfter = noon.Add(-1) }, gnuTLS: fails, openSSL: fails, code: trust.CodeExpired},
		"expired root": {edit: func(f family) { f['r'].NotAfter = noon.Add(-1) }, gnuTLS: ok, openSSL: ok},
		"early root":   {edit: func(f family) { f['r'].NotBefore = noon.Add(day) }, file: "r", gnuTLS: fails, openSSL: fails, code: trust.CodeNotYetValid},
		"early root that need not be there": {edit: func(f family) { f['r'].NotBefore = noon.Add(day) },
			gnuTLS: unknown, openSSL: ok, code: trust.CodeStrictGit},
		"expired anchor": {edit: func(f family) { f['p'].NotAfter = noon.Add(-1) }, file: "p", gnuTLS: fails, openSSL: fails, code: trust.CodeExpired},
		"expired leaf in the file": {edit: func(f family) { f['l'].NotAfter = noon.Add(-1) }, sent: "l", file: "l",
			gnuTLS: fails, openSSL: fails, code: trust.CodeExpired},

		"not a CA":         {edit: func(f family) { f['i'].IsCA = false }, gnuTLS: fails, openSSL: fails, code: trust.CodeInvalid},
		"may not sign":     {edit: func(f family) { f['i'].KeyUsage = x509.KeyUsageCRLSign }, gnuTLS: fails, openSSL: fails, code: trust.CodeInvalid},
		"path length":      {edit: func(f family) { f['p'].MaxPathLenZero = true }, file: "r", gnuTLS: fails, openSSL: fails, code: trust.CodeInvalid},
		"long path length": {edit: func(f family) { f['p'].MaxPathLen = 1 }, file: "r", gnuTLS: ok, openSSL: ok},
		"self-issued CA counts for GnuTLS": {edit: func(f family) {
			f['p'].Subject, f['r'].MaxPathLen = f['r'].Subject, 1
			f['p'].AuthorityKeyId, f['r'].SubjectKeyId = []byte("root"), []byte("root")
		}, file: "r", gnuTLS: fails, openSSL: ok, code: trust.CodeInvalid},
		"no basic constraints": {edit: func(f family) { f['i'].IsCA, f['i'].BasicConstraintsValid = false, false },
			gnuTLS: unknown, openSSL: unknown, code: trust.CodeUndecided},

		"CA for clients":    {edit: func(f family) { f['i'].ExtKeyUsage = clients }, gnuTLS: ok, openSSL: fails, code: trust.CodeInvalid},
		"leaf for clients":  {edit: func(f family) { f['l'].ExtKeyUsage = clients }, gnuTLS: ok, openSSL: fails, code: trust.CodeInvalid},
		"leaf for anything": {edit: func(f family) { f['l'].ExtKeyUsage = anything }, gnuTLS: ok, openSSL: fails, code: trust.CodeInvalid},
		"leaf without purposes": {edit: func(f family) { f['l'].ExtKeyUsage, f['l'].KeyUsage = nil, 0 },
			gnuTLS: ok, openSSL: ok},
		"leaf that encrypts, EC": {edit: func(f family) { f['l'].KeyUsage = x509.KeyUsageKeyEncipherment },
			gnuTLS: fails, openSSL: unknown, code: trust.CodeInvalid},
		"leaf that encrypts, RSA": {edit: func(f family) {
			f['l'].KeyUsage, f['l'].key = x509.KeyUsageKeyEncipherment, trusttest.NewKey(trusttest.RSA2048)
		}, gnuTLS: fails, openSSL: ok, code: trust.CodeInvalid},
		"leaf that only signs certificates": {edit: func(f family) { f['l'].KeyUsage = x509.KeyUsageCertSign },
			gnuTLS: fails, openSSL: fails, code: trust.CodeInvalid},

		"short key":    {edit: func(f family) { f['l'].key = trusttest.NewKey(trusttest.RSA1024) }, gnuTLS: unknown, openSSL: fails, code: trust.CodeWeakKey},
		"short anchor": {edit: func(f family) { f['i'].key = trusttest.NewKey(trusttest.RSA1024) }, gnuTLS: unknown, openSSL: fails, code: trust.CodeWeakKey},
		"other keys": {edit: func(f family) {
			f['l'].key, f['p'].key = trusttest.NewKey(trusttest.Ed25519), trusttest.NewKey(trusttest.P521)
		}, file: "r", gnuTLS: ok, openSSL: ok},
		"unusual curve": {edit: func(f family) { f['i'].key = p224(t) }, gnuTLS: unknown, openSSL: unknown, code: trust.CodeUndecided},
		"SHA-1": {edit: func(f family) {
			f['i'].key, f['l'].SignatureAlgorithm = trusttest.NewKey(trusttest.RSA2048), x509.SHA1WithRSA
		}, gnuTLS: fails, openSSL: fails, code: trust.CodeWeakSignature},
		"SHA-1 in the file": {edit: func(f family) {
			f['i'].key, f['l'].SignatureAlgorithm = trusttest.NewKey(trusttest.RSA2048), x509.SHA1WithRSA
		}, sent: "l", file: "l", gnuTLS: ok, openSSL: ok},

		"unknown critical extension": {edit: func(f family) {
			f['l'].ExtraExtensions = []pkix.Extension{{Id: asn1.ObjectIdentifier{1, 2, 3}, Critical: true, Value: []byte{5, 0}}}
		}, gnuTLS: unknown, openSSL: unknown, code: trust.CodeUndecided},
		"stapling": {edit: func(f family) {
			f['l'].ExtraExtensions = []pkix.Extension{{Id: asn1.ObjectIdentifier{1, 3, 6, 1, 5, 5, 7, 1, 24}, Value: []byte{0x30, 3, 2, 1, 5}}}
		}, gnuTLS: unknown, openSSL: ok, code: trust.CodeUndecided},
		"no issuer's name": {edit: func(f family) { f['i'].Subject = pkix.Name{} }, gnuTLS: ok, openSSL: fails, code: trust.CodeInvalid},
	} {
		t.Run(name, func(t *testing.T) {
			f := newFamily(test.edit)
			if test.sent == "" {
				test.sent = "lip"
			}
			if test.file == "" {
				test.file = "ipr"
			}
			v := trust.JudgeGit(f.list(test.sent), f.list(test.file), "gitlab.example.com", noon)
			judge(t, v, test.gnuTLS, test.openSSL)
			if test.code != "" && v.Finding.Code != test.code {
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

// TestJudgeGitConstraints has CAs that permit some names only.
func TestJudgeGitConstraints(t *testing.T) {
	const ok, fails, unknown = trust.StatusOK, trust.StatusFailed, trust.StatusUnknown
	for name, test := range map[string]struct {
		edit            func(family)
		gnuTLS, openSSL trust.Status
	}{
		"permitted":        {func(f family) { f['i'].PermittedDNSDomains = []string{"example.com", "example.org"} }, ok, ok},
		"with a dot":       {func(f family) { f['i'].PermittedDNSDomains = []string{".example.com"} }, ok, ok},
		"not permitted":    {func(f family) { f['i'].PermittedDNSDomains = []string{"lab.example.com"} }, fails, fails},
		"excluded":         {func(f family) { f['p'].ExcludedDNSDomains = []string{"example.com"} }, fails, fails},
		"something else":   {func(f family) { f['p'].ExcludedDNSDomains = []string{"lab.example.com"} }, ok, ok},
		"in another case":  {func(f family) { f['p'].PermittedDNSDomains = []string{"Example.COM"} }, unknown, ok},
		"in two CAs, fine": {func(f family) { constrain(f, "example.com", "example.com") }, ok, ok},
		"in two CAs, not":  {func(f family) { constrain(f, "example.com", "lab.example.com") }, unknown, fails},
		"address": {func(f family) {
			f['l'].IPAddresses = []net.IP{net.IPv4(192, 0, 2, 1)}
			f['i'].ExcludedIPRanges = []*net.IPNet{{IP: net.IPv4(192, 0, 2, 0).To4(), Mask: net.CIDRMask(24, 32)}}
		}, fails, fails},
		"email address": {func(f family) { f['i'].PermittedEmailAddresses = []string{"example.com"} }, unknown, unknown},
		"common name": {func(f family) {
			f['l'].DNSNames, f['l'].Subject.CommonName = nil, "gitlab.example.com"
			f['i'].ExcludedDNSDomains = []string{"example.com"}
		}, fails, fails},
		"common name of a CA": {func(f family) {
			f['l'].DNSNames, f['l'].Subject.CommonName, f['l'].IsCA = nil, "gitlab.example.com", true
			f['i'].ExcludedDNSDomains = []string{"example.com"}
		}, unknown, fails},
	} {
		t.Run(name, func(t *testing.T) {
			f := newFamily(test.edit)
			judge(t, trust.JudgeGit(f.list("lip"), f.list("r"), "gitlab.example.com", noon), test.gnuTLS, test.openSSL)
		})
	}
}

func constrain(f family, policy, issuing string) {
	f['p'].PermittedDNSDomains, f['i'].PermittedDNSDomains = []string{policy}, []string{issuing}
}

// TestJudgeGitNames has the host differ from what the leaf is for.
func TestJudgeGitNames(t *testing.T) {
	const ok, fails, unknown = trust.StatusOK, trust.StatusFailed, trust.StatusUnknown
	here := []net.IP{net.IPv4(192, 0, 2, 1)}
	for name, test := range map[string]struct {
		host            string
		names           []string
		addresses       []net.IP
		commonName      string
		edit            func(leaf *member)
		gnuTLS, openSSL trust.Status
	}{
		"same":                    {host: "GitLab.Example.com", names: []string{"other.test", "gitlab.EXAMPLE.com"}, gnuTLS: ok, openSSL: ok},
		"other":                   {host: "gitlab.example.com", names: []string{"other.test"}, commonName: "gitlab.example.com", gnuTLS: fails, openSSL: fails},
		"wildcard":                {host: "gitlab.example.com", names: []string{"*.example.com"}, gnuTLS: ok, openSSL: ok},
		"wildcard for two labels": {host: "gitlab.lab.example.com", names: []string{"*.example.com"}, gnuTLS: fails, openSSL: fails},
		"wildcard for a domain":   {host: "gitlab.com", names: []string{"*.com"}, gnuTLS: fails, openSSL: fails},
		"part of a label":         {host: "gitlab.example.com", names: []string{"git*.example.com"}, gnuTLS: unknown, openSSL: unknown},
		"final dot":               {host: "gitlab.example.com", names: []string{"gitlab.example.com."}, gnuTLS: unknown, openSSL: unknown},
		"unusual host":            {host: "git_lab.example.com", names: []string{"git_lab.example.com"}, gnuTLS: unknown, openSSL: unknown},
		"address":                 {host: "192.0.2.1", addresses: here, gnuTLS: ok, openSSL: ok},
		"other address":           {host: "192.0.2.2", addresses: here, commonName: "192.0.2.2", gnuTLS: fails, openSSL: fails},
		"address as a name":       {host: "192.0.2.1", names: []string{"192.0.2.1"}, gnuTLS: fails, openSSL: fails},
		"address as common name":  {host: "192.0.2.1", commonName: "192.0.2.1", gnuTLS: fails, openSSL: ok},
		"common name":             {host: "gitlab.example.com", commonName: "gitlab.example.com", gnuTLS: ok, openSSL: ok},
		"other common name":       {host: "gitlab.example.com", commonName: "other.test", gnuTLS: fails, openSSL: fails},
		"address beside":          {host: "gitlab.example.com", commonName: "gitlab.example.com", addresses: here, gnuTLS: unknown, openSSL: fails},
		"URI beside": {host: "gitlab.example.com", commonName: "gitlab.example.com", gnuTLS: unknown, openSSL: ok,
			edit: func(leaf *member) { leaf.URIs = []*url.URL{{Scheme: "https", Host: "gitlab.example.com"}} }},
		"common name, for clients": {host: "gitlab.example.com", commonName: "gitlab.example.com", gnuTLS: fails, openSSL: fails,
			edit: func(leaf *member) { leaf.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth} }},
		"two common names": {host: "gitlab.example.com", commonName: "gitlab.example.com", gnuTLS: unknown, openSSL: unknown,
			edit: func(leaf *member) {
				commonName := asn1.ObjectIdentifier{2, 5, 4, 3}
				leaf.Subject.ExtraNames = []pkix.AttributeTypeAndValue{
					{Type: commonName, Value: "other.test"}, {Type: commonName, Value: "gitlab.example.com"},
				}
			}},
	} {
		t.Run(name, func(t *testing.T) {
			f := newFamily(func(f family) {
				f['l'].DNSNames, f['l'].IPAddresses, f['l'].Subject.CommonName = test.names, test.addresses, test.commonName
				if test.edit != nil {
					test.edit(f['l'])
				}
			})
			judge(t, trust.JudgeGit(f.list("lip"), f.list("ipr"), test.host, noon), test.gnuTLS, test.openSSL)
		})
	}
}
