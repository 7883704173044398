package cli

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"helm-runnertrust/fixtures"
	"helm-runnertrust/trust/trusttest/golden"
)

// TestVerify runs every case of verify: its judgement of each runner, and the codes of the messages.
// An error is reported where a runner would not connect, or that cannot be judged.
func TestVerify(t *testing.T) {
	eachCase(t, fixtures.Verify, func(t *testing.T, c *fixtures.Case) {
		run := runCase(c, c.Input(t))
		found := judgements(t, runCase(c, c.Input(t), "-o", "json").stdout)
		if golden.Updating() {
			c.Messages, c.Expected = run.messages(), found
		}
		checkMessages(t, c, run)
		if found != c.Expected {
			t.Errorf("-update records it: got\n%s\nwant\n%s", found, c.Expected)
		}
		want := exitDone
		switch {
		case strings.Contains(run.stderr, "runners failed"):
			want = exitError
		case run.stderr != "":
			want = exitUnknown
		}
		if run.code != want {
			t.Errorf("exit code %d with %q", run.code, run.stderr)
		}
	})
}

// judgements are what the JSON of verify says of runners, without its sentences.
func judgements(t *testing.T, text string) string {
	t.Helper()
	var result auditResult
	if err := json.Unmarshal([]byte(text), &result); err != nil || len(result.Runners) == 0 {
		t.Fatalf("%v: %s", err, text)
	}
	var lines strings.Builder
	for _, r := range result.Runners {
		fmt.Fprintf(&lines, "%s/%s, container %s, host %s: %s, %s\n", r.Namespace, r.Deployment, r.Container, r.Host, r.Status, r.Finding.Code)
		for _, fact := range [][2]string{{"way", string(r.Way)}, {"file", r.File}, {"from", r.From}, {"served by", r.ServedBy}} {
			if fact[1] != "" {
				fmt.Fprintf(&lines, "  %s %s\n", fact[0], fact[1])
			}
		}
		if r.Jobs || r.JobFiles != nil {
			fmt.Fprintf(&lines, "  jobs: script %v, files %s\n", r.Jobs, r.JobFiles)
		}
		for _, c := range r.Clients[1:] {
			if c.Host != r.Host || c.Finding != r.Clients[0].Finding {
				fmt.Fprintf(&lines, "  %s, host %s: %s, %s\n", c.Client.Label(), c.Host, c.Status, c.Finding.Code)
			}
		}
		for _, c := range r.Certificates {
			fmt.Fprintf(&lines, "  %s until %s\n", c.Subject, c.NotAfter)
		}
		for _, warning := range r.Warnings {
			fmt.Fprintf(&lines, "  warning %s\n", warning.Code)
		}
	}
	return lines.String()
}
