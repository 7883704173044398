package cli

import (
	"errors"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"helm-runnertrust/cli/advice"
	"helm-runnertrust/cli/krm"
	"helm-runnertrust/cli/output"
	"helm-runnertrust/cli/pipe"
	"helm-runnertrust/render"
	"helm-runnertrust/render/yamledit"
	"helm-runnertrust/trust"
)

// filterFlags are the flags of the filter and of render.
type filterFlags struct {
	certs   []string
	options render.Options
	pipe    string // another post-renderer's command line
}

func (f *filterFlags) register(flags *pflag.FlagSet) {
	o := &f.options
	registerCert(flags, &f.certs, "certificate `[HOST=]PATH`: a PEM, DER or PKCS#7 file, or a folder of <host>.crt (repeatable)")
	registerObjects(flags, &o.Objects, &o.Via)
	flags.BoolVar(&o.FromIngress, "from-ingress", false,
		"mount the Secret that the Ingress or Gateway of the manifests names for the runner's host; the default without a certificate")
	flags.BoolVar(&o.Jobs, "jobs", false,
		"make the runner's jobs trust GitLab too, through a pre_build_script and a file in their pods, in its configuration")
	flags.BoolVar(&o.NoRollout, "no-rollout", false,
		"leave out the annotation that rolls the pods when the certificate changes")
	flags.StringVar(&o.CertsDir, "certs-dir", "",
		"`directory` to mount at, instead of the one derived from the runner's uid and HOME")
	flags.StringVar(&o.Deployment, "deployment", "",
		"`name` of the runner's Deployment, instead of any with the variable CI_SERVER_URL")
	flags.StringVar(&o.ConfigMapName, "configmap-name", "",
		"`name` of the ConfigMap, instead of <deployment>-certs, shortened where that does not fit")
	flags.BoolVar(&o.AllowNoRunner, "allow-no-runner", false,
		"pass manifests without a runner through unchanged")
	flags.StringVar(&f.pipe, "pipe", "", "run another post-renderer after this one: `'CMD ARG…'`, without a shell")
	commandLineOnly(flags, "pipe") // a variable must not run programs
	flags.BoolVar(&o.Force, "force", false,
		"accept a certificate that is expired, not yet valid, or for another host")
}

// filter reads manifests and writes them with the certificates mounted: what Helm calls.
func filter(p Process, cmd *cobra.Command, flags *filterFlags) error {
	if output.IsTerminal(p.Stdin) {
		cmd.SetOut(p.Stderr)
		return errors.Join(cmd.Help(), &advice.Error{What: "stdin is a terminal, where Helm would send manifests",
			Hint: "to look at the effect: helm runnertrust render -f FILE --diff"})
	}
	stream, err := yamledit.Read(p.Stdin)
	if err != nil {
		return &advice.Error{What: "cannot read the manifests from stdin", Err: err}
	}
	if list := krm.Find(stream); list != nil {
		return function(p, cmd.Flags(), stream, list)
	}
	if err := readEnvironment(p, cmd.Flags()); err != nil {
		return err
	}
	if len(stream.Documents) == 0 {
		p.print.note(trust.Finding{Message: "stdin is empty, so no manifest is changed: helm template --output-dir of Helm 3 hands a post-renderer nothing"})
	}
	result, err := filterStream(p, cmd, stream, flags, advice.Context{})
	if err != nil {
		return err
	}
	return p.print.write(result...)
}

// filterStream filters manifests by the flags, also through the program of --pipe, and reports the warnings.
func filterStream(p Process, cmd *cobra.Command, stream *yamledit.Stream, flags *filterFlags, context advice.Context) ([][]byte, error) {
	sources, err := p.sources(flags.certs)
	if err != nil {
		return nil, err
	}
	options := flags.options
	options.Sources, options.Now = sources, p.Now
	result, err := render.FilterStream(stream, options)
	if err != nil {
		if options.Deployment != "" {
			text, _ := stream.Bytes() // of what cannot be written, there are no names
			context.Deployments = render.Deployments(text)
		}
		return nil, context.In(err)
	}
	for _, warning := range result.Warnings {
		p.print.warn(warning)
	}
	for _, note := range result.Notes {
		p.print.note(note)
	}
	if !cmd.Flags().Changed("pipe") {
		return result.Texts, nil
	}
	printed, err := pipe.Run(flags.pipe, result.Bytes(), p.Stderr, p.Grace)
	return [][]byte{printed}, err
}

// function runs as the KRM function. It has its options from the functionConfig: flags that change
// nothing would seem to.
func function(p Process, flags *pflag.FlagSet, stream *yamledit.Stream, list *yamledit.Document) error {
	var faults []error
	flags.Visit(func(flag *pflag.Flag) {
		faults = append(faults, &advice.Error{What: "--" + flag.Name + ": a KRM function takes no flags, and stdin is a ResourceList",
			Hint: "set its field of spec in the functionConfig: see docs/KRM.md"})
	})
	if len(faults) > 0 {
		return errors.Join(faults...)
	}
	out, err := krm.Function{Now: p.Now, Warn: p.print.warn, Note: p.print.note}.Run(stream, list)
	if out != nil {
		err = errors.Join(err, p.print.write(out))
	}
	return err
}
