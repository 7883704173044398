package trust_test

import (
	"crypto/x509"
	"testing"
	"time"

	"helm-runnertrust/trust"
	"helm-runnertrust/trust/trusttest"
)

// TestNotAfter holds until when a file works, and that every way to ask says the same: the date,
// the verdict before and after it, the refusal, and the warning a month ahead.
func TestNotAfter(t *testing.T) {
	const host = "gitlab.test"
	until := func(template trusttest.Template, days int) trusttest.Template {
		template.NotAfter = noon.Add(time.Duration(days) * day)
		return template
	}
	root := trusttest.SelfSigned(until(ca("Root"), 3000))
	soonGone := trusttest.SelfSigned(until(ca("Old Root"), 100))
	middle := root.Issue(until(ca("Intermediate"), 1000))
	one := middle.Issue(until(leaf(host), 200)).Certificate
	self := trusttest.SelfSigned(until(leaf(host), 50)).Certificate
	other := trusttest.SelfSigned(until(leaf("other.test"), 400)).Certificate
	for name, test := range map[string]struct {
		certs []*x509.Certificate
		days  int
	}{
		"leaf":                         {[]*x509.Certificate{one}, 200},
		"leaf and issuer":              {[]*x509.Certificate{one, middle.Certificate}, 1000},
		"whole chain":                  {[]*x509.Certificate{one, middle.Certificate, root.Certificate}, 3000},
		"rotation":                     {[]*x509.Certificate{soonGone.Certificate, root.Certificate}, 3000},
		"self-signed beside a CA":      {[]*x509.Certificate{self, soonGone.Certificate}, 100},
		"leaf that outlives its CA":    {[]*x509.Certificate{soonGone.Issue(until(leaf(host), 150)).Certificate, soonGone.Certificate}, 100},
		"leaf beside an unrelated CA":  {[]*x509.Certificate{one, soonGone.Certificate}, 200},
		"leaf beside one of elsewhere": {[]*x509.Certificate{self, other}, 50},
		"two leaves of the host":       {[]*x509.Certificate{self, one}, 200},
	} {
		t.Run(name, func(t *testing.T) {
			b := bundle(t, "f.crt", test.certs...)
			end := noon.Add(time.Duration(test.days) * day)
			if got := b.NotAfter(host); !got.Equal(end) {
				t.Fatalf("not after %v, want %v", got, end)
			}
			if f := b.Unusable(host, end); f != nil {
				t.Errorf("unusable at its last second: %v", f)
			}
			if f := b.Unusable(host, end.Add(time.Second)); f == nil || f.Code != trust.CodeExpired {
				t.Errorf("a second later: %v", f)
			}
			if _, err := b.Check(host, host, end, false); err != nil {
				t.Errorf("refused at its last second: %v", err)
			}
			if _, err := b.Check(host, host, end.Add(time.Second), false); err == nil {
				t.Error("not refused a second later")
			}
			for days, want := range map[int]string{29: "expires-soon", 31: ""} {
				warnings, _ := b.Check(host, host, end.Add(-time.Duration(days)*day), false)
				got := ""
				for _, f := range warnings {
					if f.Code == trust.CodeExpiresSoon {
						got = string(f.Code)
					}
				}
				if got != want {
					t.Errorf("%d days ahead: %q of %q", days, got, codes(warnings))
				}
			}
		})
	}
}

func TestUnusable(t *testing.T) {
	one := bundle(t, "f.crt", trusttest.SelfSigned(leaf("gitlab.test")).Certificate)
	if f := one.Unusable("gitlab.test", noon); f != nil {
		t.Errorf("got %v", f)
	}
	if f := one.Unusable("other.test", noon); f == nil || f.Code != trust.CodeHostNotCovered {
		t.Errorf("got %v", f)
	}
	if got := one.NotAfter("other.test"); !got.Equal(noon.Add(365 * day)) {
		t.Errorf("for another host, it ends %v", got)
	}
	if f := one.Unusable("", noon.Add(9999*day)); f == nil || f.Code != trust.CodeExpired {
		t.Errorf("got %v", f)
	}
	if f := one.Unusable("gitlab.test", noon.Add(-2*day)); f == nil || f.Code != trust.CodeNotYetValid {
		t.Errorf("got %v", f)
	}
}
