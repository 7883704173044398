package yamledit

import (
	"slices"

	"sigs.k8s.io/kustomize/kyaml/yaml"
)

// prune copies two trees of a document with a mark in the place of each collection that stays where it is, so that
// little more is serialized than what differs. The first of a parent is none of them: what comes in front of it
// would share its line.
func (c *carrier) prune(before, after *yaml.Node) (_, _ *yaml.Node) {
	old, edited := *before, *after
	old.Content, edited.Content = slices.Clone(before.Content), slices.Clone(after.Content)
	next, first := 0, 0
	if before.Kind == yaml.MappingNode {
		first = 1
	}
	for to, child := range after.Content {
		if child.Line == 0 {
			continue // it is new
		}
		from := next
		for from < len(before.Content) && !isAt(before.Content[from], child) {
			from++
		}
		if from == len(before.Content) {
			continue
		}
		next = from + 1
		switch was := before.Content[from]; {
		case !stays(was, child):
			old.Content[from], edited.Content[to] = c.prune(was, child)
		case before.Style&yaml.FlowStyle == 0 && from > first && to > first && (first == 0 || stays(before.Content[from-1], after.Content[to-1])):
			old.Content[from] = c.markOfAll(child)
			edited.Content[to] = old.Content[from]
		}
	}
	return &old, &edited
}

// isAt reports whether two nodes are at one place of the text.
func isAt(a, b *yaml.Node) bool { return a.Line == b.Line && a.Column == b.Column }

// stays reports whether a tree is as it was read, and none of it came from an alias.
func stays(old, edited *yaml.Node) bool {
	return old.Line > 0 && isAt(old, edited) && old.Kind == edited.Kind && old.Tag == edited.Tag && old.Value == edited.Value &&
		slices.EqualFunc(old.Content, edited.Content, stays)
}

// markOfAll returns a scalar that stands for a collection, by the marks of its first and its last scalar; one
// without such, or a scalar, as it is.
func (c *carrier) markOfAll(node *yaml.Node) *yaml.Node {
	first, last := outermost(node, false), outermost(node, true)
	if first == nil || first == node {
		return node
	}
	c.addScalars(first)
	c.addScalars(last)
	return &yaml.Node{Kind: yaml.ScalarNode, Tag: yaml.NodeTagString, Value: edge + markOf(first) + edge + edge + markOf(last) + edge}
}

// outermost returns the first scalar of a tree, or the last one; nil for none.
func outermost(node *yaml.Node, last bool) *yaml.Node {
	if node.Kind == yaml.ScalarNode {
		return node
	}
	for i := range node.Content {
		if last {
			i = len(node.Content) - 1 - i
		}
		if found := outermost(node.Content[i], last); found != nil {
			return found
		}
	}
	return nil
}
