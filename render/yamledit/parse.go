package yamledit

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"

	"sigs.k8s.io/kustomize/kyaml/yaml"
)

// maxExpanded bounds what the aliases of a stream may add, in bytes, if it were written out: more
// than etcd would store.
const maxExpanded = 2 << 20

// parse reads a text that holds exactly one YAML document and returns its root. Aliases are expanded;
// the nodes that come from there have no position (Line 0). expanded counts their bytes.
func parse(document []byte, expanded *int) (*yaml.Node, error) {
	if IsUTF16(document) {
		return nil, errors.New("it is UTF-16, and Kubernetes reads UTF-8")
	}
	decoder := yaml.NewDecoder(bytes.NewReader(document))
	var root, second yaml.Node
	if err := decoder.Decode(&root); errors.Is(err, io.EOF) {
		return nil, errors.New("the document is empty")
	} else if err != nil {
		return nil, err
	}
	if err := decoder.Decode(&second); !errors.Is(err, io.EOF) {
		return nil, errors.New("a second document begins inside of it")
	}
	top := root.Content[0]
	top.FootComment += root.FootComment
	x := expansion{map[*yaml.Node]bool{}, expanded}
	return x.expand(top, 0)
}

// expansion replaces aliases by copies of what they stand for. It refuses an alias inside its own
// anchor, and growth beyond maxExpanded.
type expansion struct {
	open     map[*yaml.Node]bool // nodes with an anchor that are being expanded
	expanded *int                // bytes of copies
}

// expand puts copies in place of the aliases in a tree, and returns it.
func (x *expansion) expand(node *yaml.Node, depth int) (*yaml.Node, error) {
	if node.Kind == yaml.AliasNode {
		return x.copy(node.Alias, depth)
	}
	if node.Anchor != "" {
		x.open[node] = true
		defer delete(x.open, node)
	}
	for i, child := range node.Content {
		c, err := x.expand(child, depth+1)
		if err != nil {
			return nil, err
		}
		if node.Kind == yaml.MappingNode && i%2 == 0 && c.ShortTag() == yaml.MergeTag {
			return nil, fmt.Errorf("line %d: a merge key (<<): write the keys that it adds in its place", child.Line)
		}
		if node.Style&yaml.FlowStyle != 0 && yaml.IsYNodeTaggedNull(c) {
			c.Value = "null" // go.yaml.in/yaml/v3 writes one without a word as a part of its key
		}
		node.Content[i] = c
	}
	return node, nil
}

// copy copies what an alias stands for, in which no aliases are left.
func (x *expansion) copy(node *yaml.Node, depth int) (*yaml.Node, error) {
	if x.open[node] {
		return nil, fmt.Errorf("line %d: anchor %q contains itself", node.Line, node.Anchor)
	}
	if *x.expanded += yaml.DefaultIndent*depth + len(node.Value) + 1; *x.expanded > maxExpanded {
		return nil, fmt.Errorf("the aliases of the stream, written out, take more than %d MiB", maxExpanded>>20)
	}
	copied := *node
	copied.Anchor, copied.Line, copied.Column, copied.Content = "", 0, 0, nil
	for _, child := range node.Content {
		c, err := x.copy(child, depth+1)
		if err != nil {
			return nil, err
		}
		copied.Content = append(copied.Content, c)
	}
	return &copied, nil
}

// A SyntaxError is a text that is not one YAML document, or one that is refused.
type SyntaxError struct {
	Line    int // in the document, from 1; 0 where it is not known
	Message string
}

// Error returns the message, without the line.
func (e *SyntaxError) Error() string { return e.Message }

// newSyntaxError takes the line out of a message of go.yaml.in/yaml/v3 or of this package. A message that
// repeats text of the document is left out: it can be a password that begins with an asterisk, as an alias does.
func newSyntaxError(err error) *SyntaxError {
	if strings.Contains(err.Error(), "unknown anchor '") {
		return &SyntaxError{Message: "an alias (*) refers to an anchor that is not there"}
	}
	e := &SyntaxError{Message: strings.TrimPrefix(err.Error(), "yaml: ")}
	if found, _ := fmt.Sscanf(e.Message, "line %d:", &e.Line); found == 1 {
		_, e.Message, _ = strings.Cut(e.Message, ": ")
	}
	return e
}
