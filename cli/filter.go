package cli

import (
	"errors"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"helm-runnertrust/render"
	"helm-runnertrust/render/manifest"
	"helm-runnertrust/render/yamledit"
)

// filter is what Helm calls: manifests in, manifests out.
func (p *program) filter(cmd *cobra.Command, flags *filterFlags) error {
	flags.piped = cmd.Flags().Changed("pipe")
	if isTerminal(p.Stdin) {
		cmd.SetOut(p.Stderr)
		return errors.Join(cmd.Help(), &hinted{what: "stdin is a terminal, where Helm would send manifests",
			hint: "to look at the effect: helm runnertrust render -f FILE --diff"})
	}
	stream, err := yamledit.Read(p.Stdin)
	if err != nil {
		return &hinted{what: "cannot read the manifests from stdin", err: err}
	}
	if list := findResourceList(stream); list != nil {
		return p.function(cmd.Flags(), stream, list)
	}
	if err := p.completeFlags(cmd); err != nil {
		return err
	}
	result, err := p.run(stream, *flags)
	if err != nil {
		return err
	}
	if flags.piped {
		out, err := p.pipeThrough(flags.pipe, result)
		if err != nil {
			return err
		}
		return p.write(out)
	}
	return p.writeAll(result)
}

// run filters a stream by the flags, and reports the warnings.
func (p *program) run(stream *yamledit.Stream, flags filterFlags) (*render.Result, error) {
	sources, err := p.sources(flags.certs)
	if err != nil {
		return nil, err
	}
	options := flags.options
	options.Sources, options.Now = sources, p.Now
	result, err := render.FilterStream(stream, options)
	if err != nil {
		p.misnamed = slices.ContainsFunc(sources, func(s render.Source) bool { return s.FromFolder && !strings.Contains(s.Host, ".") })
		if options.Deployment != "" {
			p.nameDeployments(err, stream)
		}
		return nil, err
	}
	for _, warning := range result.Warnings {
		p.warn(warning)
	}
	for _, note := range result.Notes {
		p.message("note", note.Message, "")
	}
	return result, nil
}

// nameDeployments notes the names in a stream that has no Deployment of the one that was asked for.
func (p *program) nameDeployments(err error, stream *yamledit.Stream) {
	if refused := (*render.Error)(nil); errors.As(err, &refused) && refused.Code == manifest.NoRunner {
		if text, err := stream.Bytes(); err == nil {
			p.deployments = render.Deployments(text)
		}
	}
}
