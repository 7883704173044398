package render

import (
	"testing"
)

func TestChoose(t *testing.T) {
	ca, other := bundle(t, "ca.crt"), bundle(t, "other-ca.crt")
	sources := []Source{{Host: "GitLab.test", Bundle: ca}, {Bundle: other}, {Bundle: ca}}
	if got, forHost := Choose(sources, "gitlab.test"); !forHost || string(got.PEM()) != string(ca.PEM()) {
		t.Errorf("its own certificate does not come before the general ones: %s", got.PEM())
	}
	if got, forHost := Choose(sources, "other.test"); forHost || len(got.Certificates()) != 2 {
		t.Errorf("the general certificates are not merged: %s", got.PEM())
	}
	if got, _ := Choose(sources[:1], "other.test"); got != nil {
		t.Error("another host's certificate was chosen")
	}
	folder := []Source{{Host: "Gitläb.test", Bundle: ca, FromFolder: true}}
	for _, host := range []string{"xn--gitlb-jra.test", "gitläb.test"} {
		if got, _ := Choose(folder, host); got == nil {
			t.Errorf("the file of %s was not found", host)
		}
	}
}
