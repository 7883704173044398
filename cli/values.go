package cli

import (
	"cmp"
	"errors"
	"fmt"
	"net/url"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"helm-runnertrust/cli/advice"
	"helm-runnertrust/gitlabrunner"
	"helm-runnertrust/render/manifest"
	"helm-runnertrust/render/values"
	"helm-runnertrust/trust"
	"helm-runnertrust/trust/probe"
)

// valuesFlags are the flags of values.
type valuesFlags struct {
	host        string
	certs       []string
	options     values.Options
	fromIngress bool
}

func valuesCommand(p Process) *cobra.Command {
	var flags valuesFlags
	cmd := &cobra.Command{
		Use:   "values --host HOST (--cert PATH | --from-secret NAME | --from-configmap NAME)",
		Short: "Print chart values that have the post-renderer's effect",
		Long: `Print values of the chart gitlab/gitlab-runner, or with --umbrella of
gitlab/gitlab, that make its runner trust a GitLab as the post-renderer does.
Use them where no post-renderer can run: Argo CD, Flux.

The certificates of --cert go into a ConfigMap that the chart makes from its
value extraObjects. For charts without that (before 0.62.0), --configmap prints
only the ConfigMap, to be applied separately from the release, and the command
for the values that mount it.

What belongs in runners.config (--via=config, --jobs) is printed as a comment,
since values cannot add to that text.`,
		Example: `  helm runnertrust values --host gitlab.example.com --cert gitlab.crt > trust.yaml
  helm upgrade --install runner gitlab/gitlab-runner -f values.yaml -f trust.yaml
  helm runnertrust values --host gitlab.example.com --umbrella \
      --from-secret gitlab-gitlab-tls/tls.crt > trust.yaml`,
		Args: noArguments,
		RunE: func(*cobra.Command, []string) error { return printValues(p, flags) },
	}
	flags.register(cmd.Flags())
	return cmd
}

func (f *valuesFlags) register(flags *pflag.FlagSet) {
	o := &f.options
	flags.StringVar(&f.host, "host", "", "`host` of the chart's gitlabUrl, in the same letters; of a URL, the host is taken")
	registerCert(flags, &f.certs, "certificate `[HOST=]PATH`, as for the post-renderer (repeatable)")
	registerObjects(flags, &o.Objects, &o.Via)
	flags.BoolVar(&o.Jobs, "jobs", false, "also print the lines that make programs in the runner's jobs trust GitLab")
	flags.BoolVar(&o.Umbrella, "umbrella", false, "print values of gitlab/gitlab, below its key gitlab-runner")
	flags.BoolVar(&o.Apart, "configmap", false, "print only the ConfigMap of --cert, for charts without extraObjects")
	flags.StringVar(&o.ConfigMapName, "configmap-name", "", "`name` of the ConfigMap, instead of "+values.DefaultConfigMapName)
	flags.StringVar(&o.CertsDir, "certs-dir", "",
		"`directory` to mount at, instead of /home/gitlab-runner/.gitlab-runner/certs; a runner that is root needs /etc/gitlab-runner/certs")
	flags.StringVar(&o.ChartVersion, "chart-version", "",
		"refuse what this `version` of gitlab-runner cannot do; with --umbrella too, give gitlab-runner's version, not gitlab's")
	flags.BoolVar(&o.Force, "force", false, "accept a certificate that is expired, not yet valid, or for another host")
	flags.BoolVar(&f.fromIngress, "from-ingress", false, "refused: it takes manifests")
	flags.Lookup("from-ingress").Hidden = true // of use for its error only
	commandLineOnly(flags, "host", "umbrella", "configmap", "from-ingress")
}

// printValues prints chart values, or the ConfigMap that goes with them.
func printValues(p Process, flags valuesFlags) error {
	options, host, err := valuesOptions(p, flags)
	if err != nil {
		return err
	}
	made, err := values.New(options)
	if refused, ok := errors.AsType[*manifest.Error](err); ok && refused.Code == manifest.NoVolumes {
		if name := options.CertsSecretName(); name != "" {
			return &advice.Error{Code: refused.Code, What: err.Error(), Hint: "set certsSecretName: " + name +
				" in the chart's values instead: every version has it, and it mounts the same file unless the runner is root"}
		}
	}
	if err != nil {
		return err
	}
	for _, warning := range made.Warnings {
		p.print.warn(warning)
	}
	if options.Apart {
		return p.print.writeBytes(append([]byte(aboutConfigMap(options, host, made.Key)), made.ConfigMap...))
	}
	for _, note := range made.Notes {
		p.print.note(note)
	}
	if made.Config != "" {
		p.print.note(trust.Finding{Message: "values cannot add to runners.config: the lines for it are in the comment at the end"})
	}
	return p.print.writeBytes(made.Text)
}

// valuesOptions reads the flags, and refuses those that values cannot do. host is as one types it.
func valuesOptions(p Process, flags valuesFlags) (options values.Options, host string, err error) {
	options = flags.options
	switch {
	case flags.fromIngress:
		return options, "", &advice.Error{What: "--from-ingress: values are made without the manifests that name a Secret",
			Hint: "name it: --from-secret=NAME/tls.crt; it is the secretName that this prints: kubectl get ingress --output yaml"}
	case flags.host == "":
		return options, "", &advice.Error{What: "--host is missing", Hint: "give the host of the chart's gitlabUrl: --host gitlab.example.com"}
	}
	if options.ServerURL, host, err = chartServer(p, flags.host); err != nil {
		return options, "", err
	}
	options.Now = p.Now
	if options.Sources, err = p.sources(flags.certs); err != nil {
		return options, "", err
	}
	if options.Apart && len(options.Sources) == 0 {
		return options, "", &advice.Error{What: "--configmap prints the certificates of --cert, and none is given",
			Hint: "give them with --cert, or leave --configmap out: an object that is there needs no ConfigMap"}
	}
	return options, host, nil
}

// aboutConfigMap returns the comment above a ConfigMap that is made apart from the chart: what goes with
// it. key is the one with the certificates.
func aboutConfigMap(options values.Options, host, key string) string {
	command := []string{"values", "--host", host,
		"--from-configmap", cmp.Or(options.ConfigMapName, values.DefaultConfigMapName) + "/" + key}
	for _, flag := range []struct {
		name, value string
		set         bool
	}{
		{"--via", "=" + string(options.Via), options.Via != ""},
		{"--certs-dir", "=" + options.CertsDir, options.CertsDir != ""},
		{"--chart-version", "=" + options.ChartVersion, options.ChartVersion != ""},
		{"--jobs", "", options.Jobs},
		{"--umbrella", "", options.Umbrella},
	} {
		if flag.set {
			command = append(command, flag.name+flag.value)
		}
	}
	return fmt.Sprintf(`# The certificates for the runner of %s, to be applied before its release:
#   kubectl apply --namespace NAMESPACE --filename FILE
# The values that mount them are printed by:
#   %s %s
`, host, advice.Program, advice.Command(command...))
}

// chartServer returns the gitlabUrl that --host stands for, and the host as one types it. A chart takes
// more than can be connected to from here: http, and letters that the runner turns into ASCII for
// the connection, but not for the name of its file.
func chartServer(p Process, written string) (serverURL, host string, err error) {
	scheme, rest := "https", written
	if before, after, found := strings.Cut(written, "://"); found && strings.EqualFold(before, "http") {
		scheme, rest = "http", after
	}
	target, err := server(p, rest)
	refused, isRefused := errors.AsType[*trust.Error](err)
	switch {
	case err == nil:
		host = target.String()
		u := target.URL()
		u.Scheme = scheme
		serverURL = u.String()
	case isRefused && refused.Code == probe.CodeHostName:
		u := inLetters(rest)
		if u == nil {
			return "", "", err
		}
		if strings.Trim(u.Path, "/") != "" || u.RawQuery != "" || u.Fragment != "" {
			noteHost(p, rest, u.Host)
		}
		host, serverURL = u.Host, scheme+"://"+u.Host
	default:
		return "", "", err
	}
	if scheme != "https" {
		host = scheme + "://" + host
	}
	return serverURL, host, nil
}

// inLetters returns a URL whose host the runner can turn into a name in ASCII, nil for any other.
func inLetters(written string) *url.URL {
	if before, after, found := strings.Cut(written, "://"); found && strings.EqualFold(before, "https") {
		written = after
	}
	u, err := url.Parse("https://" + written)
	if err != nil {
		return nil
	}
	server, err := gitlabrunner.ParseServer("https://" + u.Host)
	if err != nil {
		return nil
	}
	if _, err := probe.ParseTarget(server.Address); err != nil {
		return nil
	}
	return u
}
