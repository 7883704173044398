package yamledit

import (
	"bytes"
	"encoding/json"
	"strings"

	"sigs.k8s.io/kustomize/kyaml/yaml"
)

// insertKeys puts new keys in front of a mapping's own.
func (s *splicer) insertKeys(b *yaml.Node, pairs []*yaml.Node, keyLine int) error {
	added := &yaml.Node{Kind: yaml.MappingNode, Tag: yaml.NodeTagMap, Content: pairs}
	if b.Style&yaml.FlowStyle != 0 {
		return s.insertFlow(b, added, '{')
	}
	for i := 0; i+1 < len(b.Content); i += 2 {
		key := b.Content[i]
		if !s.indentedBy(key) {
			continue
		}
		if i > 0 {
			// What looks like a comment above may belong to a block scalar.
			keyLine = 0
		}
		return s.insertAbove(key, added, keyLine)
	}
	return errNoPlace
}

// insertItems puts new items in front of a sequence's own.
func (s *splicer) insertItems(b *yaml.Node, items []*yaml.Node, keyLine int) error {
	if len(items) == 0 {
		return nil
	}
	added := listOf(items)
	if b.Style&yaml.FlowStyle != 0 {
		return s.insertFlow(b, added, '[')
	}
	at := s.offset(b)
	if at < 0 || s.text[at] != '-' || !s.indentedBy(b) {
		return errNoPlace
	}
	return s.insertAbove(b, added, keyLine)
}

// appendItems puts new items behind a block sequence's own.
func (s *splicer) appendItems(b *yaml.Node, items []*yaml.Node) error {
	if len(items) == 0 {
		return nil
	}
	if b.Style&yaml.FlowStyle != 0 || !s.indentedBy(b) {
		return errNoPlace
	}
	return s.insertLines(lastLine(b)+1, b.Column-1, listOf(items))
}

// insertAbove writes a collection, indented as node is, on lines of its own:
// right below the key's line, so that comments stay with what they were
// written for, else right above the node's line.
func (s *splicer) insertAbove(node, added *yaml.Node, keyLine int) error {
	line := node.Line
	if keyLine > 0 && keyLine < line && s.onlyComments(keyLine+1, line-1) {
		line = keyLine + 1
	}
	return s.insertLines(line, node.Column-1, added)
}

// insertUnderKey gives a key without a value (`volumes:`) its value.
func (s *splicer) insertUnderKey(key, value *yaml.Node) error {
	if s.offset(key) < 0 || value.Kind == yaml.ScalarNode {
		return errNoPlace
	}
	indent := key.Column - 1
	if value.Kind == yaml.MappingNode {
		indent += indentWidth
	}
	return s.insertLines(key.Line+1, indent, value)
}

func (s *splicer) insertLines(line, indent int, added *yaml.Node) error {
	at := s.start(line)
	insert, err := blockText(added, indent, s.lineEnd(at))
	if err != nil {
		return err
	}
	if at > 0 && !endsLine(s.text[:at]) {
		insert = s.lineEnd(s.start(line-1)) + strings.TrimRight(insert, "\r\n")
	}
	s.edits = append(s.edits, textEdit{at, at, insert})
	return nil
}

// endsLine reports whether the last line of a text has its line break.
func endsLine(text []byte) bool {
	return len(text) > len(bytes.TrimRight(text, "\r\n\u0085\u2028\u2029"))
}

// insertFlow puts JSON right behind the opening bracket, so that one line
// changes and JSON stays JSON.
func (s *splicer) insertFlow(b, added *yaml.Node, bracket byte) error {
	at := s.offset(b)
	if at < 0 || s.text[at] != bracket {
		return errNoPlace
	}
	insert, err := flowText(added)
	if err != nil {
		return err
	}
	insert = insert[1 : len(insert)-1]
	if len(b.Content) > 0 {
		insert += ", "
	}
	s.edits = append(s.edits, textEdit{at + 1, at + 1, insert})
	return nil
}

// replaceEntry writes one key with its value in the place of another.
func (s *splicer) replaceEntry(b *yaml.Node, gone, added []*yaml.Node) error {
	key, value := gone[0], gone[1]
	at := s.offset(key)
	if b.Style&yaml.FlowStyle != 0 || at < 0 {
		return errNoPlace
	}
	end := s.start(max(key.Line, lastLine(value)) + 1)
	newKey := *added[0]
	newKey.HeadComment = "" // it stands above, and stays there
	node := &yaml.Node{Kind: yaml.MappingNode, Tag: yaml.NodeTagMap, Content: []*yaml.Node{&newKey, added[1]}}
	insert, err := blockText(node, key.Column-1, s.lineEnd(end))
	if err != nil {
		return err
	}
	if !endsLine(s.text[:end]) {
		insert = strings.TrimRight(insert, "\r\n")
	}
	s.edits = append(s.edits, textEdit{at, end, strings.TrimLeft(insert, " ")})
	return nil
}

// blockText is a collection in block style, each line indented and ended as
// told.
func blockText(node *yaml.Node, indent int, lineEnd string) (string, error) {
	written, err := encode(node)
	if err != nil {
		return "", err
	}
	var out strings.Builder
	for line := range strings.Lines(string(written)) {
		out.WriteString(strings.Repeat(" ", indent) + strings.TrimSuffix(line, "\n") + lineEnd)
	}
	return out.String(), nil
}

// scalarText is a scalar in its style, on one line.
func scalarText(node *yaml.Node) (string, error) {
	bare := yaml.Node{Kind: yaml.ScalarNode, Tag: node.Tag, Value: node.Value, Style: node.Style}
	written, err := encode(&bare)
	if err != nil {
		return "", err
	}
	line := strings.TrimSuffix(string(written), "\n")
	if strings.ContainsAny(line, "\r\n") {
		return "", errNoPlace
	}
	return line, nil
}

// flowText is a tree as JSON, its keys in the tree's order.
func flowText(node *yaml.Node) (string, error) {
	if node.Kind == yaml.ScalarNode {
		return jsonScalar(node)
	}
	var parts []string
	for i, child := range node.Content {
		part, err := flowText(child)
		if err != nil {
			return "", err
		}
		if node.Kind == yaml.MappingNode && i%2 == 1 {
			parts[len(parts)-1] += ": " + part
		} else {
			parts = append(parts, part)
		}
	}
	inside := strings.Join(parts, ", ")
	if node.Kind == yaml.MappingNode {
		return "{" + inside + "}", nil
	}
	return "[" + inside + "]", nil
}

func jsonScalar(node *yaml.Node) (string, error) {
	if node.ShortTag() != yaml.NodeTagString {
		return node.Value, nil // a bool or a number of the edits' own
	}
	var out bytes.Buffer
	encoder := json.NewEncoder(&out)
	encoder.SetEscapeHTML(false)
	err := encoder.Encode(node.Value)
	return strings.TrimSpace(out.String()), err
}
