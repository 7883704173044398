package audit

import (
	"crypto/x509"
	"crypto/x509/pkix"
	"math/big"
	"testing"
	"time"

	"helm-runnertrust/trust"
	"helm-runnertrust/trust/trusttest"
)

const (
	gitlabHost = "gitlab.example.com"
	aDay       = 24 * time.Hour
)

// TestServed has a server that sends the very Secret that is the file: what it sends decides, and not only its CA.
func TestServed(t *testing.T) {
	ca := trusttest.SelfSigned(trusttest.CA("Example Root CA", now))
	issue := func(edit func(*trusttest.Template)) []*x509.Certificate {
		template := trusttest.Leaf(now, gitlabHost)
		edit(&template)
		return []*x509.Certificate{ca.Issue(template).Certificate, ca.Certificate}
	}
	expired := issue(func(t *trusttest.Template) { t.NotAfter = now.Add(-aDay) })
	for name, c := range map[string]struct {
		sent        []*x509.Certificate
		url         string
		within      time.Duration
		runner, git trust.Status
		code        trust.Code
	}{
		"valid":                      {issue(func(*trusttest.Template) {}), "https://" + gitlabHost, 0, trust.StatusOK, trust.StatusOK, CodeFileOK},
		"ends early":                 {issue(func(*trusttest.Template) {}), "https://" + gitlabHost, 400 * aDay, trust.StatusFailed, trust.StatusFailed, CodeEndsTooEarly},
		"expired":                    {expired, "https://" + gitlabHost, 0, trust.StatusFailed, trust.StatusFailed, trust.CodeExpired},
		"expired, and of other port": {expired, "https://" + gitlabHost + ":8443", 0, trust.StatusOK, trust.StatusOK, CodeFileOK},
		"another host":               {issue(func(t *trusttest.Template) { t.DNSNames = []string{"web.example.com"} }), "https://" + gitlabHost, 0, trust.StatusFailed, trust.StatusFailed, trust.CodeNameMismatch},
		"no names":                   {issue(func(t *trusttest.Template) { t.CommonName, t.DNSNames = gitlabHost, nil }), "https://" + gitlabHost, 0, trust.StatusFailed, trust.StatusFailed, trust.CodeNameForm},
		"without TLS":                {expired, "http://" + gitlabHost, 0, trust.StatusOK, trust.StatusUnknown, CodeFileOK},
		"its CA first":               {[]*x509.Certificate{expired[1], expired[0]}, "https://" + gitlabHost, 0, trust.StatusFailed, trust.StatusFailed, trust.CodeNameMismatch},
		"git is stricter":            {issue(func(t *trusttest.Template) { t.Key = trusttest.RSA1024 }), "https://" + gitlabHost, 0, trust.StatusOK, trust.StatusUnknown, CodeFileOK},
	} {
		stream := auditCase{
			env:     "        - {name: CI_SERVER_URL, value: '" + c.url + "'}\n",
			mounts:  certsMount,
			volumes: "      - {name: certs, secret: {secretName: theirs, items: [{key: tls.crt, path: gitlab.example.com.crt}]}}\n",
			objects: document("Secret", "theirs", "stringData", "tls.crt", string(trusttest.PEM(c.sent...))) +
				"---\napiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata: {name: gitlab}\nspec: {tls: [{hosts: [" + gitlabHost + "], secretName: theirs}]}\n",
		}.stream()
		audited, err := Run([]byte(stream), Options{Now: now, ExpiresWithin: c.within})
		if err != nil {
			t.Fatal(err)
		}
		clients, end := audited[0].Clients(), audited[0].NotAfter()
		if clients[0].Verdict.Status != c.runner || clients[1].Verdict.Status != c.git || clients[0].Verdict.Finding.Code != c.code {
			t.Errorf("%s: %+v, git %+v", name, clients[0].Verdict, clients[1].Verdict)
		}
		want := c.sent[0].NotAfter
		if audited[0].Server.Address != gitlabHost || audited[0].Server.Plain {
			want = ca.Certificate.NotAfter
		}
		if !end.Equal(want) {
			t.Errorf("%s: it ends %s, want %s", name, end, want)
		}
	}
}

// TestServedPort has a Gateway, whose listeners tell at which ports the server sends the Secret.
func TestServedPort(t *testing.T) {
	ca := trusttest.SelfSigned(trusttest.CA("Example Root CA", now))
	template := trusttest.Leaf(now, gitlabHost)
	template.NotAfter = now.Add(-aDay)
	for _, c := range []struct {
		ports []string
		url   string
		want  trust.Status
	}{
		{[]string{"443"}, "https://" + gitlabHost, trust.StatusFailed},
		{[]string{"8443"}, "https://" + gitlabHost + ":8443", trust.StatusFailed},
		{[]string{"443", "8443"}, "https://" + gitlabHost, trust.StatusFailed},
		{[]string{"8443"}, "https://" + gitlabHost, trust.StatusOK},
	} {
		gateway := "---\napiVersion: gateway.networking.k8s.io/v1\nkind: Gateway\nmetadata: {name: gitlab}\nspec:\n  listeners:\n"
		for _, port := range c.ports {
			gateway += "  - {name: p" + port + ", port: " + port + ", hostname: " + gitlabHost + ", tls: {certificateRefs: [{name: theirs}]}}\n"
		}
		stream := auditCase{
			env:     "        - {name: CI_SERVER_URL, value: '" + c.url + "'}\n",
			mounts:  certsMount,
			volumes: "      - {name: certs, secret: {secretName: theirs, items: [{key: tls.crt, path: gitlab.example.com.crt}]}}\n",
			objects: document("Secret", "theirs", "stringData", "tls.crt", string(trusttest.PEM(ca.Issue(template).Certificate, ca.Certificate))) + gateway,
		}.stream()
		audited, err := Run([]byte(stream), Options{Now: now})
		if err != nil {
			t.Fatal(err)
		}
		if got := audited[0]; got.Status != c.want || got.ServedBy != "Gateway/gitlab" {
			t.Errorf("listeners at %v, %s: %s %+v, served by %q", c.ports, c.url, got.Status, got.Finding, got.ServedBy)
		}
	}
}

// TestClonePort has a server's own certificate as the file, which git takes from that server alone for sure.
func TestClonePort(t *testing.T) {
	own := trusttest.SelfSigned(trusttest.CA("Example Root CA", now)).Issue(trusttest.Leaf(now, gitlabHost))
	gateway := "---\napiVersion: gateway.networking.k8s.io/v1\nkind: Gateway\nmetadata: {name: gitlab}\nspec:\n  listeners:\n" +
		"  - {name: https, port: 443, hostname: " + gitlabHost + ", tls: {certificateRefs: [{name: theirs}]}}\n"
	for port, want := range map[string]trust.Code{"443": CodeFileOK, "8443": trust.CodeIssuerMissing} {
		template := document("ConfigMap", "config", "data", configName, "[[runners]]\n  clone_url = \"https://"+gitlabHost+":"+port+"\"\n")
		stream := auditCase{
			mounts: certsMount + templateMount,
			volumes: "      - {name: certs, secret: {secretName: theirs, items: [{key: tls.crt, path: gitlab.example.com.crt}]}}\n" +
				"      - {name: config, configMap: {name: config}}\n",
			objects: template + document("Secret", "theirs", "stringData", "tls.crt", string(trusttest.PEM(own.Certificate))) + gateway,
		}.stream()
		audited, err := Run([]byte(stream), Options{Now: now})
		if err != nil {
			t.Fatal(err)
		}
		if git := audited[0].Clients()[1]; git.Verdict.Finding.Code != want {
			t.Errorf("clone_url at port %s: %+v", port, git.Verdict)
		}
	}
}

// TestUnfit has files whose certificates are valid, and through which no client connects, or git may not.
func TestUnfit(t *testing.T) {
	self := func(edit func(*x509.Certificate)) *x509.Certificate {
		template := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "Example"}, NotBefore: now.Add(-aDay), NotAfter: now.Add(aDay),
			BasicConstraintsValid: true, IsCA: true, KeyUsage: x509.KeyUsageCertSign}
		edit(template)
		return trusttest.Certify(template, trusttest.NewKey(trusttest.P256), nil).Certificate
	}
	good := self(func(c *x509.Certificate) { c.Subject.CommonName = "Good" })
	first, rekeyed := self(func(*x509.Certificate) {}), self(func(*x509.Certificate) {})
	silent := self(func(c *x509.Certificate) { c.KeyUsage = x509.KeyUsageCRLSign })
	named := self(func(c *x509.Certificate) { c.Subject.CommonName = gitlabHost })
	others := self(func(c *x509.Certificate) { c.DNSNames = []string{"other.example.com"} })
	any := self(func(c *x509.Certificate) { c.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageAny} })
	ownWith := func(id byte) *x509.Certificate {
		return self(func(c *x509.Certificate) {
			c.DNSNames, c.KeyUsage = []string{gitlabHost}, x509.KeyUsageDigitalSignature|x509.KeyUsageCertSign
			if id > 0 {
				c.SubjectKeyId, c.AuthorityKeyId = []byte{id}, []byte{id}
			}
		})
	}
	leaf := func(names ...string) *x509.Certificate {
		return self(func(c *x509.Certificate) {
			c.IsCA, c.DNSNames, c.KeyUsage = false, names, x509.KeyUsageDigitalSignature
		})
	}
	for name, c := range map[string]struct {
		file        []*x509.Certificate
		runner, git trust.Status
		code        trust.Code
	}{
		"a CA":                            {[]*x509.Certificate{good}, trust.StatusOK, trust.StatusOK, CodeFileOK},
		"one that signs nothing":          {[]*x509.Certificate{silent}, trust.StatusFailed, trust.StatusFailed, trust.CodeMayNotSign},
		"and another one":                 {[]*x509.Certificate{silent, good}, trust.StatusOK, trust.StatusOK, CodeFileOK},
		"one called as the host":          {[]*x509.Certificate{named}, trust.StatusUnknown, trust.StatusUnknown, trust.CodeNameForm},
		"and one that is not":             {[]*x509.Certificate{named, good}, trust.StatusOK, trust.StatusOK, CodeFileOK},
		"one with names of others":        {[]*x509.Certificate{others}, trust.StatusUnknown, trust.StatusUnknown, trust.CodeHostNotCovered},
		"and one that has none":           {[]*x509.Certificate{others, good}, trust.StatusOK, trust.StatusOK, CodeFileOK},
		"a leaf and a CA of one name":     {[]*x509.Certificate{first, self(func(c *x509.Certificate) { c.IsCA = false; c.DNSNames = []string{gitlabHost} })}, trust.StatusOK, trust.StatusUnknown, CodeFileOK},
		"the server's own, twice made":    {[]*x509.Certificate{ownWith(1), ownWith(2)}, trust.StatusOK, trust.StatusOK, CodeFileOK},
		"and without identifiers":         {[]*x509.Certificate{ownWith(0), ownWith(0)}, trust.StatusOK, trust.StatusUnknown, CodeFileOK},
		"the server's own, only to sign":  {[]*x509.Certificate{self(func(c *x509.Certificate) { c.DNSNames = []string{gitlabHost} })}, trust.StatusOK, trust.StatusUnknown, CodeFileOK},
		"an empty name":                   {[]*x509.Certificate{good, self(func(c *x509.Certificate) { c.Subject.CommonName = "x"; c.EmailAddresses = []string{""} })}, trust.StatusOK, trust.StatusUnknown, CodeFileOK},
		"two of one name":                 {[]*x509.Certificate{first, rekeyed}, trust.StatusOK, trust.StatusUnknown, CodeFileOK},
		"one twice":                       {[]*x509.Certificate{first, first}, trust.StatusOK, trust.StatusOK, CodeFileOK},
		"one that OpenSSL refuses":        {[]*x509.Certificate{any}, trust.StatusOK, trust.StatusUnknown, CodeFileOK},
		"and one that it does not":        {[]*x509.Certificate{any, good}, trust.StatusOK, trust.StatusOK, CodeFileOK},
		"the server's own":                {[]*x509.Certificate{leaf(gitlabHost)}, trust.StatusOK, trust.StatusOK, CodeFileOK},
		"the server's own, in a wildcard": {[]*x509.Certificate{leaf("*.example.com")}, trust.StatusOK, trust.StatusOK, CodeFileOK},
		"the server's own, in an unusual usage": {[]*x509.Certificate{self(func(c *x509.Certificate) {
			c.IsCA, c.DNSNames, c.KeyUsage = false, []string{gitlabHost}, x509.KeyUsageCRLSign
		})}, trust.StatusOK, trust.StatusUnknown, CodeFileOK},
	} {
		stream := auditCase{mounts: certsMount, volumes: certsVolume, objects: document("ConfigMap", "ours", "data", gitlabHost+".crt", string(trusttest.PEM(c.file...)))}.stream()
		audited, err := Run([]byte(stream), Options{Now: now})
		if err != nil {
			t.Fatal(err)
		}
		clients := audited[0].Clients()
		if clients[0].Verdict.Status != c.runner || clients[1].Verdict.Status != c.git || clients[0].Verdict.Finding.Code != c.code {
			t.Errorf("%s: %+v, git %+v", name, clients[0].Verdict, clients[1].Verdict)
		}
	}
}
