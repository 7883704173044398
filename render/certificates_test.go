package render

import (
	"testing"
)

func TestChoose(t *testing.T) {
	ca, other := bundle(t, "ca.crt"), bundle(t, "other-ca.crt")
	sources := []Source{{Host: "GitLab.test", Bundle: ca}, {Bundle: other}, {Bundle: ca}}
	if got := Choose(sources, "gitlab.test"); string(got.PEM()) != string(ca.PEM()) {
		t.Errorf("its own certificate does not come before the general ones: %s", got.PEM())
	}
	if got := Choose(sources, "other.test"); len(got.Certificates()) != 2 {
		t.Errorf("the general certificates are not merged: %s", got.PEM())
	}
	if Choose(sources[:1], "other.test") != nil {
		t.Error("another host's certificate was chosen")
	}
	folder := []Source{{Host: "Gitläb.test", Bundle: ca, FromFolder: true}}
	if Choose(folder, "xn--gitlb-jra.test") == nil || Choose(folder, "gitläb.test") == nil {
		t.Error("the file of a host with other letters was not found")
	}
}
