package yamledit

import (
	"bytes"
	"errors"
	"io"
	"slices"
	"strings"

	"sigs.k8s.io/kustomize/kyaml/yaml"
)

// mask stands for what is hidden.
const mask = "***"

// Masked is the text as it came, with what is hidden replaced by "***"; it has the same lines.
// Choose is asked for each mapping of the document, with the scalars among its fields, and returns
// the paths below it whose scalars are hidden. The comments of such a mapping are hidden too, as they
// may have been values, but for "# Source: " of Helm. Text that does not parse is hidden as a whole.
func (d *Document) Masked(choose func(fields map[string]string) (paths [][]string)) []byte {
	head, body, tail := cutMarkers(d.text)
	decoder := yaml.NewDecoder(bytes.NewReader(d.text))
	var document, second yaml.Node
	if decoder.Decode(&document) != nil || !errors.Is(decoder.Decode(&second), io.EOF) {
		return slices.Concat(head, maskLines(body), tail)
	}
	m := &masker{
		lines: newLineIndex(d.text), end: len(head) + len(body),
		place: map[*yaml.Node]int{}, flow: map[*yaml.Node]bool{}, seen: map[*yaml.Node]bool{},
	}
	m.list(&document, false)
	for _, node := range m.nodes {
		if node.Kind != yaml.MappingNode {
			continue
		}
		paths := choose(scalarFields(node))
		if len(paths) > 0 {
			m.hideComments(node)
		}
		for _, path := range paths {
			for _, value := range valuesAt(node, path) {
				m.hide(value)
			}
		}
	}
	slices.SortFunc(m.spans, func(a, b [2]int) int { return a[0] - b[0] })
	return m.masked()
}

// A masker hides scalars of a document.
type masker struct {
	lines lineIndex
	end   int                 // of the content
	nodes []*yaml.Node        // as they stand in the text
	place map[*yaml.Node]int  // of each in nodes
	flow  map[*yaml.Node]bool // inside of brackets
	seen  map[*yaml.Node]bool // hidden, as aliases may have cycles
	spans [][2]int            // offsets of what is hidden
	parts [][2]int            // offsets of the lines whose comments are hidden
}

func (m *masker) list(node *yaml.Node, flow bool) {
	m.place[node] = len(m.nodes)
	m.nodes = append(m.nodes, node)
	m.flow[node] = flow
	for _, child := range node.Content {
		m.list(child, flow || node.Style&yaml.FlowStyle != 0)
	}
}

// hide notes where the scalars below a node stand; keys stay.
func (m *masker) hide(node *yaml.Node) {
	if m.seen[node] {
		return
	}
	m.seen[node] = true
	m.hideComments(node)
	switch node.Kind {
	case yaml.AliasNode:
		m.hide(node.Alias)
	case yaml.MappingNode:
		for i := 1; i < len(node.Content); i += 2 {
			m.hide(node.Content[i])
		}
	case yaml.SequenceNode:
		for _, item := range node.Content {
			m.hide(item)
		}
	case yaml.ScalarNode:
		if start := m.lines.offset(node); start >= 0 && start < m.end && (node.Value != "" || node.Style != 0) {
			m.spans = append(m.spans, [2]int{start, m.scalarEnd(node, start)})
		}
	}
}

// hideComments hides the comments in the lines of a node, from that of its key to that of what follows
// it; of a document, all that it has.
func (m *masker) hideComments(node *yaml.Node) {
	first := m.place[node]
	next := first + 1 + descendants(node)
	span := [2]int{0, len(m.lines.text)}
	if first > 1 { // behind the document and its content
		span[0] = m.lines.start(m.nodes[first-1].Line)
	}
	if next < len(m.nodes) {
		span[1] = m.lines.start(m.nodes[next].Line)
	}
	m.parts = append(m.parts, span)
}

// descendants are how many nodes are below one.
func descendants(node *yaml.Node) int {
	count := len(node.Content)
	for _, child := range node.Content {
		count += descendants(child)
	}
	return count
}

// scalarEnd is the offset behind a scalar. One that is not in quotes nor in brackets has its lines
// for itself, up to that of the next node.
func (m *masker) scalarEnd(node *yaml.Node, start int) int {
	text := m.lines.text[start:m.end]
	for len(text) > 0 && (text[0] == '!' || text[0] == '&') { // a tag, an anchor
		end := bytes.IndexAny(text, " \t\r\n")
		if end < 0 {
			return m.end
		}
		text = bytes.TrimLeft(text[end:], " \t\r\n")
		start = m.end - len(text)
	}
	switch {
	case len(text) > 0 && node.Style&(yaml.DoubleQuotedStyle|yaml.SingleQuotedStyle) != 0:
		return start + quotedLength(text)
	case m.flow[node]:
		if end := bytes.IndexAny(text, ",]}"); end >= 0 {
			return start + end
		}
		return m.end
	}
	next := m.place[node] + 1
	if next < len(m.nodes) && m.nodes[next].Line > node.Line {
		return m.lines.start(m.nodes[next].Line)
	}
	return m.end
}

// quotedLength is how long the quoted scalar is that a text begins with.
func quotedLength(text []byte) int {
	quote := text[0]
	for at := 1; at < len(text); at++ {
		switch {
		case quote == '"' && text[at] == '\\', quote == '\'' && bytes.HasPrefix(text[at:], []byte("''")):
			at++
		case text[at] == quote:
			return at + 1
		}
	}
	return len(text)
}

// masked is the text with its spans hidden.
func (m *masker) masked() []byte {
	var out []byte
	at := 0
	for _, span := range m.spans {
		if span[0] < at {
			continue
		}
		out = m.appendShown(out, at, span[0])
		out = append(out, maskLines(m.lines.text[span[0]:span[1]])...)
		at = span[1]
	}
	return m.appendShown(out, at, len(m.lines.text))
}

// appendShown appends what is not hidden between two offsets, but for comments inside of what is.
func (m *masker) appendShown(out []byte, start, end int) []byte {
	text := m.lines.text
	for at := start; at < end; at++ {
		out = append(out, text[at])
		if text[at] != '#' || at > 0 && !strings.ContainsRune(" \t\n\r", rune(text[at-1])) || !m.inPart(at) ||
			bytes.HasPrefix(text[at:], []byte("# Source: ")) {
			continue
		}
		for at+1 < end && text[at+1] != '\n' && text[at+1] != '\r' {
			at++
		}
		out = append(out, " "+mask...)
	}
	return out
}

// inPart reports whether an offset is inside of a mapping or list that is hidden.
func (m *masker) inPart(at int) bool {
	return slices.ContainsFunc(m.parts, func(part [2]int) bool { return part[0] <= at && at < part[1] })
}

// maskLines hides what stands in each line, but for its indentation.
func maskLines(text []byte) []byte {
	var out []byte
	for line := range bytes.Lines(text) {
		content := bytes.TrimLeft(line, " \t")
		out = append(out, line[:len(line)-len(content)]...)
		body := bytes.TrimRight(content, "\r\n")
		if len(body) > 0 {
			out = append(out, mask...)
		}
		out = append(out, content[len(body):]...)
	}
	return out
}

// scalarFields are the scalars among the fields of a mapping, with those that it merges.
func scalarFields(node *yaml.Node) map[string]string {
	fields := map[string]string{}
	eachField(node, 0, func(key string, value *yaml.Node) {
		if value.Kind == yaml.AliasNode {
			value = value.Alias
		}
		if value.Kind == yaml.ScalarNode {
			fields[key] = value.Value
		}
	})
	return fields
}

// valuesAt are the values at a path below a mapping: every one, where a key is there twice.
func valuesAt(node *yaml.Node, path []string) []*yaml.Node {
	if node.Kind == yaml.AliasNode {
		node = node.Alias
	}
	if len(path) == 0 {
		return []*yaml.Node{node}
	}
	var values []*yaml.Node
	eachField(node, 0, func(key string, value *yaml.Node) {
		if key == path[0] {
			values = append(values, valuesAt(value, path[1:])...)
		}
	})
	return values
}

// maxMerges bounds how deep merge keys lead into each other, which can be a cycle.
const maxMerges = 8

// eachField visits the fields of a mapping, and of those that it merges.
func eachField(node *yaml.Node, merges int, visit func(key string, value *yaml.Node)) {
	if node.Kind == yaml.AliasNode {
		node = node.Alias
	}
	if merges > maxMerges || node.Kind != yaml.MappingNode && node.Kind != yaml.SequenceNode {
		return
	}
	if node.Kind == yaml.SequenceNode { // of mappings to merge
		for _, merged := range node.Content {
			eachField(merged, merges+1, visit)
		}
		return
	}
	for i := 0; i+1 < len(node.Content); i += 2 {
		if isMerge(node.Content[i]) {
			eachField(node.Content[i+1], merges+1, visit)
			continue
		}
		visit(node.Content[i].Value, node.Content[i+1])
	}
}
