package yamledit

import (
	"bytes"
	"errors"
	"slices"
	"strings"

	"github.com/aymanbagabas/go-udiff"
	"sigs.k8s.io/kustomize/kyaml/yaml"
)

// errNoPlace says that an edit cannot be written into the original text; the document is then
// serialized as a whole.
var errNoPlace = errors.New("no place in the text")

// carry writes the difference between two trees into the text that the first was read from. Each
// tree is serialized with a mark in place of each scalar that stays, so that the lines of both can
// be compared, and a line names the line of the text that it stands for. What differs is then
// written into the text there. The result can be wrong where the text is unusual: the caller reads
// it again and compares.
func carry(text []byte, before, after *yaml.Node) ([]byte, error) {
	end := ""
	if !bytes.HasSuffix(text, []byte("\n")) {
		if end = "\n"; bytes.Contains(text, []byte("\r\n")) {
			end = "\r\n"
		}
		text = slices.Concat(text, []byte(end))
	}
	edits, err := carriedEdits(text, before, after)
	if err != nil {
		return nil, err
	}
	carried, err := udiff.ApplyBytes(text, edits)
	if err != nil {
		return nil, errNoPlace // edits overlap
	}
	return bytes.TrimSuffix(carried, []byte(end)), nil
}

// carriedEdits are the edits of a text that ends in a line end.
func carriedEdits(text []byte, before, after *yaml.Node) ([]udiff.Edit, error) {
	_, _, tail := cutMarkers(text)
	if before.Style&yaml.FlowStyle != 0 {
		return nil, errNoPlace
	}
	c := &carrier{lineIndex: newLineIndex(text), scalars: map[string]*yaml.Node{}, edited: map[*yaml.Node]bool{}}
	c.last = len(c.starts) - len(newLineIndex(tail).starts) + 1
	c.addScalars(before)
	c.editScalars(after)
	old, err := c.lines(before)
	if err != nil {
		return nil, err
	}
	edited, err := c.lines(after)
	if err != nil {
		return nil, err
	}
	c.old, c.new = old, edited
	c.kept = make([]bool, len(edited.text))
	differ := differences(old.text, edited.text)
	c.markKept(differ)
	for _, d := range differ {
		if err := c.carryLines(d); err != nil {
			return nil, err
		}
	}
	return c.edits, nil
}

// A carrier turns the difference between two serialized trees into edits of the original text.
type carrier struct {
	lineIndex
	last    int                   // the line behind the document, where its `...` may be
	scalars map[string]*yaml.Node // of the text, by their marks
	edited  map[*yaml.Node]bool   // those with edits of their own
	old     serialized
	new     serialized
	kept    []bool // lines of new that are in old
	edits   []udiff.Edit
}

func (c *carrier) markKept(differ []difference) {
	from := 0
	for _, d := range append(differ, difference{from: len(c.kept)}) {
		for ; from < d.from; from++ {
			c.kept[from] = true
		}
		from = max(from, d.to)
	}
}

// carryLines puts new lines in the place of old ones, or, where none go, behind what the line above
// them stands for. Comments between lines that go stay, above the new ones.
func (c *carrier) carryLines(d difference) error {
	start := c.endOf(d.start - 1)
	end := start
	comments := ""
	if d.end > d.start {
		first := c.old.first(d.start)
		if first == nil {
			return errNoPlace
		}
		start, end = first.Line, c.endOf(d.end-1)
		if end < start {
			return errNoPlace
		}
		if d.end-d.start > 1 {
			comments = c.comments(start, end)
		}
	}
	insert, err := c.shiftedLines(d, c.lineEnd(start))
	if err != nil {
		return err
	}
	c.edits = append(c.edits, udiff.Edit{Start: c.start(start), End: c.start(end), New: comments + insert})
	return nil
}

// endOf is the line of the text behind those that an old line stands for, without the blank lines
// and comments below it.
func (c *carrier) endOf(line int) int {
	for line >= 0 && c.old.first(line) == nil {
		line--
	}
	limit := c.last
	for next := line + 1; next < len(c.old.text); next++ {
		if first := c.old.first(next); first != nil {
			limit = first.Line
			break
		}
	}
	if line < 0 {
		return limit
	}
	marks := c.old.marks[line]
	last := marks[len(marks)-1]
	if last.Style&yaml.LiteralStyle != 0 {
		return min(limit, last.Line+1+len(strings.SplitAfter(strings.TrimSuffix(last.Value, "\n"), "\n")))
	}
	for limit > last.Line+1 && isBlankOrComment(c.line(limit-1)) {
		limit--
	}
	return limit
}

// comments are the lines of the text from start up to end that are comments.
func (c *carrier) comments(start, end int) string {
	var out strings.Builder
	for ; start < end; start++ {
		if line := c.line(start); bytes.HasPrefix(bytes.TrimLeft(line, " "), []byte("#")) {
			out.Write(line)
		}
	}
	return out.String()
}

// shiftedLines are the new lines of a difference, indented as the text is.
func (c *carrier) shiftedLines(d difference, lineEnd string) (string, error) {
	var out strings.Builder
	base, isItem, shift := -1, false, 0
	for at := d.from; at < d.to; at++ {
		line, err := c.unmarked(c.new.text[at])
		if err != nil {
			return "", err
		}
		indent, item := indentOf(line)
		switch {
		case line == "":
			out.WriteString(lineEnd)
			continue
		case indent < base || base < 0 || indent == base && isItem && !item:
			base, isItem, shift = indent, item, c.shift(d, indent, item)
		}
		out.WriteString(strings.Repeat(" ", max(0, indent+shift)) + line[indent:] + lineEnd)
	}
	return out.String(), nil
}

// shift is how far a new line has to go to the right: as far as a line beside it, in the same
// column, stands from it in the text, or the line that it is below of.
func (c *carrier) shift(d difference, indent int, item bool) int {
	if d.end > d.start {
		if shift, ok := c.shiftOf(c.old, d.start, indent, item); ok {
			return shift
		}
	}
	if d.to < len(c.new.text) {
		if shift, ok := c.shiftOf(c.new, d.to, indent, item); ok && strings.HasPrefix(c.new.text[d.to][indent:], "-") == item {
			return shift
		}
	}
	for at := d.from - 1; at >= 0; at-- {
		first := c.new.first(at)
		if !c.kept[at] || first == nil {
			continue
		}
		if shift, ok := c.shiftOf(c.new, at, indent, item); ok {
			return shift
		}
		if column := strings.Index(c.new.text[at], markOf(first)); column <= indent {
			return first.Column - 1 - column
		}
	}
	return 0
}

// shiftOf is how far the item, or the key, in a column of a serialized line stands to the right in
// the text.
func (c *carrier) shiftOf(s serialized, at, indent int, item bool) (shift int, ok bool) {
	first := s.first(at)
	if first == nil {
		return 0, false
	}
	if !item {
		return first.Column - 1 - indent, strings.Index(s.text[at], markOf(first)) == indent
	}
	column, isItem := indentOf(s.text[at])
	inText, isItemInText := indentOf(string(c.line(first.Line)))
	return inText - indent, isItem && isItemInText && column == indent
}

// indentOf is the indentation of a line, and whether an item of a list begins behind it.
func indentOf(line string) (indent int, item bool) {
	rest := strings.TrimLeft(line, " ")
	return len(line) - len(rest), strings.HasPrefix(rest, "-")
}
