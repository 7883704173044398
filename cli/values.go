package cli

import (
	"fmt"
	"net/url"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"helm-runnertrust/cli/advice"
	"helm-runnertrust/gitlabrunner"
	"helm-runnertrust/render"
	"helm-runnertrust/render/values"
	"helm-runnertrust/trust"
	"helm-runnertrust/trust/probe"
)

// valuesFlags are the flags of values.
type valuesFlags struct {
	host    string
	certs   []string
	options values.Options
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
	commandLineOnly(flags, "host", "umbrella", "configmap")
}

// printValues prints chart values, or the ConfigMap that goes with them.
func printValues(p Process, flags valuesFlags) error {
	if flags.host == "" {
		return &advice.Error{What: "--host is missing", Hint: "give the host of the chart's gitlabUrl: --host gitlab.example.com"}
	}
	options := flags.options
	options.Now = p.Now
	var err error
	if options.ServerURL, err = chartServer(flags.host); err != nil {
		return err
	}
	if options.Sources, err = p.sources(flags.certs); err != nil {
		return err
	}
	v, err := values.New(options)
	if err != nil {
		return err
	}
	for _, warning := range v.Warnings {
		p.print.warn(warning)
	}
	if options.Apart {
		return p.print.write(append([]byte(aboutConfigMap(options, v.Objects)), v.Text...))
	}
	for _, note := range v.Notes {
		p.print.note(note)
	}
	if v.Config != "" {
		p.print.note(trust.Finding{Message: "values cannot add to runners.config: the lines for it are in the comment at the end"})
	}
	return p.print.write(v.Text)
}

// aboutConfigMap returns the comment above a ConfigMap that is made apart from the chart: what goes with
// it, which shows the objects.
func aboutConfigMap(o values.Options, objects []render.Object) string {
	var flags []string
	for _, object := range objects {
		written := object.Name + "/" + object.Key
		switch {
		case strings.Contains(object.Host, ":"):
			written = "[" + object.Host + "]=" + written
		case object.Host != "":
			written = object.Host + "=" + written
		}
		flags = append(flags, "--from-"+strings.ToLower(object.Kind), written)
	}
	return fmt.Sprintf(`# The certificates for the runner of %s, to be applied before its release:
#   kubectl apply --namespace NAMESPACE --filename FILE
# The values that mount them come from the same command, with these flags in the place of its
# --configmap, --configmap-name, --cert and --from-…:
#   %s
`, strings.TrimPrefix(o.ServerURL, "https://"), advice.Command(flags...))
}

// chartServer returns the gitlabUrl that --host stands for. A chart takes more than can be connected to
// from here: http, and letters that the runner turns into ASCII for the connection, but not for the name
// of its file.
func chartServer(written string) (string, error) {
	full := written
	if !strings.Contains(full, "://") {
		full = "https://" + full
	}
	if u, err := url.Parse(full); err == nil && !trust.HasUser(full) {
		gitlab, err := gitlabrunner.ParseServer(u.Scheme + "://" + u.Host)
		if err == nil {
			_, err = probe.ParseTarget(gitlab.Address)
		}
		if err == nil {
			return u.Scheme + "://" + u.Host, nil
		}
	}
	target, err := probe.ParseTarget(written) // which says what is wrong
	return target.URL().String(), err
}
