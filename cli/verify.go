package cli

import (
	"context"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"helm-runnertrust/cli/advice"
	"helm-runnertrust/cli/input"
	"helm-runnertrust/cli/output"
	"helm-runnertrust/render"
	"helm-runnertrust/render/audit"
	"helm-runnertrust/trust"
	"helm-runnertrust/trust/probe"
)

// verifyFlags are the flags of verify.
type verifyFlags struct {
	connection    connection
	from          manifestFlags
	output        format
	certs         []string
	online        bool
	offline       bool // reads no object with kubectl
	allowUnknown  bool
	all           bool   // releases of the cluster
	allIn         string // namespace, of which to take all releases
	expiresWithin input.Days
	deployment    string
	certsDir      string
}

func verifyCommand(p Process) *cobra.Command {
	var flags verifyFlags
	cmd := &cobra.Command{
		Use:   "verify [URL | -f FILE | --release NAME | --all | --all-in NAMESPACE]",
		Short: "Prove that runners would connect: to a server, or from their manifests",
		Long: `Prove that runners would connect.

With a URL: shakes hands with the server, and judges what it sends by the
runner's rule (Mozilla's list of CAs, which the charts' images trust, and the
file of --cert) and by that of git in its jobs (the file only).

With manifests, from a file, stdin, a release, or all releases (of the cluster
or of one namespace): shows for each runner, for git in its jobs and for their
cache whether it would connect, and why: which file it would read, and what is in
it. Of a release, the key of a Secret or ConfigMap that only the cluster has is
read with kubectl, unless --offline leaves that out. --online adds the handshake.

--all goes through the releases of all namespaces, --all-in through those of one:
Helm does not pass -n on to plugins.

Exits with 0 if all would connect, 1 if any would not, 3 if that cannot be judged
(with --allow-unknown: 0), and 4 if verify itself could not run. A cache that
cannot be judged does not count: jobs go on without it.`,
		Example: `  helm runnertrust verify https://gitlab.example.com --cert=gitlab.crt
  helm runnertrust verify --release gitlab --online --expires-within 30d
  helm runnertrust verify --all --expires-within 30d
  helm runnertrust verify --all-in ci --expires-within 30d
  helm get manifest gitlab | helm runnertrust verify`,
		Args: verifyArgs,
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := flags.takeNamespace(cmd); err != nil {
				return err
			}
			switch {
			case len(args) > 0 && flags.output.name == prometheus:
				return &advice.Error{What: "-o prometheus is not for a URL", Hint: "it is for manifests: " + advice.Verify("--all") + " -o prometheus"}
			case flags.all:
				return verifyAll(cmd.Context(), p, flags)
			case len(args) == 0:
				return verifyManifests(cmd, p, flags)
			}
			return advice.Context{Verify: true}.In(verifyServer(cmd.Context(), p, args[0], flags))
		},
	}
	flags.register(cmd)
	return cmd
}

func (f *verifyFlags) register(cmd *cobra.Command) {
	f.connection.register(cmd)
	f.from.register(cmd)
	f.output.register(cmd, "output `format`: table, json, or for manifests prometheus", "table", "json", prometheus)
	flags := cmd.Flags()
	registerCert(flags, &f.certs, "certificate `[HOST=]PATH` to verify a URL with, as for the post-renderer")
	flags.BoolVar(&f.all, "all", false, "check every release in the cluster, in all namespaces")
	flags.StringVar(&f.allIn, "all-in", "", "check every release in this `namespace`")
	commandLineOnly(flags, "all", "all-in")
	cmd.MarkFlagsMutuallyExclusive(exclusive...)
	flags.BoolVar(&f.online, "online", false, "also try a TLS handshake with the runners' servers")
	flags.BoolVar(&f.offline, "offline", false, "do not read with kubectl what a runner mounts and its release does not have")
	flags.BoolVar(&f.allowUnknown, "allow-unknown", false, "succeed even if the verdict on a runner is unknown")
	flags.Var(&f.expiresWithin, "expires-within", "also fail if a runner would stop working within this `time`: 30d, 72h")
	flags.StringVar(&f.deployment, "deployment", "", "`name` of the runner's Deployment")
	flags.StringVar(&f.certsDir, "certs-dir", "", "`directory` of the runner's certificates")
}

// takeNamespace makes --all-in an --all of one namespace.
func (f *verifyFlags) takeNamespace(cmd *cobra.Command) error {
	switch {
	case !cmd.Flags().Changed("all-in"):
		return nil
	case f.allIn == "":
		return &advice.Error{What: "--all-in is empty", Hint: "name the namespace, or give --all for all of them"}
	case f.from.cluster.Namespace != "":
		return &advice.Error{What: "--all-in and --namespace both name a namespace", Hint: "leave --namespace out"}
	}
	f.all, f.from.cluster.Namespace = true, f.allIn
	return nil
}

// verifyArgs refuses what would be ignored: flags of manifests together with a URL, and the other
// way round. It runs before the environment is read, which may hold flags for other commands.
func verifyArgs(cmd *cobra.Command, args []string) error {
	if err := longDash(args); err != nil {
		return err
	}
	if len(args) > 1 {
		return &advice.Error{What: fmt.Sprintf("verify takes one URL, not %d", len(args)), Hint: "verify them one after the other: " + advice.Verify("URL")}
	}
	ignored, subject := []string{"file", "release", "all", "all-in", "online", "offline", "deployment", "certs-dir", "namespace", "kube-context", "kubeconfig"}, "a URL"
	if len(args) == 0 {
		ignored, subject = []string{certFlag}, "manifests"
	}
	for _, name := range ignored {
		if cmd.Flags().Changed(name) {
			return &advice.Error{What: fmt.Sprintf("--%s is not for %s", name, subject),
				Hint: "verify a URL with its --cert, or manifests (-f FILE, --release NAME) with what they hold"}
		}
	}
	return nil
}

// passes reports whether a status lets verify succeed.
func (f verifyFlags) passes(status trust.Status) bool {
	return status == trust.StatusOK || status == trust.StatusUnknown && f.allowUnknown
}

// later returns the verdicts of the end of --expires-within. What fails only then says so.
func (f verifyFlags) later(now probe.Verdicts, at time.Time) probe.Verdicts {
	if f.expiresWithin <= 0 {
		return now
	}
	end := at.Add(time.Duration(f.expiresWithin))
	endsEarly := func(now, later trust.Verdict) trust.Verdict {
		if now.Status != trust.StatusFailed && later.Status == trust.StatusFailed {
			later.Finding = trust.Found(audit.CodeEndsTooEarly, "it will have stopped working by %s: %s", trust.Moment(end), later.Finding.Message)
		}
		return later
	}
	later := now.By(end)
	later.Runner, later.Git = endsEarly(now.Runner, later.Runner), endsEarly(now.Git, later.Git)
	return later
}

func verifyServer(ctx context.Context, p Process, url string, flags verifyFlags) error {
	if _, err := os.Stat(url); err == nil {
		return &advice.Error{What: fmt.Sprintf("%q is a file, not a URL", url), Hint: "give manifests with -f FILE, and certificates for a URL with --cert=FILE"}
	}
	target, err := probe.ParseTarget(url)
	if err != nil {
		return err
	}
	file, err := fileFor(p, target, flags.certs)
	if err != nil {
		return err
	}
	verdicts := probe.Verify(ctx, target, file, flags.connection.dialer(), p.Now)
	later := flags.later(verdicts, p.Now)
	passes := flags.passes(verdicts.Status().Worse(later.Status()))
	result := newServerResult(later, file != nil, passes)
	if err := writeReport(p, flags.output, result); err != nil || passes {
		return err
	}
	switch finding := verdicts.Runner.Finding; {
	case finding.Code == probe.CodeUnresolvable && !strings.ContainsAny(url, ".:/["):
		return &advice.Error{Verdict: verdicts.Status(), What: fmt.Sprintf("there is no server %q", url), Hint: "if it is a release: helm runnertrust verify --release " + advice.Quote(url)}
	case verdicts.Status() == trust.StatusFailed:
		return &advice.Error{Verdict: trust.StatusFailed, What: "a runner would not work with " + target.Address(), Hint: "the reason is below the table"}
	case later.Status() == trust.StatusFailed:
		reason := later.Runner.Finding
		if later.Runner.OK() {
			reason = later.Git.Finding
		}
		m := ofHandshake(later, advice.Verify(target.String())).Of(reason)
		return &advice.Error{Verdict: trust.StatusFailed, What: target.Address() + ": " + m.Message, Hint: m.Hint}
	}
	return &advice.Error{Verdict: trust.StatusUnknown, What: "whether jobs work with " + target.Address() + " is not known",
		Hint: "the reason is below the table; --allow-unknown lets it pass"}
}

// fileFor returns the certificates that are given for a server; nil where none are given at all.
func fileFor(p Process, target probe.Target, certs []string) (*trust.Bundle, error) {
	sources, err := p.sources(certs)
	if err != nil || len(sources) == 0 {
		return nil, err
	}
	file, _ := render.Choose(sources, target.Host)
	if file == nil {
		host := target.String()
		return nil, &advice.Error{What: fmt.Sprintf("there is no certificate for the host %q", target.Host),
			Hint: advice.FetchInstead(advice.Context{Host: host}) + ", then: " + advice.Verify(host) + " --cert=FILE"}
	}
	return file, nil
}

// serverResult is the result of verify for a URL; docs/JSON.md describes it.
type serverResult struct {
	Target string        `json:"target"`
	OK     bool          `json:"ok"` // as the exit code
	Status trust.Status  `json:"status"`
	Dialed string        `json:"dialed,omitempty"`
	Sent   []certificate `json:"sent"`
	Runner verdict       `json:"runner"`
	Git    verdict       `json:"git"`

	hasFile bool
}

// newServerResult has the verdicts of the end of --expires-within.
func newServerResult(v probe.Verdicts, hasFile, passes bool) serverResult {
	context := ofHandshake(v, advice.Verify(v.Target.String()))
	return serverResult{
		Target: v.Target.Address(), OK: passes, Status: v.Status(), Dialed: v.Dialed, Sent: certificates(v.Sent),
		Runner: newVerdict(context, v.Runner), Git: newVerdict(context, v.Git), hasFile: hasFile,
	}
}

// table returns the verdict on each client, with its reason.
func (r serverResult) table() string {
	runner, git := "the image's CAs and the file", "the file only"
	if !r.hasFile {
		runner, git = "the image's CAs", "the image's CAs"
	}
	var report, reasons output.Report
	rows := [][]string{{"CLIENT", "VERDICT", "TRUSTS"}}
	for _, client := range []struct {
		name, trusts string
		verdict      verdict
	}{{"runner", runner, r.Runner}, {"git in jobs", git, r.Git}} {
		rows = append(rows, []string{client.name, string(client.verdict.Status), client.trusts})
		addMessage(&reasons, client.name+": ", client.verdict.Finding)
		for _, warning := range client.verdict.Warnings {
			addMessage(&reasons, client.name+": warning: ", warning)
		}
	}
	report.Table(rows)
	return report.String() + "\n" + reasons.String()
}
