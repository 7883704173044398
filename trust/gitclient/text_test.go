package gitclient_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"helm-runnertrust/trust"
	"helm-runnertrust/trust/trusttest"
)

// TestFileText has more in the file than certificates as they are usually written.
func TestFileText(t *testing.T) {
	f := newFamily(nil)
	plain := string(trusttest.PEM(f.list("ipr")...))
	stranger := string(trusttest.PEM(f.list("u")...))
	for name, test := range map[string]struct {
		text string
		want trust.Status
	}{
		"as it is":            {plain, ok},
		"CRLF":                {strings.ReplaceAll(plain, "\n", "\r\n"), ok},
		"no final line end":   {strings.TrimSuffix(plain, "\n"), ok},
		"comments":            {"# CN = i\n" + plain + "and more\n", ok},
		"nothing":             {"", failed},
		"no certificate":      {plain + "-----BEGIN CERTIFICATE-----\nMAMCAQU=\n-----END CERTIFICATE-----\n", unknown},
		"another label":       {plain + strings.ReplaceAll(stranger, "CERTIFICATE", "TRUSTED CERTIFICATE"), unknown},
		"headers":             {plain + strings.Replace(stranger, "\n", "\nSubject: u\n\n", 1), unknown},
		"half a block":        {plain + stranger[:len(stranger)/2], unknown},
		"a block in one line": {plain + "-----BEGIN CERTIFICATE-----\n" + strings.ReplaceAll(strings.Split(stranger, "-----")[2], "\n", "") + "\n-----END CERTIFICATE-----\n", unknown},
		"indented":            {strings.ReplaceAll(plain, "\n", "\n "), unknown},
		"a byte order mark":   {"\ufeff" + plain, unknown},
	} {
		t.Run(name, func(t *testing.T) {
			judge(t, handshake{Sent: f.list("lip"), File: []byte(test.text)}, test.want, "")
		})
	}
}

// TestManyNames: what would keep a client busy for minutes is not compared at all.
func TestManyNames(t *testing.T) {
	f := newFamily(func(f family) {
		for i := range 14_000 {
			f['l'].DNSNames = append(f['l'].DNSNames, fmt.Sprintf("n%d.example.com", i))
		}
		for i := range 12_000 {
			f['i'].ExcludedDNSDomains = append(f['i'].ExcludedDNSDomains, fmt.Sprintf("x%d.example.com", i))
		}
	})
	began := time.Now()
	judge(t, f.handshake("lip", "ipr"), unknown, "14001 names and 12000 name constraints")
	if took := time.Since(began); took > 2*time.Second {
		t.Errorf("took %s", took)
	}
}

// TestOldVersion: git with GnuTLS takes nothing of a file with a certificate of version 1 that has
// extensions.
func TestOldVersion(t *testing.T) {
	f := newFamily(nil)
	text := trusttest.PEM(f.list("ipr")...)
	for _, test := range []struct {
		extensions bool
		want       trust.Status
	}{{false, ok}, {true, unknown}} {
		stranger := trusttest.OldVersion(f['u'].issued.Certificate, f['u'].issued, 1, test.extensions)
		judge(t, handshake{Sent: f.list("lip"), File: slices.Concat(text, trusttest.PEM(stranger))}, test.want, "")
		if stranger.Version != 1 {
			t.Errorf("version %d", stranger.Version)
		}
	}
	sent := f.list("lip")
	sent[1] = trusttest.OldVersion(sent[1], f['p'].issued, 1, true)
	judge(t, handshake{Sent: sent, File: trusttest.PEM(f.list("r")...)}, unknown, "is of version 1")
}
