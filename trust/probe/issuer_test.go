package probe_test

import (
	"crypto/x509"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"helm-runnertrust/trust"
	"helm-runnertrust/trust/probe"
	"helm-runnertrust/trust/trusttest"
)

// TestIssuerOnLoopback: nothing on loopback is asked for an issuer, be it directly, through the proxy or
// by a redirect, where the server is behind a proxy and so not known to be there.
func TestIssuerOnLoopback(t *testing.T) {
	root := trusttest.SelfSigned(ca("Root"))
	var asked atomic.Int32
	aia := trusttest.StartHTTP(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		asked.Add(1)
		_, _ = w.Write(root.Certificate.Raw)
	}))
	t.Cleanup(aia.Close)
	elsewhere := trusttest.StartHTTP(http.RedirectHandler("http://"+aia.Addr+"/root.cer", http.StatusFound))
	t.Cleanup(elsewhere.Close)
	_, port, _ := strings.Cut(aia.Addr, ":")
	for name, test := range map[string]struct{ issuer, proxy string }{
		"directly":          {"http://" + aia.Addr + "/root.cer", ""},
		"by name":           {"http://localhost:" + port + "/root.cer", ""},
		"through the proxy": {"http://" + aia.Addr + "/root.cer", aia.Addr},
		"name to the proxy": {"http://LocalHost.:" + port + "/root.cer", aia.Addr},
		"redirected":        {"http://issuer.test/root.cer", elsewhere.Addr},
		"link-local":        {"http://169.254.169.254/root.cer", aia.Addr},
	} {
		template := leaf("gitlab.test")
		template.IssuerURLs = []string{test.issuer}
		tunnel := trusttest.StartProxy(start(t, nil, root.Issue(template)).Addr, "", "")
		t.Cleanup(tunnel.Close)
		d := reach(tunnel)
		d.Connect = ""
		d.Proxy = func(u *url.URL) (*url.URL, error) {
			switch {
			case u.Scheme == "https":
				return url.Parse("http://" + tunnel.Addr)
			case test.proxy == "":
				return nil, nil
			}
			return url.Parse("http://" + test.proxy)
		}
		if f := fetch(t, "gitlab.test", d); len(f.Added) > 0 || asked.Load() > 0 {
			t.Errorf("%s: added %d, asked %d times", name, len(f.Added), asked.Load())
		}
	}
}

// TestIssuerLoop ends where two authorities name each other as their issuers.
func TestIssuerLoop(t *testing.T) {
	served := map[string][]byte{}
	aia := trusttest.StartHTTP(trusttest.IssuerFiles(served))
	t.Cleanup(aia.Close)
	crossed := func(name, issuer string) trusttest.Template {
		template := ca(name)
		template.IssuerURLs = []string{"http://" + aia.Addr + "/" + issuer}
		return template
	}
	one, two := trusttest.SelfSigned(crossed("One", "two")), trusttest.SelfSigned(crossed("Two", "one"))
	served["/one"], served["/two"] = trusttest.Certify(one.Certificate, one.Key, two).Certificate.Raw, trusttest.Certify(two.Certificate, two.Key, one).Certificate.Raw
	template := leaf("gitlab.test")
	template.IssuerURLs = []string{"http://" + aia.Addr + "/one"}
	f := fetch(t, "gitlab.test", reach(start(t, nil, one.Issue(template))))
	if len(f.Added) != 2 || f.Diagnosis.Code != trust.CodeIssuerMissing {
		t.Errorf("added %d, %v", len(f.Added), f.Diagnosis)
	}
}

// TestSlowIssuer gives up on an issuer that comes byte by byte, within the timeout for all of them.
func TestSlowIssuer(t *testing.T) {
	aia := trusttest.StartHTTP(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		for tick := time.NewTicker(20 * time.Millisecond); r.Context().Err() == nil; <-tick.C {
			if _, err := w.Write([]byte("0")); err != nil || http.NewResponseController(w).Flush() != nil {
				return
			}
		}
	}))
	t.Cleanup(aia.Close)
	template := leaf("gitlab.test")
	for i := range 4 {
		template.IssuerURLs = append(template.IssuerURLs, fmt.Sprintf("http://%s/%d", aia.Addr, i))
	}
	d := reach(start(t, nil, trusttest.SelfSigned(ca("Root")).Issue(template)))
	d.Timeout = time.Second
	began := time.Now()
	f := fetch(t, "gitlab.test", d)
	if took := time.Since(began); took > 4*time.Second || f.Diagnosis.Code != trust.CodeIssuerMissing {
		t.Errorf("%s, %v", took, f.Diagnosis)
	}
}

// TestTrustedHereOnly: a company's root in this machine's store completes the chain, but no runner's
// image has it.
func TestTrustedHereOnly(t *testing.T) {
	root := trusttest.SelfSigned(ca("Company Root"))
	middle := root.Issue(ca("Company Intermediate"))
	d := reach(start(t, nil, middle.Issue(leaf("gitlab.test")), middle.Certificate))
	d.Machine = trust.RunnerPool(nil, trusttest.PEM(root.Certificate))
	f := fetch(t, "gitlab.test", d)
	if f.Diagnosis.Code != probe.CodeTrustedHere || len(f.Added) != 1 || !strings.Contains(f.Diagnosis.Message, "Company Root") {
		t.Errorf("added %d, %v", len(f.Added), f.Diagnosis)
	}
	none := probe.Verify(t.Context(), target(t, "gitlab.test"), nil, d, noon)
	for _, v := range []trust.Verdict{none.Runner, none.Git} {
		if v.Status != trust.StatusFailed || v.Finding.Code != probe.CodeTrustedHere {
			t.Errorf("without a file: %v", v)
		}
	}
	other := bundle(t, "other.crt", trusttest.SelfSigned(ca("Other")).Certificate)
	if v := probe.Verify(t.Context(), target(t, "gitlab.test"), other, d, noon); v.Runner.Finding.Code != probe.CodeTrustedHere || v.Git.OK() {
		t.Errorf("with another file: %v, %v", v.Runner, v.Git)
	}
	if v := probe.Verify(t.Context(), target(t, "gitlab.test"), f.File, d, noon); v.Status() != trust.StatusOK {
		t.Errorf("with the file: %v, %v", v.Runner, v.Git)
	}
}

// TestLimitedCA: a CA that Mozilla trusts only for older certificates is good for all where the file has it.
func TestLimitedCA(t *testing.T) {
	root := trusttest.SelfSigned(ca("Root"))
	d := reach(start(t, nil, root.Issue(leaf("gitlab.test"))))
	d.System.AddCertWithConstraint(root.Certificate, func([]*x509.Certificate) error { return errors.New("too new") })
	if v := probe.Verify(t.Context(), target(t, "gitlab.test"), nil, d, noon); v.Runner.Status != trust.StatusFailed {
		t.Errorf("without a file: %v", v.Runner)
	}
	if v := probe.Verify(t.Context(), target(t, "gitlab.test"), bundle(t, "f.crt", root.Certificate), d, noon); !v.Runner.OK() {
		t.Errorf("with the file: %v", v.Runner)
	}
}
