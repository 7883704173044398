package cli

import (
	"cmp"
	"fmt"
	"strings"
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

// metrics returns the verdicts in Prometheus' text format.
func (a auditResult) metrics() string {
	var verdicts, expiries strings.Builder
	for _, r := range a.Runners {
		namespace, release, found := strings.Cut(r.Release, "/")
		if !found {
			namespace, release = r.Namespace, ""
		}
		labels := func(host string) string {
			var text strings.Builder
			for _, label := range [][2]string{{"release", release}, {"namespace", cmp.Or(namespace, r.Namespace)}, {"runner", r.Deployment}, {"host", host}} {
				fmt.Fprintf(&text, `%s="%s",`, label[0], labelEscapes.Replace(label[1]))
			}
			return text.String()
		}
		for _, c := range r.Clients {
			value := 0
			if c.OK {
				value = 1
			}
			fmt.Fprintf(&verdicts, "helm_runnertrust_verdict{%sclient=\"%s\",status=\"%s\"} %d\n", labels(c.Host), c.Client, c.Status, value)
		}
		if !r.expiry.IsZero() {
			fmt.Fprintf(&expiries, "helm_runnertrust_expiry_timestamp_seconds{%s} %d\n", strings.TrimSuffix(labels(r.Clients[0].Host), ","), r.expiry.Unix())
		}
	}
	return "# HELP helm_runnertrust_verdict 1 if the client would connect.\n# TYPE helm_runnertrust_verdict gauge\n" + verdicts.String() +
		"# HELP helm_runnertrust_expiry_timestamp_seconds When the runner's file stops working.\n# TYPE helm_runnertrust_expiry_timestamp_seconds gauge\n" + expiries.String() +
		"# HELP helm_runnertrust_unreadable_releases Releases without a verdict.\n# TYPE helm_runnertrust_unreadable_releases gauge\n" +
		fmt.Sprintf("helm_runnertrust_unreadable_releases %d\n", len(a.Also))
}
