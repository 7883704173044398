package cli

import (
	"bytes"
	"errors"

	"github.com/spf13/cobra"

	"helm-runnertrust/render"
)

// filter is what Helm calls: manifests in, manifests out.
func (p *program) filter(cmd *cobra.Command, flags filterFlags) error {
	if isTerminal(p.Stdin) {
		cmd.SetOut(p.Stderr)
		return errors.Join(cmd.Help(), &hinted{what: "stdin is a terminal, where Helm would send manifests",
			hint: "to look at the effect, use `helm runnertrust render -f FILE --diff`"})
	}
	stream, err := p.readStdin()
	if err != nil {
		return err
	}
	out, err := p.run(stream, flags)
	if err != nil {
		return err
	}
	return p.write(out)
}

// run filters a stream by the flags, and reports the warnings.
func (p *program) run(stream []byte, flags filterFlags) ([]byte, error) {
	sources, err := p.sources(flags.certs)
	if err != nil {
		return nil, err
	}
	options := flags.options
	options.Sources, options.Now = sources, p.Now
	result, err := render.Filter(stream, options)
	if err != nil {
		return nil, err
	}
	for _, warning := range result.Warnings {
		p.warn(warning)
	}
	return result.Stream, nil
}

// usualSize is more than what the gitlab chart renders, so that its stream is
// read without growing the buffer.
const usualSize = 256 << 10

func (p *program) readStdin() ([]byte, error) {
	var stream bytes.Buffer
	stream.Grow(usualSize)
	if _, err := stream.ReadFrom(p.Stdin); err != nil {
		return nil, &hinted{what: "cannot read the manifests from stdin", err: err}
	}
	return stream.Bytes(), nil
}
