package yamledit

import (
	"bytes"
	"errors"
	"slices"
	"strings"

	"github.com/aymanbagabas/go-udiff"
	"sigs.k8s.io/kustomize/kyaml/yaml"
)

// errNoPosition says that an edit cannot be written into the original text; the document is then
// serialized as a whole.
var errNoPosition = errors.New("no position in the text")

// carry writes the difference between two trees into the text that the first was read from. Each
// tree is serialized with a mark in place of each scalar that stays: so the lines of both can be
// compared, and a line names the line of the text that it stands for. What differs is then written
// into the text there. The result can be wrong where the text is unusual, so the caller reads it
// again and compares.
func carry(text []byte, before, after *yaml.Node) ([]byte, error) {
	end := ""
	if !bytes.HasSuffix(text, []byte("\n")) {
		end = lineEndOf(text)
		text = slices.Concat(text, []byte(end))
	}
	edits, err := carriedEdits(text, before, after)
	if err != nil {
		return nil, err
	}
	carried, err := udiff.ApplyBytes(text, edits)
	return bytes.TrimSuffix(carried, []byte(end)), err
}

// A carrier turns the difference between two serialized trees into edits of the original text.
type carrier struct {
	text     []byte
	starts   []int                 // the offset of each line, and the end of the text
	end      int                   // the line behind the document, where its `...` may be
	scalars  map[string]*yaml.Node // of the text, by their marks
	old, new serialized
	edits    []udiff.Edit
}

// carriedEdits returns the edits of a text that ends in a line end.
func carriedEdits(text []byte, before, after *yaml.Node) (_ []udiff.Edit, err error) {
	if before.Style&yaml.FlowStyle != 0 {
		return nil, errNoPosition
	}
	bare := bytes.TrimPrefix(text, byteOrderMark) // which columns do not count
	c := &carrier{text: text, starts: []int{len(text) - len(bare)}, scalars: map[string]*yaml.Node{}}
	for line := range bytes.Lines(bare) {
		c.starts = append(c.starts, c.starts[len(c.starts)-1]+len(line))
	}
	_, _, tail := cutMarkers(text)
	c.end = len(c.starts) - bytes.Count(tail, []byte("\n"))
	before, after = c.prune(before, after)
	c.addScalars(before)
	after = writable(after)
	c.editScalars(after)
	if c.old, err = c.serialize(writable(before)); err != nil {
		return nil, err
	}
	if c.new, err = c.serialize(after); err != nil {
		return nil, err
	}
	differ := differences(c.old.lines, c.new.lines)
	for _, d := range differ {
		clear(c.new.marks[d.from:d.to]) // these lines stand for none of the text
	}
	for _, d := range differ {
		if err := c.carryLines(d); err != nil {
			return nil, err
		}
	}
	return c.edits, nil
}

// start returns the offset of a line, from 1; the text's end for lines past it. The YAML library also
// counts lines at CR, NEL, LS and PS, which no chart renders: most of these texts are serialized as a whole.
func (c *carrier) start(line int) int { return c.starts[min(max(line, 1), len(c.starts))-1] }

// line returns a line of the text, from 1, with its break; nothing past the end.
func (c *carrier) line(line int) []byte { return c.text[c.start(line):c.start(line+1)] }

// lineEnd returns how the line above ends, or the first one.
func (c *carrier) lineEnd(line int) string { return lineEndOf(c.line(max(1, line-1))) }

func lineEndOf(text []byte) string {
	if line, _, _ := bytes.Cut(text, []byte("\n")); bytes.HasSuffix(line, []byte("\r")) {
		return "\r\n"
	}
	return "\n"
}

// carryLines puts new lines in the place of old ones, or, where none go, behind what the line above
// them stands for. Comments between lines that go stay, above the new ones.
func (c *carrier) carryLines(d difference) error {
	start := c.endOf(d.start - 1)
	end := start
	if d.end > d.start {
		first := c.old.first(d.start)
		if first == nil {
			return errNoPosition
		}
		start, end = first.Line, c.endOf(d.end-1)
	}
	if end < start {
		return errNoPosition
	}
	insert := c.shiftedLines(d, c.lineEnd(start))
	if d.end-d.start > 1 {
		insert = c.comments(start, end) + insert
	}
	c.edits = append(c.edits, udiff.Edit{Start: c.start(start), End: c.start(end), New: insert})
	return nil
}

// endOf returns the line of the text behind those that an old line stands for, without the blank lines
// and comments below it.
func (c *carrier) endOf(line int) int {
	for line >= 0 && c.old.first(line) == nil {
		line--
	}
	end := c.end
	for next := line + 1; next < len(c.old.lines); next++ {
		if first := c.old.first(next); first != nil {
			end = first.Line
			break
		}
	}
	if line < 0 {
		return end
	}
	last := c.old.marks[line][len(c.old.marks[line])-1]
	if last.Style&yaml.LiteralStyle != 0 {
		return min(end, last.Line+1+len(valueLines(last.Value)))
	}
	for end > last.Line+1 && (isComment(c.line(end-1)) || len(bytes.Trim(c.line(end-1), spaces)) == 0) {
		end--
	}
	return end
}

// comments returns the lines of the text from start up to end that are comments.
func (c *carrier) comments(start, end int) string {
	var out strings.Builder
	for ; start < end; start++ {
		if line := c.line(start); isComment(line) {
			out.Write(line)
		}
	}
	return out.String()
}

func isComment(line []byte) bool { return bytes.HasPrefix(bytes.TrimLeft(line, " \t"), []byte("#")) }

// shiftedLines returns the new lines of a difference, indented as the text is.
func (c *carrier) shiftedLines(d difference, lineEnd string) string {
	var out strings.Builder
	base, shift, isItem := -1, 0, false
	for at := d.from; at < d.to; at++ {
		line := c.unmarked(c.new.lines[at])
		indent, item := indentOf(line)
		if line != "" && (base < 0 || indent < base || indent == base && isItem && !item) {
			base, isItem, shift = indent, item, c.shift(d, indent, item)
		}
		if line != "" {
			line = strings.Repeat(" ", max(0, indent+shift)) + line[indent:]
		}
		out.WriteString(line + lineEnd)
	}
	return out.String()
}

// shift returns how far a new line has to go to the right: as far as the line below, or one above, does
// that begins with an item, or a key, in the same column; else as far as the key that it is under.
func (c *carrier) shift(d difference, indent int, item bool) int {
	if below := c.new.first(d.to); below != nil {
		if column, isItem := indentOf(c.new.lines[d.to]); column == indent && isItem == item {
			return c.column(below, item) - indent
		}
	}
	for at := d.from - 1; at >= 0; at-- {
		first := c.new.first(at)
		if first == nil {
			continue
		}
		column, isItem := indentOf(c.new.lines[at])
		if item && isItem && column == indent {
			return c.column(first, true) - indent
		}
		if key := strings.Index(c.new.lines[at], edge+markOf(first)); key <= indent {
			return c.column(first, false) - key
		}
	}
	return 0
}

// column returns where a scalar begins in its line of the text, or the item that it is the first of.
func (c *carrier) column(scalar *yaml.Node, ofItem bool) int {
	if column, isItem := indentOf(string(c.line(scalar.Line))); ofItem && isItem {
		return column
	}
	return scalar.Column - 1
}

// indentOf returns the indentation of a line, and whether an item of a list begins behind it.
func indentOf(line string) (indent int, item bool) {
	rest := strings.TrimLeft(line, " ")
	return len(line) - len(rest), strings.HasPrefix(rest, "-")
}
