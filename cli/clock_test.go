package cli

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"helm-runnertrust/fixtures"
)

// TestClock sets the clock to before and after every certificate, by the time that the program hands
// to its commands: a preloaded library cannot change the clock of a Go program.
func TestClock(t *testing.T) {
	address, _ := newServer(t)
	cert := "--cert=" + fixturesDir + "/certs/ca.crt"
	input, output := fixtures.Input(t, "accept/umbrella"), fixtures.Output(t, "accept/umbrella")
	for now, says := range map[time.Time]string{
		time.Unix(0, 0): "not valid before ", time.Date(2100, 1, 1, 0, 0, 0, 0, time.UTC): "expired on ",
	} {
		for _, c := range []struct {
			stdin, stdout string
			args          []string
			code          int
		}{
			{input, "", []string{cert}, exitError},
			{input, output, []string{"--force", cert}, exitDone},
			{input, "", []string{"render", cert}, exitError},
			{"", "", []string{"values", "--host", host, cert}, exitError},
			{"", "", []string{"fetch", host, "--connect", address}, exitError},
			{output, "…", []string{"verify"}, exitError},
			{"", "…", []string{"verify", "https://" + host, "--connect", address, cert}, exitError},
		} {
			var out, messages bytes.Buffer
			code := Run(Process{Args: c.args, Env: func(string) string { return "" },
				Stdin: strings.NewReader(c.stdin), Stdout: &out, Stderr: &messages, Now: now})
			if c.stdout == "…" {
				c.stdout = out.String()
			}
			if code != c.code || out.String() != c.stdout || !strings.Contains(messages.String()+out.String(), says) {
				t.Errorf("%d %s: exit code %d, %s%s", now.Year(), c.args, code, &out, &messages)
			}
		}
	}
}
