package runners

import (
	"fmt"
	"math/rand/v2"
	"strconv"
	"strings"
)

// A field of a mapping; a mapping is a []field, a sequence a []any, anything else a scalar.
type field struct {
	key   string
	value any
}

// A style is how a document is written.
type style struct {
	random   *rand.Rand
	indent   int  // of mappings
	listed   int  // of sequences below their key
	flow     int  // one mapping of so many is in flow style; 0: none
	comments bool // and blank lines, and blanks at the ends of lines
	quotes   int  // 0: where needed; 1: single; 2: double
}

func newStyle(random *rand.Rand) *style {
	s := &style{random: random, indent: 2, quotes: random.IntN(3), comments: random.IntN(2) == 0}
	if random.IntN(4) == 0 {
		s.indent = 4
	}
	if random.IntN(2) == 0 {
		s.listed = s.indent
	}
	if random.IntN(5) == 0 {
		s.flow = 6
	}
	return s
}

// text writes a document.
func (s *style) text(object []field) string {
	var b strings.Builder
	s.mapping(&b, object, 0)
	return b.String()
}

func (s *style) mapping(b *strings.Builder, fields []field, indent int) {
	for _, f := range fields {
		s.noise(b, indent)
		b.WriteString(strings.Repeat(" ", indent) + f.key + ":")
		s.value(b, f.value, indent)
	}
}

// value writes what is behind a key or the dash of an item.
func (s *style) value(b *strings.Builder, value any, indent int) {
	switch v := value.(type) {
	case []field:
		switch {
		case len(v) == 0:
			b.WriteString(" {}" + s.end())
		case s.flow > 0 && s.random.IntN(s.flow) == 0:
			b.WriteString(" " + flow(v) + s.end())
		default:
			b.WriteString(s.end())
			s.mapping(b, v, indent+s.indent)
		}
	case []any:
		switch {
		case len(v) == 0:
			b.WriteString(" []" + s.end())
		case s.flow > 0 && s.random.IntN(s.flow) == 0:
			b.WriteString(" " + flow(v) + s.end())
		default:
			b.WriteString(s.end())
			s.sequence(b, v, indent+s.listed)
		}
	case string:
		if strings.Contains(v, "\n") {
			s.literal(b, v, indent+s.indent)
			return
		}
		b.WriteString(" " + s.scalar(v) + s.end())
	case nil:
		b.WriteString(s.end())
	default:
		b.WriteString(" " + fmt.Sprint(v) + s.end())
	}
}

func (s *style) sequence(b *strings.Builder, items []any, indent int) {
	for _, item := range items {
		s.noise(b, indent)
		fields, isMapping := item.([]field)
		b.WriteString(strings.Repeat(" ", indent) + "-")
		if !isMapping || len(fields) == 0 || s.flow > 0 && s.random.IntN(s.flow) == 0 {
			if isMapping {
				b.WriteString(" " + flow(fields) + s.end())
			} else {
				s.value(b, item, indent)
			}
			continue
		}
		b.WriteString(" " + fields[0].key + ":")
		s.value(b, fields[0].value, indent+2)
		s.mapping(b, fields[1:], indent+2)
	}
}

// literal writes text of several lines.
func (s *style) literal(b *strings.Builder, text string, indent int) {
	chomp := ""
	if !strings.HasSuffix(text, "\n") {
		chomp = "-"
	}
	if s.random.IntN(6) == 0 {
		b.WriteString(" " + strconv.Quote(text) + "\n")
		return
	}
	b.WriteString(" |" + chomp + "\n")
	for line := range strings.Lines(text) {
		b.WriteString(strings.Repeat(" ", indent) + strings.TrimSuffix(line, "\n") + "\n")
	}
}

// scalar writes a string, so that it stays one.
func (s *style) scalar(text string) string {
	plain := text != "" && !strings.ContainsAny(text, ":#{}[]&*!|>'\"%@`, ") && (text[0] >= 'a' && text[0] <= 'z' || text[0] == '/') &&
		text != "null" && text != "true" && text != "false"
	switch {
	case plain && s.quotes == 0, plain && s.random.IntN(2) == 0:
		return text
	case s.quotes == 1:
		return "'" + strings.ReplaceAll(text, "'", "''") + "'"
	}
	return strconv.Quote(text)
}

// end ends a line.
func (s *style) end() string {
	if s.comments {
		switch s.random.IntN(12) {
		case 0:
			return " # volumes: here\n"
		case 1:
			return "  \n"
		}
	}
	return "\n"
}

// noise writes what is between lines.
func (s *style) noise(b *strings.Builder, indent int) {
	if s.comments {
		switch s.random.IntN(14) {
		case 0:
			b.WriteString("\n")
		case 1:
			b.WriteString(strings.Repeat(" ", indent) + "# - name: a comment\n")
		case 2:
			b.WriteString("# at the margin\n")
		}
	}
}

// flow writes a value in flow style, as JSON has it.
func flow(value any) string {
	var parts []string
	switch v := value.(type) {
	case []field:
		for _, f := range v {
			key := strconv.Quote(f.key)
			if f.key == "<<" {
				key = f.key // quoted, it merges nothing
			}
			parts = append(parts, key+": "+flow(f.value))
		}
		return "{" + strings.Join(parts, ", ") + "}"
	case []any:
		for _, item := range v {
			parts = append(parts, flow(item))
		}
		return "[" + strings.Join(parts, ", ") + "]"
	case string:
		return strconv.Quote(v)
	case nil:
		return "null"
	}
	return fmt.Sprint(value)
}
