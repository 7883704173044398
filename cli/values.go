package cli

import (
	"cmp"
	"errors"
	"fmt"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"helm-runnertrust/render"
	"helm-runnertrust/render/manifest"
)

// valuesFlags are the flags of values.
type valuesFlags struct {
	host        string
	certs       []string
	options     render.ValuesOptions
	fromIngress bool
}

func (p *program) valuesCommand() *cobra.Command {
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
		Args: p.noArguments,
		RunE: func(*cobra.Command, []string) error { return p.values(flags) },
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
	flags.StringVar(&o.ConfigMapName, "configmap-name", "", "`name` of the ConfigMap, instead of "+render.DefaultConfigMapName)
	flags.StringVar(&o.CertsDir, "certs-dir", "",
		"`directory` to mount at, instead of /home/gitlab-runner/.gitlab-runner/certs; a runner that is root needs /etc/gitlab-runner/certs")
	flags.StringVar(&o.ChartVersion, "chart-version", "",
		"refuse what this `version` of gitlab-runner cannot do; with --umbrella too, give gitlab-runner's version, not gitlab's")
	flags.BoolVar(&o.Force, "force", false, "accept a certificate that is expired, not yet valid, or for another host")
	flags.BoolVar(&f.fromIngress, "from-ingress", false, "refused: it takes manifests")
	flags.Lookup("from-ingress").Hidden = true // of use for its error only
	for _, name := range []string{"host", "umbrella", "configmap", "from-ingress"} {
		fromCommandLine(flags, name)
	}
}

// values prints values, or the ConfigMap that goes with them.
func (p *program) values(flags valuesFlags) error {
	options, host, err := p.valuesOptions(flags)
	if err != nil {
		return err
	}
	made, err := render.Values(options)
	if refused := (*render.Error)(nil); errors.As(err, &refused) && refused.Code == manifest.NoVolumes {
		if name := options.CertsSecretName(); name != "" {
			return &hinted{code: refused.Code, what: err.Error(), hint: "set certsSecretName: " + name +
				" in the chart's values instead: every version has it, and it mounts the same file unless the runner is root"}
		}
	}
	if err != nil {
		return err
	}
	for _, warning := range made.Warnings {
		p.warn(warning)
	}
	if options.Apart {
		return p.write(append([]byte(aboutConfigMap(options, host, made.Key)), made.ConfigMap...))
	}
	for _, note := range made.Notes {
		p.message("note", note.Message, "")
	}
	if made.Config != "" {
		p.message("note", "values cannot add to runners.config: the lines for it are in the comment at the end", "")
	}
	return p.write(made.Values)
}

// valuesOptions reads the flags, and refuses those that values cannot do. host is as one types it.
func (p *program) valuesOptions(flags valuesFlags) (options render.ValuesOptions, host string, err error) {
	options = flags.options
	switch {
	case flags.fromIngress:
		return options, "", &hinted{what: "--from-ingress: values are made without the manifests that name a Secret",
			hint: "name it: --from-secret=NAME/tls.crt; it is the secretName that this prints: kubectl get ingress --output yaml"}
	case flags.host == "":
		return options, "", &hinted{what: "--host is missing", hint: "give the host of the chart's gitlabUrl: --host gitlab.example.com"}
	}
	if options.ServerURL, host, err = p.chartServer(flags.host); err != nil {
		return options, "", err
	}
	options.Now = p.Now
	if options.Sources, err = p.sources(flags.certs); err != nil {
		return options, "", err
	}
	if options.Apart && len(options.Sources) == 0 {
		return options, "", &hinted{what: "--configmap prints the certificates of --cert, and none is given",
			hint: "give them with --cert, or leave --configmap out: an object that is there needs no ConfigMap"}
	}
	return options, host, nil
}

// aboutConfigMap is the comment above a ConfigMap that is made apart from the chart: what goes with
// it. key is the one with the certificates.
func aboutConfigMap(options render.ValuesOptions, host, key string) string {
	command := []string{"values", "--host", host,
		"--from-configmap", cmp.Or(options.ConfigMapName, render.DefaultConfigMapName) + "/" + key}
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
`, host, throughHelm, typed(command...))
}
