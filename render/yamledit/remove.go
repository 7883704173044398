package yamledit

import (
	"bytes"

	"sigs.k8s.io/kustomize/kyaml/yaml"
)

// removeEntries takes the lines of keys with their values out of a block mapping that has others.
func (s *splicer) removeEntries(b *yaml.Node, gone []*yaml.Node) error {
	for i := 0; i+1 < len(gone); i += 2 {
		if b.Style&yaml.FlowStyle != 0 || !s.indentedBy(gone[i]) {
			return errNoPlace
		}
		s.removeLines(gone[i].Line, max(gone[i].Line, lastLine(gone[i+1])))
	}
	return nil
}

// removeItem takes the lines of one item out of a block sequence, with its `-`. Comments above it
// stay.
func (s *splicer) removeItem(b, item *yaml.Node) error {
	if b.Style&yaml.FlowStyle != 0 || s.offset(item) < 0 {
		return errNoPlace
	}
	line := s.line(item.Line)
	fromDash := bytes.TrimLeft(line, " ")
	if !bytes.HasPrefix(fromDash, []byte("-")) || len(line)-len(fromDash) != b.Column-1 {
		return errNoPlace
	}
	s.removeLines(item.Line, lastLine(item))
	return nil
}

// removeLines takes lines out, inclusive.
func (s *splicer) removeLines(first, last int) {
	s.edits = append(s.edits, textEdit{at: s.start(first), end: s.start(last + 1)})
}

// lastLine is the line of the last node of a tree. What goes on below it, a
// block scalar or a closing bracket, shows when the result is read again.
func lastLine(node *yaml.Node) int {
	last := node.Line
	for _, child := range node.Content {
		last = max(last, lastLine(child))
	}
	return last
}
