package docs

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"unicode"
)

// A page is a Markdown document, or what of it the checks need.
type page struct {
	path    string   // slash-separated, from the top of the repository
	prose   string   // the text without code blocks and code spans; lines stay lines
	blocks  []string // code blocks; of an indented one, each line
	spans   []string // code spans
	anchors map[string]bool
}

var (
	fence    = regexp.MustCompile("^ *(`{3,}|~{3,})([^`]*)$")
	ticks    = regexp.MustCompile("`+")
	listItem = regexp.MustCompile(`^ *([-*+]|\d+[.)]) `)
	heading  = regexp.MustCompile(`(?m)^ {0,3}#{1,6} +(.*?) *#*$`)
	htmlID   = regexp.MustCompile(`<[a-z]+ [^>]*\b(?:id|name)="([^"]+)"`)
	linkText = regexp.MustCompile(`!?\[([^\]]*)\]\([^)]*\)`)
	htmlTag  = regexp.MustCompile(`<[^>]*>`)
)

// parse reads a document as GitHub shows it.
func parse(path, text string) (page, error) {
	p := page{path: path, anchors: map[string]bool{}}
	var outside []string // of code blocks
	var block strings.Builder
	open := ""
	inList, blank := false, true // of the lines before
	for line := range strings.Lines(text) {
		found := fence.FindStringSubmatch(strings.TrimRight(line, "\n"))
		indented := strings.HasPrefix(line, "    ")
		switch {
		case open == "" && found != nil:
			open = found[1]
			line = ""
		case open != "" && found != nil && strings.HasPrefix(found[1], open) && strings.TrimSpace(found[2]) == "":
			p.blocks = append(p.blocks, block.String())
			block.Reset()
			open, line = "", ""
		case open != "":
			block.WriteString(line)
			line = ""
		case indented && blank && !inList:
			p.blocks = append(p.blocks, line)
			line = ""
		case listItem.MatchString(line):
			inList = true
		case strings.TrimSpace(line) != "" && !strings.HasPrefix(line, " "):
			inList = false
		}
		blank = strings.TrimSpace(line) == ""
		outside = append(outside, strings.TrimRight(line, "\n"))
	}
	if open != "" {
		return p, fmt.Errorf("%s: a code block is not closed", path)
	}
	whole := strings.Join(outside, "\n")
	seen := map[string]int{}
	for _, found := range heading.FindAllStringSubmatch(whole, -1) {
		slug := anchor(found[1])
		if n := seen[slug]; n > 0 {
			p.anchors[fmt.Sprintf("%s-%d", slug, n)] = true
		} else {
			p.anchors[slug] = true
		}
		seen[slug]++
	}
	for _, found := range htmlID.FindAllStringSubmatch(whole, -1) {
		p.anchors[found[1]] = true
	}
	p.prose, p.spans = cutSpans(whole)
	return p, nil
}

// cutSpans takes the code spans out of a text. A span ends with as many
// backticks as it began with; others are text.
func cutSpans(text string) (prose string, spans []string) {
	var rest strings.Builder
	for {
		open := ticks.FindStringIndex(text)
		if open == nil {
			return rest.String() + text, spans
		}
		marks := text[open[0]:open[1]]
		rest.WriteString(text[:open[0]])
		text = text[open[1]:]
		for _, end := range ticks.FindAllStringIndex(text, -1) {
			if text[end[0]:end[1]] == marks {
				spans = append(spans, strings.Join(strings.Fields(text[:end[0]]), " "))
				text = text[end[1]:]
				break
			}
		}
	}
}

// anchor makes the name that GitHub gives a heading: lower case, without
// punctuation, spaces as hyphens.
func anchor(title string) string {
	title = htmlTag.ReplaceAllString(linkText.ReplaceAllString(title, "$1"), "")
	return strings.Map(func(r rune) rune {
		switch {
		case r == ' ':
			return '-'
		case r == '-' || r == '_' || unicode.IsLetter(r) || unicode.IsMark(r) || unicode.IsNumber(r):
			return unicode.ToLower(r)
		}
		return -1
	}, strings.TrimSpace(title))
}

// pages reads every document below a folder.
func pages(root string) (map[string]page, error) {
	all := map[string]page{}
	err := filepath.WalkDir(root, func(path string, entry os.DirEntry, err error) error {
		if err != nil {
			return err
		}
		hidden := strings.HasPrefix(entry.Name(), ".") && path != root && entry.Name() != ".github"
		if entry.IsDir() && (hidden || entry.Name() == "bin" || entry.Name() == "dist") {
			return filepath.SkipDir
		}
		if entry.IsDir() || filepath.Ext(path) != ".md" {
			return nil
		}
		content, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		name, err := filepath.Rel(root, path)
		if err != nil {
			return err
		}
		name = filepath.ToSlash(name)
		all[name], err = parse(name, string(content))
		return err
	})
	return all, err
}

func TestAnchor(t *testing.T) {
	for title, want := range map[string]string{
		"Quick start":                            "quick-start",
		"From a release, air-gapped":             "from-a-release-air-gapped",
		"`--via`: how & why?":                    "--via-how--why",
		"A [link](x.md) and a_b":                 "a-link-and-a_b",
		"<a id=\"x\"></a>快速开始（Helm 3）":           "快速开始helm-3",
		"What is `CI_SERVER_TLS_CA_FILE`'s use?": "what-is-ci_server_tls_ca_files-use",
	} {
		if got := anchor(title); got != want {
			t.Errorf("%q: %q, want %q", title, got, want)
		}
	}
}
