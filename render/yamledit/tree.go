package yamledit

import (
	"bytes"
	"errors"
	"fmt"
	"io"

	"sigs.k8s.io/kustomize/kyaml/yaml"
)

// maxNodes bounds what the aliases of a stream may expand to: the nodes of the largest Deployment
// that etcd would store, a few times.
const maxNodes = 200_000

// parse reads a text that holds exactly one YAML document and returns its root. Aliases and merge
// keys are expanded as Kubernetes does it; the nodes that come from there have no position (Line
// 0).
func parse(document []byte) (*yaml.Node, error) {
	return parseWithin(document, nil)
}

// parseWithin is parse with a budget of nodes that aliases may expand to; nil is one of maxNodes
// for this document alone.
func parseWithin(document []byte, budget *int) (*yaml.Node, error) {
	if budget == nil {
		budget = new(int)
		*budget = maxNodes
	}
	decoder := yaml.NewDecoder(bytes.NewReader(document))
	var root, second yaml.Node
	if err := decoder.Decode(&root); err != nil {
		if errors.Is(err, io.EOF) {
			return nil, errors.New("the document is empty")
		}
		return nil, err
	}
	if err := decoder.Decode(&second); !errors.Is(err, io.EOF) {
		return nil, errors.New("a second document begins inside of it")
	}
	top := root.Content[0]
	top.FootComment += root.FootComment
	x := expansion{open: map[*yaml.Node]bool{}, budget: budget}
	return x.expand(top, false)
}

// expansion replaces aliases by copies of what they stand for. It refuses an alias inside its own
// anchor, and growth beyond the budget.
type expansion struct {
	open   map[*yaml.Node]bool // nodes that are being expanded
	budget *int                // copies that may still be made
}

// expand returns a copy of node without aliases; copied is whether node is reached through one.
func (x *expansion) expand(node *yaml.Node, copied bool) (*yaml.Node, error) {
	if node.Kind == yaml.AliasNode {
		return x.expand(node.Alias, true)
	}
	if x.open[node] {
		return nil, fmt.Errorf("line %d: anchor %q contains itself", node.Line, node.Anchor)
	}
	if copied {
		if *x.budget--; *x.budget < 0 {
			return nil, fmt.Errorf("the aliases of the stream expand to more than %d nodes", maxNodes)
		}
	}
	x.open[node] = true
	defer delete(x.open, node)

	expanded := *node
	expanded.Content = nil
	if copied {
		expanded.Anchor, expanded.Line, expanded.Column = "", 0, 0
	}
	for i, child := range node.Content {
		c, err := x.expand(child, copied)
		if err != nil {
			return nil, err
		}
		if node.Kind == yaml.MappingNode && i%2 == 0 && c.Kind != yaml.ScalarNode {
			return nil, fmt.Errorf("line %d: a key is a mapping or a list, which JSON and Kubernetes do not have", child.Line)
		}
		expanded.Content = append(expanded.Content, c)
	}
	return &expanded, mergeKeys(&expanded)
}
