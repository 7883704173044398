// Command pictures makes the pictures of the documents: each is what a real run of the program
// prints to a terminal, drawn in light and in dark by freeze.
package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"time"

	"helm-runnertrust/e2e/internal/tool"
)

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: pictures FOLDER")
		os.Exit(2)
	}
	if err := run(os.Args[1]); err != nil {
		fmt.Fprintln(os.Stderr, "pictures:", err)
		os.Exit(1)
	}
}

// run writes every picture into the folder.
func run(folder string) error {
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Minute)
	defer cancel()
	freeze, err := tool.Build("freeze")
	if err != nil {
		return err
	}
	s, err := newStage(ctx)
	if err != nil {
		return err
	}
	defer s.close()
	for _, scene := range scenes {
		printed, err := s.play(ctx, scene)
		if err != nil {
			return fmt.Errorf("%s: %w", scene.name, err)
		}
		for _, theme := range themes {
			path := filepath.Join(folder, scene.name+"-"+theme.name+".svg")
			if err := draw(ctx, freeze, theme, printed, path); err != nil {
				return fmt.Errorf("%s: %w", path, err)
			}
		}
	}
	return nil
}

// A theme is the colours of a picture. The 16 colours of a terminal differ
// from one to the next, so those of the program are replaced by these.
type theme struct {
	name       string // of the file
	style      string // chroma's, which gives the text its colour
	background string
	border     string
	colours    *strings.Replacer
}

// The colours are those of GitHub's pages, where the pictures are seen most.
var themes = []theme{
	{"light", "modus-operandi", "#ffffff", "#d0d7de", colours("#cf222e", "#116329", "#0550ae", "#57606a")},
	{"dark", "github-dark", "#0d1117", "#30363d", colours("#ff7b72", "#7ee787", "#79c0ff", "#8b949e")},
}

// colours replaces red, green, cyan and grey (ECMA-48, SGR 31, 32, 36, 90).
func colours(codes ...string) *strings.Replacer {
	var pairs []string
	for i, code := range []string{"31", "32", "36", "90"} {
		var red, green, blue int
		if _, err := fmt.Sscanf(codes[i], "#%02x%02x%02x", &red, &green, &blue); err != nil {
			panic(err) // a constant of this file
		}
		pairs = append(pairs, "\x1b["+code+"m", fmt.Sprintf("\x1b[38;2;%d;%d;%dm", red, green, blue))
	}
	return strings.NewReplacer(pairs...)
}

// draw writes the SVG. No font is embedded: readers see their own. Neither is
// the address of a DTD, which freeze writes and no browser needs.
func draw(ctx context.Context, freeze string, t theme, printed, path string) error {
	cmd := exec.CommandContext(ctx, freeze, "--output", path, "--language", "ansi", "--theme", t.style,
		"--background", t.background, "--border.color", t.border, "--border.width", "1", "--border.radius", "8",
		"--window", "--padding", "16,20,20,20", "--line-height", "1.35", "--wrap", "110",
		"--font.family", "ui-monospace, SFMono-Regular, Menlo, Consolas, 'DejaVu Sans Mono', monospace", "--font.size", "13")
	cmd.Stdin = strings.NewReader(t.colours.Replace(printed))
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("freeze: %w\n%s", err, out)
	}
	svg, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	return os.WriteFile(path, doctype.ReplaceAll(svg, nil), 0o644)
}

var doctype = regexp.MustCompile(`<!DOCTYPE[^>]*>\n?`)
