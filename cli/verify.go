package cli

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"helm-runnertrust/render"
	"helm-runnertrust/render/audit"
	"helm-runnertrust/trust"
	"helm-runnertrust/trust/probe"
)

// verifyFlags are the flags of verify.
type verifyFlags struct {
	connection    connection
	input         input
	output        format
	certs         []string
	online        bool
	allowUnknown  bool
	all           bool   // releases of the cluster
	allIn         string // namespace, of which to take all releases
	expiresWithin days
	deployment    string
	certsDir      string
}

func (p *program) verifyCommand() *cobra.Command {
	var flags verifyFlags
	cmd := &cobra.Command{
		Use:   "verify [URL | -f FILE | --release NAME | --all | --all-in NAMESPACE]",
		Short: "Prove that runners would connect: to a server, or from their manifests",
		Long: `Prove that runners would connect.

With a URL: shakes hands with the server, and judges what it sends by the
runner's rule (the system's certificates and the file of --cert) and by that of
git in its jobs (the file only).

With manifests, from a file, stdin, a release, or all releases (of the cluster
or of one namespace): tells for each runner which file it would read, what is in
it, and whether that can work. Only the manifests are checked, unless --online
adds the handshake.

--all goes through the releases of all namespaces, --all-in through those of one:
Helm does not pass -n on to plugins.

Exits with 1 if any runner would not connect, or if that cannot be told (unless
--allow-unknown is given).`,
		Example: `  helm runnertrust verify https://gitlab.example.com --cert=gitlab.crt
  helm runnertrust verify --release gitlab --online --expires-within 30d
  helm runnertrust verify --all --expires-within 30d
  helm runnertrust verify --all-in ci --expires-within 30d
  helm get manifest gitlab | helm runnertrust verify`,
		Args: p.verifyArgs,
		RunE: func(cmd *cobra.Command, args []string) error {
			p.tellsByCode = true
			p.verifying = true
			if err := errors.Join(flags.input.check(cmd), flags.takeNamespace(cmd)); err != nil {
				return err
			}
			switch {
			case flags.all:
				return p.verifyAll(cmd.Context(), flags)
			case len(args) == 0:
				return p.verifyManifests(cmd.Context(), flags)
			}
			return p.verifyServer(cmd.Context(), args[0], flags)
		},
	}
	flags.connection.register(cmd)
	flags.input.register(cmd)
	flags.output.register(cmd)
	registerCert(cmd.Flags(), &flags.certs, "certificate `[HOST=]PATH` to verify a URL with, as for the post-renderer")
	cmd.Flags().BoolVar(&flags.all, "all", false, "check every release in the cluster, in all namespaces")
	cmd.Flags().StringVar(&flags.allIn, "all-in", "", "check every release in this `namespace`")
	for _, name := range []string{"all", "all-in"} {
		fromCommandLine(cmd.Flags(), name)
	}
	cmd.Flags().BoolVar(&flags.online, "online", false, "also try a TLS handshake with the runners' servers")
	cmd.Flags().BoolVar(&flags.allowUnknown, "allow-unknown", false, "succeed even if the verdict on a runner is unknown")
	cmd.Flags().Var(&flags.expiresWithin, "expires-within", "also fail if a runner would stop working within this `time`: 30d, 72h")
	cmd.Flags().StringVar(&flags.deployment, "deployment", "", "`name` of the runner's Deployment")
	cmd.Flags().StringVar(&flags.certsDir, "certs-dir", "", "`directory` of the runner's certificates")
	return cmd
}

// verifyArgs refuses what would be ignored: flags of manifests together with a URL, and the other
// way round. It runs before the environment is read, which may hold flags for other commands.
func (p *program) verifyArgs(cmd *cobra.Command, args []string) error {
	if len(args) > 1 {
		return &hinted{what: fmt.Sprintf("verify takes one URL, not %d", len(args)), hint: cmp.Or(flagMeant(cmd, args[1]), "verify them one after the other: "+verifyURL("URL"))}
	}
	ignored, subject := []string{"file", "release", "all", "all-in", "online", "deployment", "certs-dir"}, "a URL"
	if len(args) == 0 {
		ignored, subject = []string{certFlag}, "manifests"
	}
	for _, name := range ignored {
		if cmd.Flags().Changed(name) {
			return &hinted{what: fmt.Sprintf("--%s is not for %s", name, subject),
				hint: "verify a URL with its --cert, or manifests with what they hold"}
		}
	}
	if len(args) == 0 {
		return p.checkConnect(cmd)
	}
	if where := clusterOf(cmd); where.namespace != "" {
		if hint := p.releaseMeant(args[0], input{cluster: where}); hint != "" {
			return &hinted{what: "--namespace is not for a URL", hint: hint}
		}
	}
	return nil
}

// checkConnect refuses flags of a connection for manifests that nothing is to connect for.
// --online may come from the environment, which is not read yet.
func (p *program) checkConnect(cmd *cobra.Command) error {
	online := cmd.Flags().Lookup("online")
	if value, _ := p.Env(variable(online.Name)); online.Changed || value != "" {
		return nil
	}
	for _, name := range []string{"connect", "timeout"} {
		if cmd.Flags().Changed(name) {
			return &hinted{what: "--" + name + " without --online: manifests are verified without a connection",
				hint: "add --online to shake hands with the runners' servers"}
		}
	}
	return nil
}

// passes reports whether a status lets verify succeed.
func (f verifyFlags) passes(status trust.Status) bool {
	return status == trust.StatusOK || status == trust.StatusUnknown && f.allowUnknown
}

// days is a duration that may be given in days.
type days time.Duration

func (d *days) String() string {
	const day = days(24 * time.Hour)
	switch {
	case *d == 0:
		return ""
	case *d%day == 0:
		return fmt.Sprintf("%dd", *d/day)
	}
	return time.Duration(*d).String()
}

// Type is what cobra's help calls the value.
func (d *days) Type() string { return "time" }

func (d *days) Set(value string) error {
	if count, found := strings.CutSuffix(value, "d"); found {
		n, err := strconv.ParseUint(count, 10, 16)
		if err != nil {
			return fmt.Errorf("%q is not a number of days", value)
		}
		*d = days(time.Duration(n) * 24 * time.Hour)
		return nil
	}
	duration, err := time.ParseDuration(value)
	if err != nil || duration < 0 {
		return fmt.Errorf("%q is not a time like 30d or 72h", value)
	}
	*d = days(duration)
	return nil
}

func (p *program) verifyServer(ctx context.Context, url string, flags verifyFlags) error {
	if _, err := os.Stat(url); err == nil {
		hint := "manifests are given with -f: " + throughHelm + " verify -f " + shellWord(url)
		if p.isCertificateFile(url) {
			hint = "certificates are given with --cert: " + verifyURL("URL") + " --cert=" + shellWord(url)
		}
		return &hinted{what: fmt.Sprintf("%q is a file, not a URL", url), hint: hint}
	}
	target, err := p.server(url)
	if err != nil {
		return err
	}
	var file *trust.Bundle
	if value, _ := p.Env(variable(certFlag)); len(flags.certs) > 0 || value != "" {
		sources, err := p.sources(flags.certs)
		if err != nil {
			return err
		}
		if file = render.Choose(sources, target.Host); file == nil {
			return &hinted{what: fmt.Sprintf("no certificate is given for the host %q", target.Host),
				hint: fetchInstead(topic{host: target.String()}) + ", then: " + verifyURL(target.String()) + " --cert=FILE"}
		}
	}
	verdicts, err := probe.Verify(ctx, target, file, flags.connection.dialer(), p.Now)
	if err != nil {
		return err
	}
	end := p.Now.Add(time.Duration(flags.expiresWithin))
	later := verdicts
	if flags.expiresWithin > 0 {
		later = verdicts.By(end)
	}
	passes := flags.passes(verdicts.Status().Worse(later.Status()))
	err = p.result(flags.output,
		func() any { return newServerJSON(later, passes) },
		func() string { return serverTable(verdicts, later.Runner.Warnings, file != nil) })
	if err != nil {
		return err
	}
	switch fault := p.noSuchServer(url, verdicts.Runner, flags.input); {
	case passes:
		return nil
	case fault != nil:
		return fault
	case verdicts.Status() == trust.StatusFailed:
		return &hinted{what: "a runner would not work with " + target.Address(), hint: "the reason is below the table"}
	case later.Status() == trust.StatusFailed:
		finding := endsEarly(later, end)
		return &hinted{what: target.Address() + ": " + finding.Message, hint: ofVerdicts(later).of(finding)}
	default:
		return &hinted{what: "whether jobs work with " + target.Address() + " is not known",
			hint: "the reason is below the table; --allow-unknown lets it pass"}
	}
}

// reasonOf explains verdicts that are not both good.
func reasonOf(v probe.Verdicts) trust.Finding {
	if !v.Runner.OK() {
		return v.Runner.Finding
	}
	return v.Git.Finding
}

// endsEarly explains verdicts of a time to come that are not both good.
func endsEarly(later probe.Verdicts, end time.Time) trust.Finding {
	return trust.Finding{
		Code:    audit.CodeEndsTooEarly,
		Host:    later.Target.String(),
		Message: fmt.Sprintf("it will have stopped working by %s: %s", end.UTC().Format("2006-01-02 15:04 MST"), reasonOf(later).Message),
	}
}

// verifyURL is verify of a server as one types it.
func verifyURL(host string) string { return throughHelm + " verify " + shellWord(host) }

// ofVerdicts is what the hints of verdicts are about.
func ofVerdicts(v probe.Verdicts) topic {
	about := topic{occasion: ofVerdict, host: v.Target.String(), command: verifyURL(v.Target.String())}
	if len(v.Sent) > 0 {
		about.leaf = v.Sent[0]
	}
	return about
}

// serverTable is the verdict of each client, with its reason. The runner's warnings are those of
// later.
func serverTable(v probe.Verdicts, later []trust.Finding, file bool) string {
	runner, git := "the system and the file", "the file only"
	if !file {
		runner, git = "the system", "the system"
	}
	rows := [][]string{{"CLIENT", "VERDICT", "TRUSTS"}}
	about := ofVerdicts(v)
	v.Runner.Warnings = later
	var reasons strings.Builder
	for _, client := range []struct {
		name, trusts string
		verdict      trust.Verdict
	}{
		{"runner", runner, v.Runner},
		{"git in jobs", git, v.Git},
	} {
		rows = append(rows, []string{client.name, verdictWord(client.verdict.Status), client.trusts})
		fmt.Fprintf(&reasons, "%s: %s\n", client.name, sentence(client.verdict.Finding, about))
		for _, warning := range client.verdict.Warnings {
			fmt.Fprintf(&reasons, "%s: warning: %s\n", client.name, sentence(warning, about))
		}
	}
	return table(rows) + "\n" + reasons.String()
}

// verdictWord is a status in a table of clients.
func verdictWord(status trust.Status) string {
	if status == trust.StatusFailed {
		return "fails"
	}
	return string(status)
}
