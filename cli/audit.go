package cli

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"helm-runnertrust/cli/advice"
	"helm-runnertrust/cli/output"
	"helm-runnertrust/render"
	"helm-runnertrust/render/audit"
	"helm-runnertrust/render/pod"
	"helm-runnertrust/trust"
	"helm-runnertrust/trust/store"
)

// auditResult is the result of verify for manifests; docs/JSON.md describes it.
type auditResult struct {
	OK      bool             `json:"ok"` // as the exit code
	Runners []runnerResult   `json:"runners"`
	Also    []advice.Message `json:"also,omitempty"` // releases without a verdict
}

type runnerResult struct {
	Release      string           `json:"release,omitempty"` // "namespace/name" with --all
	Deployment   string           `json:"deployment"`
	Namespace    string           `json:"namespace,omitempty"`
	Container    string           `json:"container"`
	URL          string           `json:"url,omitempty"`
	Host         string           `json:"host,omitempty"`
	Way          pod.Way          `json:"way"`
	File         string           `json:"file,omitempty"`
	From         string           `json:"from,omitempty"`
	ServedBy     string           `json:"servedBy,omitempty"`
	Proxied      bool             `json:"proxied"`
	Jobs         bool             `json:"jobs"`
	JobFiles     []string         `json:"jobFiles,omitempty"`
	Certificates []certificate    `json:"certificates,omitempty"`
	Status       trust.Status     `json:"status"`
	Finding      advice.Message   `json:"finding"`
	Warnings     []advice.Message `json:"warnings,omitempty"`
	Clients      []clientResult   `json:"clients"`

	expiry time.Time // when its file stops working; zero where the file is not known
}

// A clientResult is the verdict on one client of a runner.
type clientResult struct {
	Client audit.ClientName `json:"client"`
	Host   string           `json:"host,omitempty"`
	Dialed string           `json:"dialed,omitempty"`
	Store  storeResult      `json:"store"`
	verdict

	decides bool
}

func newClientResult(c audit.Client, context advice.Context) clientResult {
	result := clientResult{Client: c.Name, Host: c.Server.Address, verdict: newVerdict(context, c.Verdict), decides: c.Decides()}
	result.Store = storeResult{Certificates: certificates(c.Store.Added), Unknown: c.Store.Unsure}
	if c.Store.Mozilla {
		result.Store.Mozilla = store.Version()
	}
	return result
}

// verifyManifests verifies manifests of a file, of stdin or of a release.
func verifyManifests(cmd *cobra.Command, p Process, flags verifyFlags) error {
	stream, context, err := flags.from.read(p, cmd)
	if err != nil {
		return err
	}
	context.Verify = true
	runners, err := auditStream(cmd.Context(), p, stream, flags)
	if err != nil {
		if flags.deployment != "" {
			context.Deployments = render.Deployments(stream)
		}
		return context.In(err)
	}
	return reportRunners(p, runners, nil, flags)
}

// auditStream judges the runners of the manifests that the flags name.
func auditStream(ctx context.Context, p Process, stream []byte, flags verifyFlags) ([]runnerResult, error) {
	helm, namespace := p.helm(flags.from.cluster), flags.from.cluster.Namespace
	release, command := "", "… | "+advice.Program+" verify --online" // what is on stdin has to come again
	switch {
	case flags.from.release != "":
		release, namespace = helm.Typed(flags.from.release), helm.NamespaceOf()
		command = advice.Program + " verify --release " + release + " --online"
	case flags.from.isFile():
		command = advice.Program + " verify -f " + advice.Quote(flags.from.file) + " --online"
	}
	options := audit.Options{
		Now:           p.Now,
		ExpiresWithin: time.Duration(flags.expiresWithin),
		Deployment:    flags.deployment,
		CertsDir:      flags.certsDir,
		Namespace:     namespace,
	}
	audited, err := audit.Run(stream, options)
	if err != nil {
		return nil, err
	}
	dropped := helm.Dropped(flags.from.release, options)
	results := make([]runnerResult, 0, len(audited))
	for i, runner := range audited {
		context := advice.Context{Check: advice.OfManifests, Release: release, Command: command}
		if flags.from.release != "" && !flags.offline {
			context.Object = helm.Judge(ctx, stream, i, &runner, options, flags.connection.timeout)
		}
		if kind, name, isObject := strings.Cut(runner.Asks, "/"); isObject {
			words := []string{strings.ToLower(kind), name}
			if flags.from.release != "" {
				words = helm.Object(kind, name, runner.Namespace)
			} else if runner.Namespace != "" {
				words = append(words, "--namespace", runner.Namespace)
			}
			context.Keys = advice.Command(append([]string{"kubectl", "describe"}, words...)...)
		}
		clients := judgeClients(ctx, p, &runner, context, flags)
		if flags.from.release != "" && runner.Finding.Code == audit.CodeNoFile && !clients[0].OK {
			markDropped(dropped, &runner, clients)
		}
		results = append(results, newRunnerResult(runner, clients))
	}
	return results, nil
}

// markDropped makes clients without a file ones that have lost it; what their servers answered follows.
func markDropped(dropped func(*audit.Runner) (*trust.Finding, advice.Context), r *audit.Runner, clients []clientResult) {
	lost, about := dropped(r)
	for i, c := range clients {
		if lost == nil || c.OK || c.Client == audit.ClientCache {
			continue
		}
		finding := *lost
		if c.Finding.Code != audit.CodeNoFile {
			finding.Message += "; " + c.Finding.Message
		}
		clients[i].verdict = newVerdict(about, trust.Failed(finding))
	}
}

func newRunnerResult(r audit.Runner, clients []clientResult) runnerResult {
	result := runnerResult{
		Deployment: r.Deployment, Namespace: r.Namespace, Container: r.Container, URL: r.Server.URL, Host: r.Server.Name, Proxied: r.Proxied,
		Way: r.Way, File: r.File, From: r.From, ServedBy: r.ServedBy, Jobs: r.Jobs, JobFiles: r.JobFiles, Status: trust.StatusOK,
		Finding: clients[0].Finding, Warnings: advice.Context{Check: advice.OfManifests}.OfAll(r.Warnings), Clients: clients,
	}
	for _, c := range clients {
		if worse := result.Status.Worse(c.Status); c.decides && worse != result.Status {
			result.Status, result.Finding = worse, c.Finding
		}
	}
	if r.Bundle != nil {
		result.Certificates = certificates(r.Bundle.Certificates())
		result.expiry = r.NotAfter()
	}
	return result
}

// reportRunners writes the verdicts, and fails unless all pass. The faults are those of releases that
// have none; the caller returns them too.
func reportRunners(p Process, runners []runnerResult, faults []error, flags verifyFlags) error {
	result := auditResult{OK: len(faults) == 0, Runners: append([]runnerResult{}, runners...)}
	count := map[trust.Status]int{}
	passes := true
	for _, r := range runners {
		count[r.Status]++
		passes = passes && flags.passes(r.Status)
	}
	result.OK = result.OK && passes
	for _, fault := range faults {
		result.Also = append(result.Also, p.print.explain(fault, ""))
	}
	write := func() error { return writeReport(p, flags.output, result) }
	if flags.output.name == prometheus {
		write = func() error { return p.print.writeIfOpen([]byte(result.metrics())) }
	}
	if err := write(); err != nil || passes {
		return err
	}
	failed, unknown := count[trust.StatusFailed], count[trust.StatusUnknown]
	status, hint := trust.StatusFailed, "the reason for each is below the table"
	what := fmt.Sprintf("%d of %d runners failed", failed, len(runners))
	if unknown > 0 && !flags.online {
		hint += "; --online may tell more"
	}
	switch {
	case failed == 0:
		status = trust.StatusUnknown
		what = fmt.Sprintf("%d of %d runners cannot be judged", unknown, len(runners))
		hint += "; --allow-unknown lets them pass"
	case unknown > 0:
		what += fmt.Sprintf(", %d cannot be judged", unknown)
	}
	return &advice.Error{Verdict: status, What: what, Hint: hint}
}

// table returns a line for each client of a runner, then the reasons, its file and what is in it.
func (a auditResult) table() string {
	rows := [][]string{{"RUNNER", "HOST", "CLIENT", "EXPIRES", "VERDICT"}}
	ofReleases := slices.ContainsFunc(a.Runners, func(r runnerResult) bool { return r.Release != "" })
	if ofReleases {
		rows[0] = slices.Insert(rows[0], 0, "RELEASE")
	}
	var report, details output.Report
	for _, r := range a.Runners {
		release, name, expires := r.Release, r.name(), ""
		if !r.expiry.IsZero() {
			expires = r.expiry.UTC().Format(time.DateOnly)
		}
		for _, c := range r.Clients {
			row := []string{name, c.Host, c.Client.Label(), expires, string(c.Status)}
			if ofReleases {
				row = slices.Insert(row, 0, release)
			}
			rows = append(rows, row)
			release, name, expires = " ", " ", " " // as in the line above
		}
		r.addDetails(&details)
	}
	report.Table(rows)
	return report.String() + details.String()
}

// name returns the Deployment's name, with its namespace where the manifest has one.
func (r runnerResult) name() string {
	if r.Release != "" { // which has the namespace
		return r.Deployment
	}
	return strings.TrimPrefix(r.Namespace+"/"+r.Deployment, "/")
}

// addDetails adds what the runner's lines in the table have no room for.
func (r runnerResult) addDetails(report *output.Report) {
	name := r.name()
	if r.Release != "" {
		name = "release " + r.Release + ", " + name
	}
	report.Line("")
	report.Line("%s, container %s", name, r.Container)
	r.addReasons(report)
	if r.File != "" {
		report.Line("  %s: %s", r.Way, r.File)
	}
	switch {
	case r.From != "" && r.ServedBy != "":
		report.Line("  from %s, which %s serves", r.From, r.ServedBy)
	case r.From != "":
		report.Line("  from %s", r.From)
	}
	for _, c := range r.Certificates {
		report.Line("    %s", c.name())
		report.Line("      issuer %s, valid %s", c.Issuer, c.validity())
		report.Line("      %s", c.Fingerprint)
	}
	switch files := strings.Join(r.JobFiles, ", "); {
	case r.Jobs && files != "":
		report.Line("  --jobs: its jobs run the script, and their pods have the file of %s", files)
	case r.Jobs:
		report.Line("  --jobs: its jobs run the script, and no file is mounted for their cache, services and after_script")
	case files != "":
		report.Line("  --jobs: its job pods have the file of %s, and run no script", files)
	}
	for _, warning := range r.Warnings {
		addMessage(report, "  warning: ", warning)
	}
}

// addReasons adds the reason for each verdict; clients with the same one share it.
func (r runnerResult) addReasons(report *output.Report) {
	for i, c := range r.Clients {
		same := func(other clientResult) bool { return other.Finding == c.Finding && other.Dialed == c.Dialed }
		if slices.IndexFunc(r.Clients, same) < i {
			continue
		}
		names := c.Client.Label()
		for _, other := range r.Clients[i+1:] {
			if same(other) {
				names += ", " + other.Client.Label()
			}
		}
		addMessage(report, "  "+names+": ", c.Finding)
		for _, warning := range c.Warnings {
			addMessage(report, "  "+names+": warning: ", warning)
		}
		if c.Dialed != "" {
			report.Line("    dialed %s", c.Dialed)
		}
	}
}
