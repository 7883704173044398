package yamledit

import (
	"bytes"
	"cmp"
	"errors"
	"slices"
	"strings"

	"sigs.k8s.io/kustomize/kyaml/yaml"
)

// errNoPlace says that an edit cannot be written into the original text; the
// document is then serialized as a whole.
var errNoPlace = errors.New("no place in the text")

// A splicer writes the difference between two trees into the text that the
// first was read from, touching no line that need not be.
type splicer struct {
	lineIndex
	origin origins // node of the edited tree → its node in the text
	edits  []textEdit
}

// A textEdit puts insert in the place of text[at:end].
type textEdit struct {
	at, end int
	insert  string
}

// splice returns the document's text with the edits of its tree. What comes
// back may still be wrong where the text is unusual, so the caller reads it
// again and compares.
func splice(document []byte, before, after *yaml.Node, origin origins) ([]byte, error) {
	s := splicer{lineIndex: newLineIndex(document), origin: origin}
	if err := s.node(before, after, 0); err != nil {
		return nil, err
	}
	// An insertion goes in front of what is taken out at its place.
	slices.SortStableFunc(s.edits, func(a, b textEdit) int { return cmp.Or(a.at-b.at, a.end-b.end) })
	var out strings.Builder
	at := 0
	for _, edit := range s.edits {
		if edit.at < at {
			return nil, errNoPlace
		}
		out.Write(document[at:edit.at])
		out.WriteString(edit.insert)
		at = edit.end
	}
	out.Write(document[at:])
	return []byte(out.String()), nil
}

// node plans what makes a out of b. keyLine is the line of the key that b is
// the value of, 0 where there is none.
func (s *splicer) node(b, a *yaml.Node, keyLine int) error {
	switch {
	case b.Kind != a.Kind:
		return errNoPlace
	case b.Kind == yaml.MappingNode:
		return s.mapping(b, a, keyLine)
	case b.Kind == yaml.SequenceNode:
		return s.sequence(b, a, keyLine)
	case b.Value == a.Value:
		return nil
	case b.Style&yaml.LiteralStyle != 0 && a.Style&yaml.LiteralStyle != 0:
		return s.literal(b, a.Value)
	}
	return s.scalar(b, a)
}

func (s *splicer) mapping(b, a *yaml.Node, keyLine int) error {
	kept, values := map[*yaml.Node]bool{}, map[*yaml.Node]*yaml.Node{}
	for i := 0; i+1 < len(b.Content); i += 2 {
		values[b.Content[i]] = b.Content[i+1]
	}
	var added []*yaml.Node
	for i := 0; i+1 < len(a.Content); i += 2 {
		key, value := a.Content[i], a.Content[i+1]
		oldKey := s.origin[key]
		if oldKey == nil {
			added = append(added, key, value)
			continue
		}
		kept[oldKey] = true
		if err := s.value(oldKey, values[oldKey], value); err != nil {
			return err
		}
	}
	var gone []*yaml.Node
	for i := 0; i+1 < len(b.Content); i += 2 {
		if !kept[b.Content[i]] {
			gone = append(gone, b.Content[i], b.Content[i+1])
		}
	}
	switch {
	case len(gone) == 0 && len(added) == 0:
		return nil
	case len(gone) == 0:
		return s.insertKeys(b, added, keyLine)
	case len(gone) == 2 && len(added) == 2:
		return s.replaceEntry(b, gone, added)
	case len(added) == 0 && len(gone) < len(b.Content):
		return s.removeEntries(b, gone)
	}
	return errNoPlace
}

// value plans the edits of what stands under a key that stays.
func (s *splicer) value(oldKey, old, value *yaml.Node) error {
	switch {
	case yaml.IsYNodeTaggedNull(old) && !yaml.IsYNodeTaggedNull(value):
		if old.Value != "" {
			return errNoPlace // an explicit null
		}
		return s.insertUnderKey(oldKey, value)
	case s.origin[value] != old:
		return errNoPlace // a collection that was replaced
	}
	return s.node(old, value, oldKey.Line)
}

// sequence takes new items in front of the old ones or behind them, and old ones away.
func (s *splicer) sequence(b, a *yaml.Node, keyLine int) error {
	isOld := func(item *yaml.Node) bool { return s.origin[item] != nil }
	first := slices.IndexFunc(a.Content, isOld)
	if first < 0 {
		first = len(a.Content)
	}
	kept := a.Content[first:]
	if end := slices.IndexFunc(kept, func(item *yaml.Node) bool { return !isOld(item) }); end >= 0 {
		kept = kept[:end]
	}
	next := 0
	for _, old := range b.Content {
		if next == len(kept) || s.origin[kept[next]] != old {
			if err := s.removeItem(b, old); err != nil {
				return err
			}
			continue
		}
		if err := s.node(old, kept[next], 0); err != nil {
			return err
		}
		next++
	}
	added := a.Content[first+len(kept):]
	if next < len(kept) || slices.ContainsFunc(added, isOld) || len(a.Content) == 0 && len(b.Content) > 0 {
		return errNoPlace // in another order; or none is left, and the lines would read as null
	}
	if err := s.appendItems(b, added); err != nil {
		return err
	}
	return s.insertItems(b, a.Content[:first], keyLine)
}

// scalar replaces a scalar on one line by another in the same style.
func (s *splicer) scalar(b, a *yaml.Node) error {
	at := s.offset(b)
	written, err := scalarText(b)
	if err != nil || at < 0 || !bytes.HasPrefix(s.text[at:], []byte(written)) {
		return errNoPlace
	}
	insert, err := scalarText(a)
	if err != nil {
		return err
	}
	s.edits = append(s.edits, textEdit{at, at + len(written), insert})
	return nil
}
