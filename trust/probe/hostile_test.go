package probe_test

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/binary"
	"errors"
	"fmt"
	"net"
	"runtime"
	"strings"
	"testing"
	"time"

	"helm-runnertrust/trust"
	"helm-runnertrust/trust/probe"
	"helm-runnertrust/trust/trusttest"
)

// fetchError is the refusal of a server that shows no chain.
func fetchError(t *testing.T, d probe.Dialer) *trust.Error {
	t.Helper()
	_, err := probe.Fetch(context.Background(), target(t, "gitlab.test"), d, noon)
	refusal, ok := errors.AsType[*trust.Error](err)
	if !ok {
		t.Fatalf("got %v", err)
	}
	return refusal
}

// record is a record of a TLS handshake (RFC 8446, section 5.1).
func record(fragment []byte) []byte {
	header := binary.BigEndian.AppendUint16([]byte{22, 3, 3}, uint16(len(fragment)))
	return append(header, fragment...)
}

// TestEndlessHandshake gives up at the timeout on a server that always has one more byte, whether in a
// message that never ends or in empty ones.
func TestEndlessHandshake(t *testing.T) {
	for name, next := range map[string][]byte{
		"one message": record([]byte{0}),
		"bytes":       {0},
	} {
		s := trusttest.StartConnections(func(conn net.Conn, stop <-chan struct{}) {
			_, err := conn.Write(record([]byte{2, 0, 0xff, 0xff})) // ServerHello of 64 KiB
			if name == "bytes" {
				_, err = conn.Write([]byte{22, 3, 3, 0x3f, 0xff})
			}
			for tick := time.NewTicker(10 * time.Millisecond); err == nil; {
				select {
				case <-stop:
					return
				case <-tick.C:
					_, err = conn.Write(next)
				}
			}
		})
		t.Cleanup(s.Close)
		d := reach(s)
		d.Timeout = 500 * time.Millisecond
		began := time.Now()
		if refusal := fetchError(t, d); refusal.Code != probe.CodeTimeout || time.Since(began) > 3*time.Second {
			t.Errorf("%s: %s, %v", name, time.Since(began), refusal)
		}
	}
}

// TestHugeCertificates refuses what crypto/tls and so the runner refuse, in bounded memory: a certificate
// of 16 MB, 100,000 names, a chain without end.
func TestHugeCertificates(t *testing.T) {
	id := trusttest.SelfSigned(leaf("gitlab.test"))
	names := make([]string, 100_000)
	for i := range names {
		names[i] = fmt.Sprintf("a%d.gitlab.test", i)
	}
	chain := make([]*x509.Certificate, 5000)
	for i := range chain {
		chain[i] = id.Certificate
	}
	for name, s := range map[string]*trusttest.Server{
		"16 MB":         start(t, nil, id, &x509.Certificate{Raw: make([]byte, 16<<20-64<<10)}),
		"100,000 names": start(t, nil, trusttest.SelfSigned(leaf(names...))),
		"endless chain": start(t, nil, id, chain...),
	} {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		refusal := fetchError(t, reach(s))
		runtime.ReadMemStats(&after)
		if refusal.Code != probe.CodeHandshakeFailed || strings.Count(refusal.Error(), "the handshake failed") != 1 ||
			strings.Count(refusal.Error(), "tls: ") > 1 {
			t.Errorf("%s: %v", name, refusal)
		}
		if used := after.TotalAlloc - before.TotalAlloc; used > 200<<20 { // the server's part included
			t.Errorf("%s: %d bytes", name, used)
		}
	}
}

// TestManyNames takes the most names that a handshake has room for, and says so in a line.
func TestManyNames(t *testing.T) {
	names := make([]string, 8000)
	for i := range names {
		names[i] = fmt.Sprintf("host-%d.example.test", i)
	}
	s := start(t, nil, trusttest.SelfSigned(leaf(names...)))
	began := time.Now()
	f := fetch(t, "gitlab.test", reach(s))
	for _, found := range append([]trust.Finding{f.Diagnosis, *f.Fault}, f.Also...) {
		if len(found.Message) > 300 {
			t.Errorf("%d bytes: %.400s", len(found.Message), found.Message)
		}
	}
	if took := time.Since(began); took > 5*time.Second || !strings.Contains(f.Fault.Message, "and 79") {
		t.Errorf("%s, %v", took, f.Fault)
	}
}

// TestLongChain judges the longest chain that a handshake has room for.
func TestLongChain(t *testing.T) {
	issuer := trusttest.SelfSigned(ca("CA"))
	root, others := issuer, []*x509.Certificate(nil)
	for range 400 {
		issuer = issuer.Issue(ca("CA"))
		others = append(others, issuer.Certificate)
	}
	began := time.Now()
	f := fetch(t, "gitlab.test", reach(start(t, nil, issuer.Issue(leaf("gitlab.test")), append(others, root.Certificate)...)))
	if took := time.Since(began); took > 10*time.Second || len(f.Chain.Certificates()) > 16 {
		t.Errorf("%s, a chain of %d", took, len(f.Chain.Certificates()))
	}
}

// TestSM2Sent has what can be seen of servers with SM2: a certificate that is not parsed, one whose CA is
// on the curve, and a server that finds nothing in common.
func TestSM2Sent(t *testing.T) {
	root := trusttest.SelfSigned(ca("Root"))
	id := root.Issue(leaf("gitlab.test"))
	onSM2 := &x509.Certificate{Raw: trusttest.OnSM2(root.Certificate)}
	if refusal := fetchError(t, reach(start(t, nil, id, onSM2))); refusal.Code != trust.CodeSM2 {
		t.Errorf("SM2 in the chain: %v", refusal)
	}
	signed := trusttest.SignedWithSM2(id.Certificate)
	s := start(t, nil, &trusttest.Identity{Certificate: signed, Key: id.Key})
	if v := probe.Verify(t.Context(), target(t, "gitlab.test"), nil, reach(s), noon); v.Runner.Finding.Code != trust.CodeSM2 {
		t.Errorf("signed with SM2: %v", v.Runner)
	}
	nothing := start(t, &tls.Config{MaxVersion: tls.VersionTLS12, CipherSuites: []uint16{tls.TLS_RSA_WITH_AES_128_GCM_SHA256}}, id)
	if refusal := fetchError(t, reach(nothing)); refusal.Code != probe.CodeNothingInCommon {
		t.Errorf("nothing in common: %v", refusal)
	}
}

// TestIngressDefaultSent says of a controller's own certificate what it is, and nothing of its names, also where it has
// expired.
func TestIngressDefaultSent(t *testing.T) {
	for _, until := range []time.Time{noon.AddDate(1, 0, 0), noon.AddDate(0, 0, -1)} {
		template := leaf("ingress.local")
		template.CommonName, template.NotBefore, template.NotAfter = "Kubernetes Ingress Controller Fake Certificate", noon.AddDate(-1, 0, 0), until
		checkIngressDefault(t, template)
	}
}

func checkIngressDefault(t *testing.T, template trusttest.Template) {
	t.Helper()
	d := reach(start(t, nil, trusttest.SelfSigned(template)))
	f := fetch(t, "gitlab.test", d)
	if f.Diagnosis.Code != trust.CodeIngressDefault || f.Fault.Code != trust.CodeIngressDefault || strings.Contains(codes(f.Also), "name") {
		t.Errorf("%v, %v, %s", f.Diagnosis, f.Fault, codes(f.Also))
	}
	for _, file := range []*trust.Bundle{nil, f.File} {
		v := probe.Verify(t.Context(), target(t, "gitlab.test"), file, d, noon)
		if v.Runner.Finding.Code != trust.CodeIngressDefault || v.Git.Finding.Code != trust.CodeIngressDefault {
			t.Errorf("%v, %v", v.Runner, v.Git)
		}
	}
}

// TestAddressAsNameSent does not advise to use the very name that is there in the wrong form.
func TestAddressAsNameSent(t *testing.T) {
	f := fetch(t, "127.0.0.1", reach(start(t, nil, trusttest.SelfSigned(leaf("127.0.0.1")))))
	if f.Diagnosis.Code != trust.CodeNameForm || f.Fault.Code != trust.CodeNameForm {
		t.Errorf("%v, %v", f.Diagnosis, f.Fault)
	}
}
