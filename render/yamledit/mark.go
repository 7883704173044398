package yamledit

import (
	"fmt"
	"regexp"
	"strings"
	"sync"

	"sigs.k8s.io/kustomize/kyaml/yaml"
)

// serialized is a tree in lines, in which scalars of the text are marks.
type serialized struct {
	text  []string
	marks [][]*yaml.Node // in each line
}

// first is the first scalar of the text in a line; nil for none.
func (s serialized) first(line int) *yaml.Node {
	if line < 0 || line >= len(s.marks) || len(s.marks[line]) == 0 {
		return nil
	}
	return s.marks[line][0]
}

// markOf stands for a scalar: a word of its position, which no chart has.
func markOf(node *yaml.Node) string { return fmt.Sprintf("\ue000%d.%d\ue000", node.Line, node.Column) }

var markPattern = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile("\ue000[0-9]+\\.[0-9]+\ue000") })

// addScalars notes the scalars of the text. An implicit null has none there, and a copy that an
// alias stands for no position.
func (c *carrier) addScalars(node *yaml.Node) {
	if node.Kind == yaml.ScalarNode && node.Line > 0 && !yaml.IsYNodeTaggedNull(node) {
		c.scalars[markOf(node)] = node
	}
	for _, child := range node.Content {
		c.addScalars(child)
	}
}

// lines serializes a tree with its marks.
func (c *carrier) lines(tree *yaml.Node) (serialized, error) {
	lists := yaml.SequenceIndentStyle(yaml.DeriveSeqIndentStyle(string(c.text)))
	written, err := encodeWithin(limitFor(c.text), c.marked(tree), lists)
	if err != nil {
		return serialized{}, err
	}
	s := serialized{text: strings.Split(strings.TrimSuffix(string(written), "\n"), "\n")}
	for _, line := range s.text {
		var marks []*yaml.Node
		for _, mark := range markPattern().FindAllString(line, -1) {
			if node := c.scalars[mark]; node != nil {
				marks = append(marks, node)
			}
		}
		s.marks = append(s.marks, marks)
	}
	return s, nil
}

// marked copies a tree with marks for the scalars that stay, and without the comments on lines of
// their own, which are in the text.
func (c *carrier) marked(node *yaml.Node) *yaml.Node {
	marked := *node
	marked.HeadComment, marked.FootComment, marked.Content = "", "", nil
	for _, child := range node.Content {
		marked.Content = append(marked.Content, c.marked(child))
	}
	if old := c.scalars[markOf(node)]; node.Kind == yaml.ScalarNode && old != nil {
		if stays := old.Value == node.Value && old.ShortTag() == node.ShortTag(); stays || c.edited[old] {
			marked.Value, marked.Tag, marked.Style = markOf(node), yaml.NodeTagString, 0
		}
	}
	marked.Style = writableStyle(marked.Style)
	for i := 1; i < len(marked.Content) && node.Kind == yaml.MappingNode; i += 2 {
		openFlow(marked.Content[i-1], marked.Content[i])
	}
	return &marked
}

// openFlow makes a block of a flow collection that was empty (`volumes: []`), where its first items
// are.
func openFlow(key, value *yaml.Node) {
	isNew := func(child *yaml.Node) bool { return child.Line == 0 }
	if value.Style&yaml.FlowStyle == 0 || len(value.Content) == 0 || !isNew(value.Content[0]) || !isNew(value.Content[len(value.Content)-1]) {
		return
	}
	value.Style &^= yaml.FlowStyle
	if key.LineComment == "" {
		key.LineComment, value.LineComment = value.LineComment, ""
	}
}

// unmarked puts the scalars of the text in place of their marks.
func (c *carrier) unmarked(line string) (string, error) {
	var fault error
	line = markPattern().ReplaceAllStringFunc(line, func(mark string) string {
		node := c.scalars[mark]
		if node == nil {
			return mark
		}
		written, err := encode(&yaml.Node{Kind: yaml.ScalarNode, Tag: node.Tag, Value: node.Value, Style: node.Style})
		scalar := strings.TrimSuffix(string(written), "\n")
		if err != nil || strings.Contains(scalar, "\n") {
			fault = errNoPlace
		}
		return scalar
	})
	return line, fault
}
