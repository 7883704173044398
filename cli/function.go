package cli

import (
	"bytes"
	"errors"

	"github.com/spf13/pflag"
	"sigs.k8s.io/kustomize/kyaml/kio"
	"sigs.k8s.io/kustomize/kyaml/yaml"

	"helm-runnertrust/render/yamledit"
)

// A KRM function gets a ResourceList instead of a stream: its items are filtered, or verified, by
// the options of its functionConfig, and what is to be told comes back as results
// (https://github.com/kubernetes-sigs/kustomize, functions-spec.md). kustomize runs the program
// without arguments.

// resourceList is what one run of the function is about.
type resourceList struct {
	document *yamledit.Document // the list as it came
	root     *yaml.RNode        // its tree, without aliases

	rw      kio.ByteReadWriter
	out     bytes.Buffer
	items   []*yaml.RNode
	changed bool // the list cannot go out as the text that came
	kind    string
	spec    functionSpec
	results []functionResult
}

// function runs as a KRM function. With an error, the items come back as they were, with results
// that say why, and the exit code is 1; nothing comes back of what is no ResourceList.
func (p *program) function(flags *pflag.FlagSet, stream *yamledit.Stream, list *yamledit.Document) error {
	if err := refuseFlags(flags); err != nil {
		return err
	}
	l, err := readResourceList(stream, list)
	if err != nil {
		return err
	}
	err = p.tellFaults(l, p.runFunction(l))
	written, fault := l.bytes()
	if fault != nil {
		return errors.Join(err, &hinted{what: "the ResourceList cannot be written", err: fault})
	}
	return errors.Join(err, p.write(written))
}

func (p *program) runFunction(l *resourceList) error {
	var err error
	l.kind, l.spec, err = readFunctionConfig(at(l.root, "functionConfig"))
	switch {
	case err != nil:
		return err
	case l.kind == verifyKind:
		return p.verifyItems(l)
	}
	return p.filterItems(l)
}

// bytes puts the list together again. Where no item was changed, it is the text that came, with the
// results.
func (l *resourceList) bytes() ([]byte, error) {
	if l.changed {
		results, err := l.withResults(l.rw.Results)
		if err != nil {
			return nil, err
		}
		l.rw.Results = results
		err = l.rw.Write(l.items)
		return l.out.Bytes(), err
	}
	earlier := at(l.root, "results")
	results, err := l.withResults(earlier)
	if err != nil {
		return nil, err
	}
	if results != nil && results != earlier {
		if err := l.root.PipeE(yaml.SetField("results", results)); err != nil {
			return nil, err
		}
	}
	return l.document.Bytes()
}

// withResults appends ours to the results that are in the list already.
func (l *resourceList) withResults(earlier *yaml.RNode) (*yaml.RNode, error) {
	if len(l.results) == 0 {
		return earlier, nil
	}
	var node yaml.Node
	if err := node.Encode(l.results); err != nil {
		return nil, err
	}
	ours := yaml.NewRNode(&node)
	if yaml.IsMissingOrNull(earlier) {
		return ours, nil
	}
	elements, err := ours.Elements()
	if err != nil {
		return nil, err
	}
	for _, element := range elements {
		if err := earlier.PipeE(yaml.Append(element.YNode())); err != nil {
			return nil, err
		}
	}
	return earlier, nil
}
