//go:build unix

package cli

import (
	"bytes"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
	"unicode/utf8"

	"helm-runnertrust/fixtures"
	"helm-runnertrust/trust/trusttest"
)

// badInput has a run in each line of testdata/bad-input.txt: its exit code, with a * where the command
// reports on stdout as it should, environment and arguments with the escapes of Go's strings, and behind
// < the name of what stdin holds.
type badInput struct {
	line, stdin       string
	environment, args []string
	code              int
	reports           bool
}

func badInputs(t *testing.T, folder string) (all []badInput) {
	t.Helper()
	closed := trusttest.StartConnections(func(conn net.Conn, _ <-chan struct{}) { _ = conn.Close() })
	silent := trusttest.StartConnections(func(_ net.Conn, stop <-chan struct{}) { <-stop })
	junk := trusttest.StartConnections(func(conn net.Conn, _ <-chan struct{}) {
		_, _ = conn.Write(bytes.Repeat([]byte("HTTP/1.1 400 \x1b[2J\xff"), 1<<16)) // the client may be gone
	})
	for _, server := range []*trusttest.Server{closed, silent, junk} {
		t.Cleanup(server.Close)
	}
	names := strings.NewReplacer("{dir}", folder, "{certs}", fixturesDir+"/certs", "{closed}", closed.Addr, "{silent}", silent.Addr, "{junk}", junk.Addr)
	for line := range strings.Lines(readFile(t, "testdata/bad-input.txt")) {
		if strings.HasPrefix(line, "#") || strings.TrimSpace(line) == "" {
			continue
		}
		b := badInput{line: strings.TrimSpace(line)}
		command, stdin, _ := strings.Cut(names.Replace(b.line), " < ")
		b.stdin = stdin
		for i, word := range strings.Fields(command) {
			word, err := strconv.Unquote(`"` + word + `"`)
			if err != nil {
				t.Fatalf("%s: %v", b.line, err)
			}
			name, value, assigns := strings.Cut(word, "=")
			switch {
			case i == 0:
				b.reports = strings.HasSuffix(word, "*")
				if b.code, err = strconv.Atoi(strings.TrimSuffix(word, "*")); err != nil {
					t.Fatalf("%s: %v", b.line, err)
				}
			case assigns && len(b.args) == 0 && strings.ToUpper(name) == name && !strings.HasPrefix(name, "-"):
				b.environment = append(b.environment, name, value)
			default:
				b.args = append(b.args, word)
			}
		}
		all = append(all, b)
	}
	return all
}

// badStreams are what stdin holds.
func badStreams(t *testing.T) map[string]string {
	runner := fixtures.Input(t, "accept/current")
	anchors := "  - &a [x, x, x, x, x, x, x, x, x]\n"
	for i := range 12 {
		anchors += "  - &" + string(rune('b'+i)) + " [" + strings.Repeat("*"+string(rune('a'+i))+", ", 9) + "]\n"
	}
	variables, objects, references := "", "", "        envFrom:\n"
	for i := range 8000 {
		variables += fmt.Sprintf("        - {name: V%d, value: x}\n", i)
		if i%400 == 0 {
			references += fmt.Sprintf("        - configMapRef: {name: c%d}\n", i)
			objects += fmt.Sprintf("---\nkind: ConfigMap\nmetadata: {name: c%d}\ndata:\n", i)
		}
		objects += fmt.Sprintf("  K%d: x\n", i)
	}
	list := func(spec string) string {
		return "apiVersion: config.kubernetes.io/v1\nkind: ResourceList\nitems: []\nfunctionConfig:\n  apiVersion: helm-runnertrust/v1\n" + spec
	}
	return map[string]string{
		"runner": runner, "patched": fixtures.Output(t, "accept/current"), "umbrella": fixtures.Input(t, "accept/umbrella"),
		"nothing": "", "blank": "\n \n", "text": "Error: release not found\n", "NUL": runner + "\x00", "bytes": "\xff\xfe\x00\x01",
		"half": runner[:strings.Index(runner, "CI_SERVER_URL")+20], "tab": strings.Replace(runner, "      - name: CI_SERVER_URL", "\t- name: CI_SERVER_URL", 1),
		"flow": "CI_SERVER_URL: " + strings.Repeat("[", 1<<20), "maps": "CI_SERVER_URL: " + strings.Repeat("{a: ", 1<<17),
		"deep":     runner + "---\nkind: Deployment\nname: CI_SERVER_URL\n" + strings.Repeat("- ", 200_000) + "\n",
		"bomb":     strings.Replace(runner, "spec:\n", "bomb:\n"+anchors+"spec:\n", 1),
		"no value": strings.Replace(runner, "https://gitlab.example.com", "", 1), "bad URL": strings.Replace(runner, "https://gitlab.example.com", "https://[::", 1),
		"long line": strings.Replace(runner, "https://gitlab.example.com", strings.Repeat("x", 8<<20), 1),
		"JSON":      `{"kind": "Deployment", "CI_SERVER_URL": `, "array": "[]\n", "scalar": "42\n", "archive": "\x1f\x8b\x08\x00", "PEM": readFile(t, fixturesDir+"/certs/ca.crt"),
		"cycle":   strings.Replace(runner, "spec:\n", "spec: &s\n  again: *s\n", 1),
		"strings": strings.ReplaceAll(runner, "volumes:", "volumes: none #"), "many": strings.Repeat(runner, 3),
		"variables": strings.Replace(runner, "        - name: CI_SERVER_URL", variables+"        - name: CI_SERVER_URL", 1),
		"keys":      strings.Replace(runner, "        env:", references+"        env:", 1) + objects,
		"function":  list("  kind: RunnerTrust\n"), "function text": list("  kind: RunnerTrust\n  spec: text\n"), "function kind": list("  kind: Other\n"),
		"function field": list("  kind: RunnerTrust\n  spec: {nothing: 1}\n"), "function list": list("  []\n"), "function twice": list("  kind: RunnerTrust\n") + "---\nkind: ResourceList\n",
		"function items": "kind: ResourceList\nitems: 3\n", "function check": list("  kind: RunnerTrustVerification\n"), "function null": "kind: ResourceList\nitems: ~\nfunctionConfig: ~\n",
		"function bytes": list("  kind: RunnerTrust\n  spec: {certificate: \"\\0\"}\n"), "function version": "apiVersion: x\n" + list("  kind: RunnerTrust\n"),
	}
}

// badHelms are programs in the place of Helm, in a folder.
func badHelms(t *testing.T, folder string) {
	t.Helper()
	for name, lines := range map[string]string{
		"fails": "echo Error: no cluster >&2; exit 3", "nothing": "exit 0", "junk": `printf '\377\033[2J{'`, "dies": "kill -9 $$",
		"list": `[ "$1" = list ] && echo '[{"name":"a","namespace":"b"}]' || exit 1`, "object": "echo '{}'", "numbers": "echo '[{\"name\": 1}]'",
		"long":     `[ "$1" = list ] && head -c 20000000 /dev/zero || exit 1`,
		"manifest": `case $1 in list) echo '[{"name":"a","namespace":"b"}]' ;; *) echo 'CI_SERVER_URL: [' ;; esac`,
		"version5": `[ "$1" = version ] && echo v5.0.0 || exit 0`, "version": `[ "$1" = version ] && echo unknown || exit 0`,
	} {
		if err := os.WriteFile(filepath.Join(folder, name), []byte("#!/bin/sh\n"+lines+"\n"), 0o700); err != nil {
			t.Fatal(err)
		}
	}
}

// TestBadInput runs every command on what it cannot do anything with. Each run ends with its code within
// 5 s of the processor, writes nothing but a message, and all of them together take less than 200 MB.
func TestBadInput(t *testing.T) {
	folder := t.TempDir()
	if err := os.WriteFile(filepath.Join(folder, "large.crt"), make([]byte, 32<<20), 0o600); err != nil {
		t.Fatal(err)
	}
	badHelms(t, folder)
	all, streams, before := badInputs(t, folder), badStreams(t), entriesOf(t, folder, ".")
	if len(all) < 150 {
		t.Errorf("%d bad inputs", len(all))
	}
	runtime.GC()
	used := memory()
	for _, b := range all {
		stdin, found := streams[b.stdin]
		if !found && b.stdin != "" {
			t.Fatalf("%s: no such stream", b.line)
		}
		began := processorTime(t)
		stdout, stderr, code := call(t, stdin, b.environment, b.args...)
		if took := processorTime(t) - began; code != b.code || (stdout != "") != b.reports || took > 5*time.Second {
			t.Errorf("%s: exit code %d, %s, stdout %.200q, stderr %.600s", b.line, code, took, stdout, stderr)
		}
		if !strings.Contains(stderr, "runnertrust: error: ") && !b.reports || len(stderr) > 10_000 || strings.ContainsAny(stdout+stderr, "\x00\x1b") || !utf8.ValidString(stdout+stderr) {
			t.Errorf("%s: %.600q", b.line, stderr)
		}
	}
	if used = memory() - used; used > 200_000_000 {
		t.Errorf("%d bytes of memory", used)
	}
	if after := entriesOf(t, folder, "."); !slices.Equal(before, after) {
		t.Errorf("files before:\n%s\nand after:\n%s", before, after)
	}
}

// processorTime returns how long the process has computed, which no other program makes longer.
func processorTime(t *testing.T) time.Duration {
	t.Helper()
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		t.Fatal(err)
	}
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}

// memory returns the most that the process ever had of the system.
func memory() uint64 {
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.Sys
}

// entriesOf returns the names and sizes of the files in folders.
func entriesOf(t *testing.T, folders ...string) (all []string) {
	t.Helper()
	for _, folder := range folders {
		entries, err := os.ReadDir(folder)
		if err != nil {
			t.Fatal(err)
		}
		for _, entry := range entries {
			about, err := entry.Info()
			if err != nil {
				t.Fatal(err)
			}
			all = append(all, entry.Name()+" "+strconv.FormatInt(about.Size(), 10))
		}
	}
	return all
}
