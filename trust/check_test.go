package trust_test

import (
	"crypto/x509"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"helm-runnertrust/trust"
	"helm-runnertrust/trust/trusttest"
)

// codes lists the codes of findings, separated by spaces.
func codes(findings []trust.Finding) string {
	var list []string
	for _, f := range findings {
		list = append(list, string(f.Code))
	}
	return strings.Join(list, " ")
}

// refusals lists the codes of the *trust.Errors that err joins.
func refusals(t *testing.T, err error) string {
	t.Helper()
	if err == nil {
		return ""
	}
	many, ok := err.(interface{ Unwrap() []error })
	if !ok {
		t.Fatalf("%v is not joined", err)
	}
	var list []string
	for _, e := range many.Unwrap() {
		refusal, ok := errors.AsType[*trust.Error](e)
		if !ok || refusal.Origin != "f.crt" || refusal.Message == "" {
			t.Errorf("%#v is no complete *trust.Error", e)
			continue
		}
		list = append(list, string(refusal.Code))
	}
	return strings.Join(list, " ")
}

func TestCheck(t *testing.T) {
	root := trusttest.SelfSigned(ca("Root"))
	issue := func(names ...string) []*x509.Certificate {
		return []*x509.Certificate{root.Issue(leaf(names...)).Certificate, root.Certificate}
	}
	withIPs := leaf()
	withIPs.IPs = ips("192.0.2.1", "fd00::1")
	onlyCN := leaf()
	onlyCN.CommonName = "gitlab.test"
	own := func(cn string, names ...string) []*x509.Certificate { // as openssl req -x509 makes it
		c := leaf(names...)
		c.CommonName, c.CA = cn, true
		return []*x509.Certificate{trusttest.SelfSigned(c).Certificate}
	}
	ending := leaf("gitlab.test")
	ending.NotAfter = noon.Add(29 * day)
	temporary := leaf("gitlab.test")
	temporary.SubjectSerial = "1234567890"
	noSign := trusttest.SelfSigned(ca("No Sign"))
	noSign.Certificate.KeyUsage = x509.KeyUsageCRLSign
	future := ca("Next")
	future.NotBefore = noon.Add(day)
	gone := ca("Gone")
	gone.NotAfter = noon.Add(-day / 2)
	weakRoot := ca("Old Root")
	weakRoot.Key, weakRoot.SHA1 = trusttest.RSA2048, true
	oldRoot := trusttest.SelfSigned(weakRoot)
	weak := leaf("gitlab.test")
	weak.Key, weak.SHA1 = trusttest.RSA1024, true
	self := func(template trusttest.Template) []*x509.Certificate {
		return []*x509.Certificate{trusttest.SelfSigned(template).Certificate}
	}
	for _, test := range []struct {
		name     string
		certs    []*x509.Certificate
		host     string
		now      time.Time
		warnings string
		refused  string
	}{
		{name: "good", certs: issue("gitlab.test"), host: "gitlab.test"},
		{name: "upper case", certs: issue("gitlab.test"), host: "GitLab.Test"},
		{name: "wildcard", certs: self(leaf("*.test")), host: "gitlab.test"},
		{name: "another host, but a CA", certs: issue("other.test"), host: "gitlab.test", warnings: "host-not-covered"},
		{name: "another host, no CA", certs: self(leaf("other.test")), host: "gitlab.test", refused: "host-not-covered"},
		{name: "one of two leaves", certs: append(self(leaf("other.test")), self(leaf("gitlab.test"))...), host: "gitlab.test"},
		{name: "no host given", certs: self(leaf("other.test"))},
		{name: "no names", certs: self(leaf()), host: "gitlab.test", refused: "host-not-covered"},
		{name: "common name only", certs: self(onlyCN), host: "gitlab.test", refused: "name-form"},
		{name: "common name only, another host", certs: self(onlyCN), host: "other.test", refused: "host-not-covered"},
		{name: "common name only, beside its CA", certs: []*x509.Certificate{root.Issue(onlyCN).Certificate, root.Certificate}, host: "gitlab.test", warnings: "name-form"},
		{name: "own, and a CA", certs: own("gitlab.test", "gitlab.test"), host: "gitlab.test"},
		{name: "another's own, and a CA", certs: own("other.test", "other.test"), host: "gitlab.test", warnings: "host-not-covered"},
		{name: "another's own, and no host", certs: own("other.test", "other.test")},
		{name: "another's own beside a CA", certs: append(own("other.test", "other.test"), root.Certificate), host: "gitlab.test"},
		{name: "another's own beside the host's", certs: append(own("other.test", "other.test"), own("", "gitlab.test")...), host: "gitlab.test"},
		{name: "own with a common name only, and a CA", certs: own("gitlab.test"), host: "gitlab.test", warnings: "name-form"},
		{name: "own with a wildcard as common name only, and a CA", certs: own("*.test"), host: "gitlab.test", warnings: "name-form"},
		{name: "CA with another common name", certs: own("other.test"), host: "gitlab.test"},
		{name: "wildcard one level too high", certs: issue("*.test"), host: "gitlab.dev.test", warnings: "host-not-covered"},
		{name: "one of two leaves beside their CA", certs: append(issue("other.test"), issue("gitlab.test")...), host: "gitlab.test"},
		{name: "leaf of another CA", certs: append(self(leaf("other.test")), root.Certificate), host: "gitlab.test"},
		{name: "address as DNS name", certs: self(leaf("192.0.2.28")), host: "192.0.2.28", refused: "name-form"},
		{name: "address as DNS name, beside its CA", certs: issue("192.0.2.28"), host: "192.0.2.28", warnings: "name-form"},
		{name: "ingress controller's", certs: self(leaf("ingress.local")), host: "gitlab.test", refused: "ingress-default"},
		{name: "ingress controller's beside a CA", certs: append(self(leaf("ingress.local")), root.Certificate), host: "gitlab.test", warnings: "ingress-default"},
		{name: "cross-signed root", certs: crossed(true), host: "gitlab.test"},
		{name: "only the cross-signed root", certs: crossed(false), host: "gitlab.test", warnings: "issuer-missing"},
		{name: "IPv4", certs: self(withIPs), host: "192.0.2.1"},
		{name: "IPv6", certs: self(withIPs), host: "fd00::1"},
		{name: "another IP", certs: self(withIPs), host: "192.0.2.2", refused: "host-not-covered"},
		{name: "expired", certs: issue("gitlab.test"), host: "gitlab.test", now: noon.Add(366 * day), warnings: "expired-beside-valid"},
		{name: "CA expired", certs: append(issue("gitlab.test"), self(gone)...), host: "gitlab.test", warnings: "expired-beside-valid"},
		{name: "next CA", certs: append(issue("gitlab.test"), self(future)...), host: "gitlab.test", warnings: "not-yet-valid"},
		{name: "CA that may not sign", certs: []*x509.Certificate{trusttest.Certify(noSign.Certificate, noSign.Key, nil).Certificate}, host: "gitlab.test", warnings: "ca-may-not-sign"},
		{name: "version 1 with extensions", certs: []*x509.Certificate{root.Certificate, trusttest.OldVersion(root.Certificate, root, 1, true)}, host: "gitlab.test", warnings: "old-version"},
		{name: "version 1", certs: []*x509.Certificate{root.Certificate, trusttest.OldVersion(root.Certificate, root, 1, false)}, host: "gitlab.test"},
		{name: "leaf expires soon, CA does not", certs: issue("gitlab.test"), host: "gitlab.test", now: noon.Add(340 * day)},
		{name: "all expired", certs: issue("gitlab.test"), host: "gitlab.test", now: noon.Add(9999 * day), refused: "expired expired"},
		{name: "not yet valid", certs: issue("gitlab.test"), host: "gitlab.test", now: noon.Add(-2 * day), refused: "not-yet-valid not-yet-valid"},
		{name: "last second", certs: self(ending), host: "gitlab.test", now: noon.Add(29 * day), warnings: "expires-soon"},
		{name: "expires soon", certs: self(ending), host: "gitlab.test", warnings: "expires-soon"},
		{name: "expired and another host", certs: self(leaf("other.test")), host: "gitlab.test", now: noon.Add(366 * day), refused: "expired host-not-covered"},
		{name: "issuer missing", certs: issue("gitlab.test")[:1], host: "gitlab.test", warnings: "issuer-missing"},
		{name: "root missing", certs: chain()[:2], host: "gitlab.test", warnings: "issuer-missing"},
		{name: "only an intermediate", certs: chain()[1:2], host: "gitlab.test", warnings: "issuer-missing"},
		{name: "intermediate and root", certs: chain()[1:], host: "gitlab.test"},
		{name: "cert-manager", certs: []*x509.Certificate{trusttest.SelfSigned(ca("cert-manager.local")).Issue(temporary).Certificate}, host: "gitlab.test", warnings: "cert-manager-temporary"},
		{name: "serial of cert-manager alone", certs: self(temporary), host: "gitlab.test"},
		{name: "weak", certs: []*x509.Certificate{oldRoot.Issue(weak).Certificate, oldRoot.Certificate}, host: "gitlab.test", warnings: "weak-signature weak-key"},
	} {
		t.Run(test.name, func(t *testing.T) {
			if test.now.IsZero() {
				test.now = noon
			}
			b := bundle(t, "f.crt", test.certs...)
			warnings, err := b.Check(test.host, test.host, test.now, false)
			if got := codes(warnings); got != test.warnings {
				t.Errorf("warnings %q, want %q", got, test.warnings)
			}
			if got := refusals(t, err); got != test.refused {
				t.Errorf("refused %q, want %q", got, test.refused)
			}
			forced, err := b.Check(test.host, test.host, test.now, true)
			if want := strings.TrimSpace(test.refused + " " + test.warnings); err != nil || codes(forced) != want {
				t.Errorf("forced: %q and %v, want %q", codes(forced), err, want)
			}
			for _, f := range forced {
				if !strings.HasPrefix(f.Message, "f.crt: ") || f.Host != test.host {
					t.Errorf("incomplete: %#v", f)
				}
			}
		})
	}
}

// TestCheckNames holds the names that a message lists against the certificate's.
func TestCheckNames(t *testing.T) {
	many := make([]string, 12)
	for i := range many {
		many[i] = string(rune('a'+i)) + ".test"
	}
	onlyCN := leaf()
	onlyCN.CommonName = "gitlab.test"
	wide := leaf(strings.Repeat("a", 70)+".test", strings.Repeat("b", 70)+".test", "c.test")
	thousands := make([]string, 4000)
	for i := range thousands {
		thousands[i] = fmt.Sprintf("a%d.test", i)
	}
	for want, template := range map[string]trusttest.Template{
		"covers " + strings.Repeat("a", 70) + ".test and 2 more":                                           wide,
		"a9.test and 3990 more":                                                                            leaf(thousands...),
		"covers *.test, and a * stands for one label only":                                                 leaf("*.test"),
		"covers a.test, b.test, c.test, d.test, e.test, f.test, g.test, h.test, i.test, j.test and 2 more": leaf(many...),
		`has only the common name "gitlab.test", which Go and so the runner ignore`:                        onlyCN,
		"covers other.test, *.other.test":                                                                  leaf("other.test", "*.other.test"),
		"names no host at all":                                                                             leaf(),
	} {
		_, err := bundle(t, "f.crt", trusttest.SelfSigned(template).Certificate).Check("gitlab.dev.test", "gitlab.dev.test", noon, false)
		if err == nil || !strings.HasSuffix(err.Error(), want) {
			t.Errorf("got %v, want it to end in %q", err, want)
		}
	}
}

// TestTopWithoutIssuer names the certificate at the top of the file, once for all leaves below it.
func TestTopWithoutIssuer(t *testing.T) {
	root := trusttest.SelfSigned(ca("Root"))
	middle := root.Issue(ca("Intermediate"))
	one, two := middle.Issue(leaf("gitlab.test")), middle.Issue(leaf("registry.test"))
	warnings, err := bundle(t, "f.crt", one.Certificate, two.Certificate, middle.Certificate).Check("gitlab.test", "gitlab.test", noon, false)
	want := `f.crt: certificate "CN=Intermediate" comes without its issuer "CN=Root": the runner may connect, but git in its jobs may fail`
	if err != nil || len(warnings) != 1 || warnings[0].Message != want {
		t.Errorf("%v, %v", warnings, err)
	}
}

// TestExpiredCrossSign asks for the issuer of the intermediate, not for the one above an expired root.
func TestExpiredCrossSign(t *testing.T) {
	old := trusttest.SelfSigned(ca("Old Root"))
	expired := ca("Root")
	expired.NotAfter = noon.Add(-day / 2)
	root := old.Issue(expired)
	middle := root.Issue(ca("Intermediate"))
	b := bundle(t, "f.crt", middle.Issue(leaf("gitlab.test")).Certificate, middle.Certificate, root.Certificate)
	warnings, err := b.Check("gitlab.test", "gitlab.test", noon, false)
	if got := codes(warnings); err != nil || got != "expired-beside-valid expired-ca" || !strings.Contains(warnings[1].Message, `certificate "CN=Intermediate" comes with an expired certificate of its issuer "CN=Root" only`) {
		t.Errorf("%v, %v", warnings, err)
	}
}

// TestAddressAsName says what is wrong with an address among the DNS names.
func TestAddressAsName(t *testing.T) {
	_, err := bundle(t, "f.crt", trusttest.SelfSigned(leaf("192.0.2.28")).Certificate).Check("192.0.2.28", "192.0.2.28", noon, false)
	if want := "has 192.0.2.28 as a DNS name, and clients look for an address among the IP addresses only"; err == nil || !strings.HasSuffix(err.Error(), want) {
		t.Errorf("got %v", err)
	}
}

// TestIngressDefaults knows the certificates of several controllers.
func TestIngressDefaults(t *testing.T) {
	for name, want := range map[string]bool{
		"Kubernetes Ingress Controller Fake Certificate": true, "TRAEFIK DEFAULT CERT": true, "NGINXIngressController": true,
		"ingress.local": true, "localhost": false, "gitlab.test": false,
	} {
		template := leaf()
		template.CommonName = name
		if got := trust.IngressDefault(trusttest.SelfSigned(template).Certificate) != nil; got != want {
			t.Errorf("%s: %t", name, got)
		}
	}
	named := leaf("gitlab.test")
	if named.CommonName = "TRAEFIK DEFAULT CERT"; trust.IngressDefault(trusttest.SelfSigned(named).Certificate) != nil {
		t.Error("one with the host's name is no default")
	}
	kong := trusttest.SelfSigned(leaf()).Certificate
	kong.Subject.CommonName, kong.Subject.Organization = "localhost", []string{"Kong"}
	if trust.IngressDefault(kong) == nil {
		t.Error("Kong's is not known")
	}
}

// TestLongNames cuts a name that would fill a screen.
func TestLongNames(t *testing.T) {
	template := leaf()
	template.CommonName = strings.Repeat("x", 30000)
	if name := trust.NameOf(trusttest.SelfSigned(template).Certificate); len(name) > 120 {
		t.Errorf("%d bytes", len(name))
	}
	if list := trust.List([]string{"a.test", "b\ntest", "c.test"}); list != `a.test, "b\ntest", c.test` {
		t.Errorf("listed as %s", list)
	}
}
