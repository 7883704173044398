package yamledit

import (
	"strconv"
	"strings"

	"sigs.k8s.io/kustomize/kyaml/yaml"
)

// serialized is a tree in lines, in which marks stand for scalars of the text.
type serialized struct {
	lines []string
	marks [][]*yaml.Node // the scalars of each line
}

// first returns the first scalar of the text in a line; nil for none.
func (s serialized) first(line int) *yaml.Node {
	if line < 0 || line >= len(s.marks) || len(s.marks[line]) == 0 {
		return nil
	}
	return s.marks[line][0]
}

// edge is on both sides of a mark, and no chart has it.
const edge = "\ue000"

// markOf returns what stands for a scalar, without its edges: its position.
func markOf(node *yaml.Node) string { return strconv.Itoa(node.Line) + "." + strconv.Itoa(node.Column) }

// addScalars notes the scalars of the text. What an alias stands for has no position.
func (c *carrier) addScalars(node *yaml.Node) {
	if node.Kind == yaml.ScalarNode && node.Line > 0 {
		c.scalars[markOf(node)] = node
	}
	for _, child := range node.Content {
		c.addScalars(child)
	}
}

// serialize writes a tree with marks, which it gets in place.
func (c *carrier) serialize(tree *yaml.Node) (s serialized, err error) {
	c.mark(tree)
	written, err := encode(tree, c.text)
	s.lines = strings.Split(strings.TrimSuffix(string(written), "\n"), "\n")
	for _, line := range s.lines {
		var marks []*yaml.Node
		for _, mark := range strings.Split(line, edge)[1:] {
			if node := c.scalars[mark]; node != nil {
				marks = append(marks, node)
			}
		}
		s.marks = append(s.marks, marks)
	}
	return s, err
}

// mark puts marks in the place of the scalars that stay. It drops the comments on lines of their own,
// which are in the text.
func (c *carrier) mark(node *yaml.Node) {
	node.HeadComment, node.FootComment = "", ""
	if node.Kind == yaml.ScalarNode {
		if old := c.scalars[markOf(node)]; old != nil && old.Value == node.Value {
			node.Value, node.Tag, node.Style = edge+markOf(node)+edge, yaml.NodeTagString, 0
		}
	}
	for _, child := range node.Content {
		c.mark(child)
	}
}

// unmarked puts the scalars of the text in place of their marks. One of several lines does not fit there,
// and what comes of it is not the edited tree.
func (c *carrier) unmarked(line string) string {
	parts := strings.Split(line, edge)
	for i := 1; i < len(parts); i++ {
		if node := c.scalars[parts[i]]; node != nil {
			parts[i] = writtenScalar(node.Tag, node.Value, node.Style)
		}
	}
	return strings.Join(parts, "")
}

// writtenScalar returns a scalar alone; "" for one that cannot be written.
func writtenScalar(tag, value string, style yaml.Style) string {
	written, _ := encode(&yaml.Node{Kind: yaml.ScalarNode, Tag: tag, Value: value, Style: style}, nil)
	return strings.TrimSuffix(string(written), "\n")
}
