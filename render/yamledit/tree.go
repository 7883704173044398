package yamledit

import (
	"bytes"
	"errors"
	"fmt"
	"io"

	"sigs.k8s.io/kustomize/kyaml/yaml"
)

// maxExpanded bounds what the aliases of a stream may add, in bytes, if it were written out: more
// than etcd would store.
const maxExpanded = 2 << 20

// parse reads a text that holds exactly one YAML document and returns its root. Aliases are expanded;
// the nodes that come from there have no position (Line 0).
func parse(document []byte) (*yaml.Node, error) {
	return parseWithin(document, new(maxExpanded))
}

// parseWithin is parse with the budget of a stream for what aliases expand to.
func parseWithin(document []byte, budget *int) (*yaml.Node, error) {
	if bytes.HasPrefix(document, []byte("\xff\xfe")) || bytes.HasPrefix(document, []byte("\xfe\xff")) {
		return nil, errors.New("it is UTF-16, and Kubernetes reads UTF-8")
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
	return x.expand(top, 0, false)
}

// expansion replaces aliases by copies of what they stand for. It refuses an alias inside its own
// anchor, and growth beyond the budget.
type expansion struct {
	open   map[*yaml.Node]bool // nodes that are being expanded
	budget *int                // bytes that copies may still take
}

// expand returns a copy of node without aliases; copied is whether node is reached through one.
func (x *expansion) expand(node *yaml.Node, depth int, copied bool) (*yaml.Node, error) {
	if node.Kind == yaml.AliasNode {
		return x.expand(node.Alias, depth, true)
	}
	if x.open[node] {
		return nil, fmt.Errorf("line %d: anchor %q contains itself", node.Line, node.Anchor)
	}
	x.open[node] = true
	defer delete(x.open, node)

	expanded := *node
	expanded.Content = nil
	if copied {
		expanded.Anchor, expanded.Line, expanded.Column = "", 0, 0
		if *x.budget -= indentWidth*depth + len(node.Value) + 1; *x.budget < 0 {
			return nil, fmt.Errorf("the aliases of the stream, written out, take more than %d MiB", maxExpanded>>20)
		}
	}
	for i, child := range node.Content {
		c, err := x.expand(child, depth+1, copied)
		if err != nil {
			return nil, err
		}
		if node.Kind == yaml.MappingNode && i%2 == 0 && isMerge(c) {
			return nil, fmt.Errorf("line %d: a merge key (<<): write the keys that it adds in its place", child.Line)
		}
		expanded.Content = append(expanded.Content, c)
	}
	return &expanded, nil
}

// indentWidth is what kyaml indents by.
const indentWidth = yaml.DefaultIndent

func isMerge(key *yaml.Node) bool { return key.ShortTag() == yaml.MergeTag }
