package yamledit

import (
	"fmt"
	"regexp"
	"strings"
	"sync"

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

// markOf returns what stands for a scalar: its position, between characters that no chart has.
func markOf(node *yaml.Node) string { return fmt.Sprintf("\ue000%d.%d\ue000", node.Line, node.Column) }

var markPattern = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile("\ue000[0-9.]+\ue000") })

// addScalars notes the scalars of the text. A null may have no text, and what an alias stands for
// has no position.
func (c *carrier) addScalars(node *yaml.Node) {
	if node.Kind == yaml.ScalarNode && node.Line > 0 && !yaml.IsYNodeTaggedNull(node) {
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
		for _, mark := range markPattern().FindAllString(line, -1) {
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
	if old := c.scalars[markOf(node)]; node.Kind == yaml.ScalarNode && old != nil {
		if old.Value == node.Value && old.ShortTag() == node.ShortTag() {
			node.Value, node.Tag, node.Style = markOf(node), yaml.NodeTagString, 0
		}
	}
	for _, child := range node.Content {
		c.mark(child)
	}
}

// unmarked puts the scalars of the text in place of their marks. One of several lines does not fit there,
// and what comes of it is not the edited tree.
func (c *carrier) unmarked(line string) string {
	return markPattern().ReplaceAllStringFunc(line, func(mark string) string {
		if node := c.scalars[mark]; node != nil {
			return writtenScalar(node.Tag, node.Value, node.Style)
		}
		return mark
	})
}

// writtenScalar returns a scalar alone; "" for one that cannot be written.
func writtenScalar(tag, value string, style yaml.Style) string {
	written, _ := encode(&yaml.Node{Kind: yaml.ScalarNode, Tag: tag, Value: value, Style: style}, nil)
	return strings.TrimSuffix(string(written), "\n")
}
