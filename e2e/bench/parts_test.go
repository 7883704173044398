package bench

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"helm-runnertrust/trust/probe"
	"helm-runnertrust/trust/store"
	"helm-runnertrust/trust/trusttest"
)

// A start is what a program spends before main, by package.
type start struct {
	name     string
	packages []initialized // the slowest first
	total    time.Duration
}

type initialized struct {
	name string
	took time.Duration
}

var initLine = regexp.MustCompile(`(?m)^init (\S+) @\S+ ms, (\S+) ms clock`)

// startOf has Go's runtime trace what packages do before main, and takes the median of a few runs.
func startOf(t *testing.T, name, program string, args ...string) start {
	t.Helper()
	s, took := start{name: name}, map[string][]time.Duration{}
	for range 9 {
		cmd := exec.Command(program, args...)
		var messages bytes.Buffer
		cmd.Stderr, cmd.Env = &messages, []string{"GODEBUG=inittrace=1"}
		if err := cmd.Run(); err != nil {
			t.Fatalf("%v: %s", err, &messages)
		}
		for _, line := range initLine.FindAllStringSubmatch(messages.String(), -1) {
			d, err := time.ParseDuration(line[2] + "ms")
			if err != nil {
				t.Fatal(err)
			}
			took[line[1]] = append(took[line[1]], d)
		}
	}
	for name, times := range took {
		s.packages = append(s.packages, initialized{name, median(times)})
		s.total += median(times)
	}
	slices.SortFunc(s.packages, func(a, b initialized) int {
		if a.took != b.took {
			return int(b.took - a.took)
		}
		return strings.Compare(a.name, b.name)
	})
	return s
}

// releases is what `verify --all` spends.
type releases struct {
	count                 int
	all, helms, manifests *contender // the command; its calls of Helm alone; the judging alone, of all manifests at once
}

// measureReleases has a stand-in for Helm list 200 releases, and print the manifest of each.
func measureReleases(t *testing.T, p programs, rounds int) releases {
	r := releases{count: 200}
	manifests, helm := outputOf(t, p.peak, p.filter("", runners(t, 1))), filepath.Join(t.TempDir(), "helm")
	saved := filepath.Join(filepath.Dir(helm), "manifest")
	var list, calls []string
	for i := range r.count {
		list = append(list, fmt.Sprintf(`{"name":"r%d","namespace":"ci"}`, i))
		calls = append(calls, fmt.Sprintf("%s get manifest r%d\n", helm, i))
	}
	for path, text := range map[string]string{
		saved: string(manifests), helm + ".list": "[" + strings.Join(list, ",") + "]",
		helm: "#!/bin/sh\ncase $1 in list) exec cat " + helm + ".list ;; get) exec cat " + saved + " ;; esac\n",
	} {
		if err := os.WriteFile(path, []byte(text), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	r.all = &contender{command: []string{"env", "HELM_BIN=" + helm, p.ours, "verify", "--all", "--offline"}}
	r.helms = &contender{command: []string{"sh", "-c", helm + " list >/dev/null\n" + strings.ReplaceAll(strings.Join(calls, ""), "\n", " >/dev/null\n")}}
	r.manifests = &contender{command: []string{p.ours, "verify"}, stream: outputOf(t, p.peak, p.filter("", runners(t, r.count)))}
	race(t, p.peak, max(1, rounds/10), r.all, r.helms, r.manifests)
	return r
}

// fetched is what `fetch` spends: the whole process, and in this one its parts.
type fetched struct {
	whole *contender
	// Mozilla's CAs, those of this machine, TLS alone, the handshake and what is found out of it.
	list, machine, handshake, judgment time.Duration
}

// measureFetch asks a server on loopback, whose chain has a private CA.
func measureFetch(t *testing.T, p programs, rounds int) fetched {
	now := time.Now()
	from, until := now.Add(-time.Hour), now.AddDate(1, 0, 0)
	root := trusttest.SelfSigned(trusttest.Template{CommonName: "Root", CA: true, NotBefore: from, NotAfter: until})
	id := root.Issue(trusttest.Template{DNSNames: []string{"gitlab.example.com"}, NotBefore: from, NotAfter: until})
	s := trusttest.StartTLS("127.0.0.1:0", nil, id, root.Certificate)
	defer s.Close()
	f := fetched{whole: &contender{command: []string{p.ours, "fetch", "gitlab.example.com", "--connect", s.Addr}}}
	race(t, p.peak, max(1, rounds/2), f.whole)

	began := time.Now()
	store.Mozilla()
	f.list, began = time.Since(began), time.Now()
	if _, err := x509.SystemCertPool(); err != nil {
		t.Fatal(err)
	}
	f.machine, began = time.Since(began), time.Now()
	conn, err := tls.Dial("tcp", s.Addr, &tls.Config{InsecureSkipVerify: true})
	if err != nil {
		t.Fatal(err)
	}
	f.handshake = time.Since(began)
	_ = conn.Close() // it has shown how long it takes
	target, err := probe.ParseTarget("gitlab.example.com")
	if err != nil {
		t.Fatal(err)
	}
	began = time.Now()
	if _, err := probe.Fetch(context.Background(), target, probe.Dialer{Connect: s.Addr, Timeout: 10 * time.Second}, now); err != nil {
		t.Fatal(err)
	}
	f.judgment = time.Since(began)
	return f
}
