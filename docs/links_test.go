// Package docs holds the tests of the documents.
package docs

import (
	"fmt"
	"net"
	"net/url"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

const top = ".."

var (
	inlineLink = regexp.MustCompile(`\]\(\s*<?([^)\s>]*)>?(?:\s+"[^"]*")?\s*\)`)
	definition = regexp.MustCompile(`(?m)^ {0,3}\[([^\]]+)\]:\s*<?(\S+?)>?(?:\s+"[^"]*")?\s*$`)
	reference  = regexp.MustCompile(`\]\[([^\]]*)\]`)
	attribute  = regexp.MustCompile(`\b(?:href|src|srcset)="([^"]*)"`)
	bareURL    = regexp.MustCompile(`\bhttps?://[^\s<>()\[\]"'|]+`)
)

// links returns where a page leads to, in the order of their forms.
func (p page) links() ([]string, error) {
	var found []string
	for _, form := range []*regexp.Regexp{inlineLink, attribute} {
		for _, match := range form.FindAllStringSubmatch(p.prose, -1) {
			found = append(found, match[1])
		}
	}
	labels := map[string]bool{}
	for _, match := range definition.FindAllStringSubmatch(p.prose, -1) {
		labels[strings.ToLower(match[1])] = true
		found = append(found, match[2])
	}
	for _, match := range reference.FindAllStringSubmatch(p.prose, -1) {
		if !labels[strings.ToLower(match[1])] {
			return nil, fmt.Errorf("%s: no definition of [%s]", p.path, match[1])
		}
	}
	return append(found, bareURL.FindAllString(p.prose, -1)...), nil
}

// check says what is wrong with a link of the page, nil for nothing. root is
// the folder that holds the repository.
func (p page) check(link, root string, all map[string]page) error {
	target, err := url.Parse(link)
	switch {
	case err != nil:
		return err
	case target.Scheme != "" || target.Host != "":
		return checkExternal(target)
	case link == "":
		return fmt.Errorf("empty")
	case strings.HasPrefix(target.Path, "/"):
		return fmt.Errorf("absolute")
	}
	name := p.path
	if target.Path != "" {
		name = path.Join(path.Dir(p.path), target.Path)
	}
	if !filepath.IsLocal(filepath.FromSlash(name)) {
		return fmt.Errorf("outside of the repository")
	}
	if _, isPage := all[name]; !isPage {
		if _, err := os.Stat(filepath.Join(root, filepath.FromSlash(name))); err != nil {
			return fmt.Errorf("there is no %s", name)
		}
	}
	if anchor := target.Fragment; anchor != "" && !all[name].anchors[anchor] {
		return fmt.Errorf("%s has no heading #%s", name, anchor)
	}
	return nil
}

// checkExternal wants https, save for hosts that are an example's or loopback's.
func checkExternal(target *url.URL) error {
	host := target.Hostname()
	ip := net.ParseIP(host)
	reserved := slices.ContainsFunc([]string{"localhost", "example", "test", "invalid", "example.com", "example.org", "example.net"},
		func(domain string) bool { return host == domain || strings.HasSuffix(host, "."+domain) })
	switch {
	case target.User != nil:
		return fmt.Errorf("with user or password")
	case !reserved && ip == nil && !strings.Contains(host, "."):
		return fmt.Errorf("no host %q", host)
	case target.Scheme == "https", target.Scheme == "http" && (reserved || ip.IsLoopback()):
		return nil
	}
	return fmt.Errorf("not https")
}

// Every link of every document leads somewhere, and stays in the repository or is https.
func TestLinks(t *testing.T) {
	all, err := pages(top)
	if err != nil {
		t.Fatal(err)
	}
	relative := 0
	for name, p := range all {
		links, err := p.links()
		if err != nil {
			t.Error(err)
		}
		for _, link := range links {
			if err := p.check(link, top, all); err != nil {
				t.Errorf("%s: link %q: %v", name, link, err)
			}
			if !strings.Contains(link, "://") {
				relative++
			}
		}
	}
	if relative < 5 {
		t.Errorf("%d links within the repository: they are not found", relative)
	}
}

func TestLinksOfAPage(t *testing.T) {
	root := t.TempDir()
	for _, folder := range []string{"docs", "docs/pictures"} {
		if err := os.Mkdir(filepath.Join(root, folder), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	for name, text := range map[string]string{"README.md": "# Top\n## A b\n## A b\n<a id=\"here\"></a>\n```\n# No\n```\n", "docs/pictures/a.svg": "<svg/>"} {
		if err := os.WriteFile(filepath.Join(root, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	all, err := pages(root)
	if err != nil {
		t.Fatal(err)
	}
	for text, want := range map[string]string{
		"[x](../README.md) [y](../README.md#top) [z](pictures/) `[n](none.md)`":    "",
		"[x](../README.md#a-b-1 \"title\") [x](../README.md#here) [x](#own)":       "",
		"![x](pictures/a.svg) <img src=\"pictures/a.svg\"> [x][A]\n\n[a]: a.md#x":  "there is no docs/a.md",
		"```\n[x](none.md)\n```\n[x](<../README.md>)":                              "",
		"https://pkg.go.dev/x and http://127.0.0.1:8080 and http://a.example.com/": "",
		"[x](none.md)":                           "there is no docs/none.md",
		"[x](../readme.md)":                      "there is no readme.md",
		"[x](../README.md#no)":                   "README.md has no heading #no",
		"[x](../README.md#a-b-2)":                "README.md has no heading #a-b-2",
		"[x](pictures/a.svg#L1)":                 "docs/pictures/a.svg has no heading #L1",
		"[x](#nowhere)":                          "docs/page.md has no heading #nowhere",
		"[x](../../elsewhere)":                   "outside of the repository",
		"[x](/README.md)":                        "absolute",
		"[x]()":                                  "empty",
		"see http://pkg.go.dev/x":                "not https",
		"[x](http://pkg.go.dev/x)":               "not https",
		"[x](ftp://pkg.go.dev/x)":                "not https",
		"a\n\n    [x](none.md)\nb":               "",
		"- a\n\n    [x](none.md)\n":              "there is no docs/none.md",
		"[x](//pkg.go.dev/x)":                    "not https",
		"[x](https://user@pkg.go.dev/x)":         "with user or password",
		"[x](https://nowhere/x)":                 `no host "nowhere"`,
		"[x][y]":                                 "no definition of [y]",
		"<source srcset=\"pictures/none.svg\">":  "there is no docs/pictures/none.svg",
		"text `a\nb` <a href=\"none.md\">x</a>":  "there is no docs/none.md",
		"``a ` b`` [x](../README.md#Top) ``c`` ": "README.md has no heading #Top",
	} {
		p, err := parse("docs/page.md", "# Own\n"+text)
		if err != nil {
			t.Fatal(err)
		}
		all[p.path] = p
		links, err := p.links()
		for _, link := range links {
			if err == nil {
				err = p.check(link, root, all)
			}
		}
		if (err == nil) != (want == "") || err != nil && !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %q", text, err, want)
		}
	}
	if _, err := parse("docs/page.md", "```\nopen\n"); err == nil {
		t.Error("an open code block is taken")
	}
}
