package probe_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/url"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"helm-runnertrust/trust"
	"helm-runnertrust/trust/probe"
	"helm-runnertrust/trust/trusttest"
	"helm-runnertrust/trust/trusttest/golden"
)

var (
	dates = regexp.MustCompile(`\d{4}-\d\d-\d\d \d\d:\d\d UTC`)
	ports = regexp.MustCompile(`(127\.0\.0\.1|\[::1\]|\.test|\.Test):\d+`)
)

func mask(text string) string {
	return ports.ReplaceAllString(dates.ReplaceAllString(text, "DATE"), "$1:PORT")
}

func dialerFor(s trusttest.Scenario) probe.Dialer {
	d := probe.Dialer{System: trust.RunnerPool(nil, trusttest.PEM(s.Public...)), Timeout: 5 * time.Second}
	if s.Proxy != nil {
		d.Proxy = func(*url.URL) (*url.URL, error) { return s.Proxy, nil }
	} else {
		d.Connect = s.Addr
	}
	if s.Name == "says-nothing" {
		d.Timeout = 300 * time.Millisecond
	}
	return d
}

func show(f trust.Finding) string {
	return fmt.Sprintf("%s: %s\n", f.Code, f.Message)
}

// TestScenarios holds against golden files what Fetch and Verify say of each server.
func TestScenarios(t *testing.T) {
	now := time.Now()
	list, stop := trusttest.Scenarios(now)
	t.Cleanup(stop)
	if len(list) < 40 {
		t.Fatalf("only %d scenarios", len(list))
	}
	seen := map[string]bool{}
	for _, s := range list {
		if seen[s.Name] {
			t.Errorf("two scenarios named %s", s.Name)
		}
		seen[s.Name] = true
		t.Run(s.Name, func(t *testing.T) {
			t.Parallel()
			golden.Compare(t, filepath.Join("testdata", "scenarios", s.Name+".txt"), mask(runScenario(t, s, now)))
		})
	}
}

func runScenario(t *testing.T, s trusttest.Scenario, now time.Time) string {
	target, err := probe.ParseTarget(s.URL())
	if err != nil {
		t.Fatal(err)
	}
	var text strings.Builder
	fmt.Fprintf(&text, "# %s\n", s.About)
	fetched, err := probe.Fetch(context.Background(), target, dialerFor(s), now)
	if err != nil {
		text.WriteString(showError(t, err))
		return text.String() + verdicts(t, "no file", target, nil, s, now)
	}
	if got := trusttest.PEM(fetched.Sent...); !bytes.Equal(got, trusttest.PEM(s.Sends...)) {
		t.Errorf("sent certificates are not what the server sends:\n%s", got)
	}
	if fetched.Fault != nil {
		text.WriteString("would not work: " + show(*fetched.Fault))
	}
	for _, c := range fetched.File.Certificates() {
		fmt.Fprintf(&text, "file: subject %q issuer %q names %v\n", c.Subject.String(), c.Issuer.String(), trust.CoveredNames(c))
	}
	text.WriteString(show(fetched.Diagnosis))
	for _, f := range fetched.Also {
		text.WriteString(show(f))
	}
	text.WriteString(verdicts(t, "no file", target, nil, s, now))
	text.WriteString(verdicts(t, "the fetched file", target, fetched.File, s, now))
	text.WriteString(verdicts(t, "only the leaf", target, bundle(t, "leaf.crt", s.Sends[0]), s, now))
	if s.Root != nil {
		text.WriteString(verdicts(t, "only the root", target, bundle(t, "root.crt", s.Root), s, now))
	}
	return text.String()
}

// showError requires an *Error with place, code and message.
func showError(t *testing.T, err error) string {
	t.Helper()
	refusal, ok := errors.AsType[*trust.Error](err)
	if !ok {
		t.Fatalf("%v is no *trust.Error", err)
	}
	if refusal.Origin == "" || refusal.Code == "" || refusal.Message == "" {
		t.Errorf("incomplete: %#v", refusal)
	}
	return fmt.Sprintf("fetch fails at %s\n%s", refusal.Origin, show(trust.Finding{Code: refusal.Code, Message: refusal.Message}))
}

func verdicts(t *testing.T, title string, target probe.Target, file *trust.Bundle, s trusttest.Scenario, now time.Time) string {
	v := probe.Verify(context.Background(), target, file, dialerFor(s), now)
	if both := v.Runner.OK() && v.Git.OK(); both != (v.Status() == trust.StatusOK) {
		t.Errorf("together %s", v.Status())
	}
	text := fmt.Sprintf("\nverify with %s\n", title)
	for _, rule := range []struct {
		name    string
		verdict trust.Verdict
	}{{"runner", v.Runner}, {"git", v.Git}} {
		text += fmt.Sprintf("%s: %s, %s", rule.name, rule.verdict.Status, show(rule.verdict.Finding))
		for _, w := range rule.verdict.Warnings {
			text += "  warning " + show(w)
		}
	}
	return text
}
