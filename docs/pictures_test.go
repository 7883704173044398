package docs

import (
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// checkPicture holds that an SVG is small, is XML, and brings and loads nothing.
func checkPicture(svg string) error {
	const most = 60_000 // bytes
	if len(svg) >= most {
		return fmt.Errorf("%d bytes, want less than %d", len(svg), most)
	}
	decoder := xml.NewDecoder(strings.NewReader(svg))
	for first := true; ; {
		token, err := decoder.Token()
		if errors.Is(err, io.EOF) && !first {
			return nil
		}
		if err != nil {
			return err
		}
		switch token := token.(type) {
		case xml.Directive:
			return fmt.Errorf("a document type")
		case xml.StartElement:
			if first && token.Name.Local != "svg" {
				return fmt.Errorf("begins with %s", token.Name.Local)
			}
			first = false
			if err := checkElement(token); err != nil {
				return err
			}
		case xml.CharData:
			if text := string(token); strings.Contains(text, "@import") || strings.Contains(strings.ReplaceAll(text, "url(#", ""), "url(") {
				return fmt.Errorf("a style that loads something")
			}
		}
	}
}

func checkElement(element xml.StartElement) error {
	switch element.Name.Local {
	case "script", "foreignObject", "image", "a", "iframe":
		return fmt.Errorf("an element %s", element.Name.Local)
	}
	for _, attribute := range element.Attr {
		name, value := attribute.Name.Local, attribute.Value
		switch {
		case strings.HasPrefix(name, "on"):
			return fmt.Errorf("an attribute %s", name)
		case name == "href" && !strings.HasPrefix(value, "#"),
			strings.Contains(value, "url(") && !strings.HasPrefix(value, "url(#"),
			strings.Contains(value, "data:"):
			return fmt.Errorf("a reference to %.60s", value)
		case name == "fill" && !colour.MatchString(value):
			return fmt.Errorf("the colour %q", value)
		}
	}
	return nil
}

var colour = regexp.MustCompile(`^(#[0-9a-fA-F]{6}|none)$`)

// Every picture is fit for a page, and is there in light and in dark.
func TestPictures(t *testing.T) {
	paths, err := filepath.Glob("pictures/*.svg")
	if err != nil || len(paths) == 0 {
		t.Fatalf("no pictures: %v", err)
	}
	for _, path := range paths {
		svg, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if err := checkPicture(string(svg)); err != nil {
			t.Errorf("%s: %v", path, err)
		}
		base, isLight := strings.CutSuffix(path, "-light.svg")
		if !isLight {
			base, _ = strings.CutSuffix(path, "-dark.svg")
		}
		for _, theme := range []string{"light", "dark"} {
			if _, err := os.Stat(base + "-" + theme + ".svg"); err != nil {
				t.Errorf("%s: %v", path, err)
			}
		}
	}
}

// The two drawings differ in their colours alone.
func TestDrawingsAreOne(t *testing.T) {
	style := regexp.MustCompile(`(?s)<style>.*</style>`)
	var drawings [2]string
	for i, theme := range []string{"light", "dark"} {
		content, err := os.ReadFile("pictures/how-it-works-" + theme + ".svg")
		if err != nil {
			t.Fatal(err)
		}
		drawings[i] = style.ReplaceAllString(string(content), "")
		if drawings[i] == string(content) {
			t.Errorf("%s: no style", theme)
		}
	}
	if drawings[0] != drawings[1] {
		t.Error("the light one and the dark one differ in more than their style")
	}
}

func TestCheckPicture(t *testing.T) {
	for svg, want := range map[string]string{
		`<svg><style>.a{marker-end:url(#b)}</style><g clip-path="url(#c)" fill="none"/></svg>`: "",
		``:              "EOF",
		`<svg>`:         "unexpected EOF",
		`<html></html>`: "begins with html",
		`<!DOCTYPE svg SYSTEM "http://a.example.com/x.dtd"><svg/>`: "a document type",
		`<svg><script/></svg>`: "an element script",
		`<svg onload="x()"/>`:  "an attribute onload",
		`<svg><use href="https://a.example.com/x.svg"/></svg>`:                        "a reference to https",
		`<svg><g fill="#-00001"/></svg>`:                                              `the colour "#-00001"`,
		`<svg><g filter="url(x.svg#y)"/></svg>`:                                       "a reference to url",
		`<svg><style>@font-face{src:url(data:font/woff2;base64,AA)}</style></svg>`:    "a style that loads",
		`<svg><style>@import "x.css";</style></svg>`:                                  "a style that loads",
		`<svg>` + strings.Repeat("<g/>", 15_000) + `</svg>`:                           "60011 bytes",
		`<svg><g style="background:url(https://a.example.com/x)"/></svg>`:             "a reference to",
		`<svg xmlns:x="http://www.w3.org/1999/xlink"><use x:href="data:a,b"/></svg>`:  "a reference to data",
		`<svg xmlns:x="http://www.w3.org/1999/xlink"><use x:href="#fragment"/></svg>`: "",
	} {
		err := checkPicture(svg)
		if (err == nil) != (want == "") || err != nil && !strings.Contains(err.Error(), want) {
			t.Errorf("%.80s: %v, want %q", svg, err, want)
		}
	}
}
