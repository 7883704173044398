package documents

import (
	"fmt"
	"regexp"
	"strings"
)

// A fence opens or closes a code block (CommonMark 0.31, section 4.5). Blocks in
// lists are indented further than it allows outside of them.
var fenceForm = regexp.MustCompile("^( *)(`{3,}|~{3,}) *([^`]*)$")

// extract returns the steps of a Markdown document in their order. A directive
// stands directly above the code block that it is about, or holds the text
// itself, unseen by readers: <!-- run: both, lines, -->. Every error names
// its line.
func extract(document string) ([]step, error) {
	e := extractor{lines: strings.Split(strings.ReplaceAll(document, "\r\n", "\n"), "\n")}
	for e.next < len(e.lines) {
		if err := e.read(); err != nil {
			return nil, err
		}
	}
	return e.steps, e.settle()
}

type extractor struct {
	lines []string
	next  int // index of the line that comes next
	steps []step
	// waiting is the directive on the line before, which needs its block.
	waiting *step
}

// errorAt is an error about the line with an index.
func errorAt(index int, format string, args ...any) error {
	return fmt.Errorf("line %d: %w", index+1, fmt.Errorf(format, args...))
}

// settle fails when a directive has no block.
func (e *extractor) settle() error {
	if e.waiting == nil {
		return nil
	}
	return errorAt(e.waiting.line-1, "no code block directly below the directive %q", e.waiting.kind)
}

// read takes the next line, with all of the block or comment that it opens.
func (e *extractor) read() error {
	start := e.next
	line := e.lines[start]
	e.next++
	if fence := fenceForm.FindStringSubmatch(line); fence != nil {
		return e.block(start, fence)
	}
	if err := e.settle(); err != nil {
		return err
	}
	if strings.HasPrefix(strings.TrimSpace(line), "<!--") {
		return e.comment(start)
	}
	return nil
}

// block takes a code block up to the fence that closes it.
func (e *extractor) block(start int, fence []string) error {
	indent, marks, language := fence[1], fence[2], strings.TrimSpace(fence[3])
	var text strings.Builder
	for {
		if e.next == len(e.lines) {
			return errorAt(start, "the code block is not closed")
		}
		line := e.lines[e.next]
		e.next++
		end := fenceForm.FindStringSubmatch(line)
		if end != nil && end[3] == "" && strings.HasPrefix(end[2], marks) {
			break
		}
		text.WriteString(strings.TrimPrefix(line, indent) + "\n")
	}
	if e.waiting == nil {
		return nil
	}
	s := *e.waiting
	e.waiting = nil
	if s.kind == run && language != "sh" {
		return errorAt(start, "the code block to run is %q, want sh", language)
	}
	s.line, s.text = start+2, text.String()
	return e.add(s)
}

// comment takes an HTML comment up to its end.
func (e *extractor) comment(start int) error {
	first := strings.TrimPrefix(strings.TrimSpace(e.lines[start]), "<!--")
	first, rest, closed := strings.Cut(first, "-->")
	s, isDirective, err := parseDirective(first)
	if err != nil {
		return errorAt(start, "%w", err)
	}
	if closed {
		if isDirective && strings.TrimSpace(rest) != "" {
			return errorAt(start, "text behind a directive")
		}
		if isDirective {
			s.line = start + 1
			e.waiting = &s
		}
		return nil
	}
	var text strings.Builder
	for !closed {
		if e.next == len(e.lines) {
			return errorAt(start, "the comment is not closed")
		}
		line := e.lines[e.next]
		e.next++
		if closed = strings.Contains(line, "-->"); closed && isDirective && strings.TrimSpace(line) != "-->" {
			return errorAt(e.next-1, "--> that ends a directive needs a line of its own")
		}
		if !closed {
			text.WriteString(line + "\n")
		}
	}
	if !isDirective {
		first, _, _ := strings.Cut(strings.TrimSpace(text.String()), "\n")
		if _, late, err := parseDirective(first); late || err != nil {
			return errorAt(start, "the directive %q belongs on the line of <!--", first)
		}
		return nil
	}
	s.line, s.text = start+2, text.String()
	return e.add(s)
}

// add adds a step that makes sense where it is.
func (e *extractor) add(s step) error {
	if strings.TrimSpace(s.text) == "" {
		return errorAt(s.line-2, "the %s is empty", s.kind)
	}
	if s.kind == output {
		if len(e.steps) == 0 || e.steps[len(e.steps)-1].kind != run {
			return errorAt(s.line-2, "an output without a run before it")
		}
		s.argument = e.steps[len(e.steps)-1].argument
	}
	e.steps = append(e.steps, s)
	return nil
}
