package documents

import (
	"fmt"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

// A kind is what a directive makes of the text that it stands for.
type kind string

const (
	run    kind = "run"    // shell commands
	file   kind = "file"   // the content of a file in the working directory
	output kind = "output" // what the commands before it print
)

// A step is one part of a document that a run carries out.
type step struct {
	kind kind
	// argument is the name of a file, or the Helm of a run and its output: helm3, helm4 or both.
	argument string
	line     int // of the first line of text, counted from 1
	text     string
}

// appliesTo reports whether the step is one of a run with this Helm.
func (s step) appliesTo(helm string) bool {
	return s.kind == file || s.argument == both || s.argument == helm
}

const both = "both"

// helms are the names of a Helm, as directives and pinned tools have them.
var helms = []string{"helm3", "helm4"}

// helmsOf returns the Helms that the runs of a document name.
func helmsOf(steps []step) []string {
	var named []string
	for _, helm := range helms {
		if slices.ContainsFunc(steps, func(s step) bool { return s.kind == run && s.appliesTo(helm) }) {
			named = append(named, helm)
		}
	}
	return named
}

// A directive is an HTML comment of one word, or of a word, a colon and an
// argument. Other comments are for readers of the source.
var directiveForm = regexp.MustCompile(`^([a-z]+)(?:: *(.*))?$`)

// parseDirective returns the step that the first line of a comment announces,
// and false for a comment that announces none.
func parseDirective(comment string) (step, bool, error) {
	found := directiveForm.FindStringSubmatch(strings.TrimSpace(comment))
	if found == nil {
		return step{}, false, nil
	}
	s := step{kind: kind(found[1]), argument: strings.TrimSpace(found[2])}
	valid := false
	switch s.kind {
	case run:
		valid = s.argument == both || slices.Contains(helms, s.argument)
	case file:
		valid = s.argument != "." && filepath.IsLocal(s.argument)
	case output:
		valid = s.argument == ""
	}
	if !valid {
		return step{}, false, fmt.Errorf("unknown directive %q: there are run: helm3, run: helm4, run: both, file: NAME, output",
			strings.TrimSpace(comment))
	}
	return s, true, nil
}
