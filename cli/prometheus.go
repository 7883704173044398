package cli

import (
	"cmp"
	"fmt"
	"strings"

	"helm-runnertrust/trust"
)

// prometheus is the format of verify that a textfile collector or a Pushgateway takes.
const prometheus = "prometheus"

// A verifyFormat is the value of -o for verify, which has one format more.
type verifyFormat struct{ format }

// Set takes the name of a format.
func (f *verifyFormat) Set(value string) error {
	if value == prometheus {
		f.format = prometheus
		return nil
	}
	return f.format.Set(value)
}

// labelEscapes are those of label values in Prometheus' text format.
var labelEscapes = strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\n", `\n`)

// metrics returns the verdicts in Prometheus' text format. No client is better off in it than its
// runner: what keeps that from working may be the file, or the end of --expires-within.
func (a auditResult) metrics() string {
	var verdicts, expiries strings.Builder
	for _, r := range a.Runners {
		namespace, release, found := strings.Cut(r.Release, "/")
		if !found {
			namespace, release = r.Namespace, ""
		}
		var labels strings.Builder
		for _, label := range [][2]string{{"release", release}, {"namespace", cmp.Or(namespace, r.Namespace)}, {"runner", r.Deployment}, {"host", r.Host}} {
			fmt.Fprintf(&labels, `%s="%s",`, label[0], labelEscapes.Replace(label[1]))
		}
		runner, git := r.Status, r.Status
		if r.Online != nil && r.Online.Runner.Status.Worse(r.Online.Git.Status) == r.Status {
			runner, git = r.Online.Runner.Status, r.Online.Git.Status
		}
		for i, status := range []trust.Status{runner, git} {
			client := []string{"runner", "git"}[i]
			if client == "git" && r.Online == nil {
				continue // a file alone tells nothing about git
			}
			value := 0
			if status == trust.StatusOK {
				value = 1
			}
			fmt.Fprintf(&verdicts, "helm_runnertrust_verdict{%sclient=\"%s\",status=\"%s\"} %d\n", &labels, client, status, value)
		}
		if !r.expiry.IsZero() {
			fmt.Fprintf(&expiries, "helm_runnertrust_expiry_timestamp_seconds{%s} %d\n", strings.TrimSuffix(labels.String(), ","), r.expiry.Unix())
		}
	}
	return "# HELP helm_runnertrust_verdict 1 if the client would connect.\n# TYPE helm_runnertrust_verdict gauge\n" + verdicts.String() +
		"# HELP helm_runnertrust_expiry_timestamp_seconds When the runner's file stops working.\n# TYPE helm_runnertrust_expiry_timestamp_seconds gauge\n" + expiries.String() +
		"# HELP helm_runnertrust_unreadable_releases Releases without a verdict.\n# TYPE helm_runnertrust_unreadable_releases gauge\n" +
		fmt.Sprintf("helm_runnertrust_unreadable_releases %d\n", len(a.Also))
}
