package yamledit

import (
	"strings"
	"testing"
)

// TestPrepend puts an item into the list `list`, in the forms that it is rendered in.
func TestPrepend(t *testing.T) {
	for name, c := range map[string]struct {
		text, want string
		rewritten  bool
	}{
		"indented list":   {text: "list:\n    # first\n    - a\nrest:   1\n", want: "list:\n    - new\n    # first\n    - a\nrest:   1\n"},
		"compact list":    {text: "list:   # c\n\n- a\n", want: "list:   # c\n- new\n\n- a\n"},
		"CRLF":            {text: "\ufeff---\r\nlist:\r\n- a\r\n...\r\n", want: "\ufeff---\r\nlist:\r\n- new\r\n- a\r\n...\r\n"},
		"empty list":      {text: "list: [] # c\nrest:   1", want: "list: # c\n- new\nrest:   1"},
		"flow list":       {text: "list: [a]\nrest:   1\n", want: "list: [new, a]\nrest:   1\n"},
		"behind an alias": {text: "x: &x\n- a\ny:   *x\nlist:\n- a\n", want: "x: &x\n- a\ny:   *x\nlist:\n- new\n- a\n"},
		"in front of one": {text: "x: &x\n- a\nlist:\n- a\ny:   *x\n", want: "x: &x\n- a\nlist:\n- new\n- a\ny:   *x\n"},
		"a quoted alias":  {text: "x: &x \"a\"\ny:   *x\nlist:\n- a\n", want: "x: &x \"a\"\ny:   *x\nlist:\n- new\n- a\n"},
		"null in front":   {text: "x:   # c\nlist:\n- a\n", want: "x:   # c\nlist:\n- new\n- a\n"},
		"nulls inside":    {text: "list:\n- # c\n-\n- ~\nx:   ~\n", want: "list:\n- new\n- # c\n-\n- ~\nx:   ~\n"},
		"null behind":     {text: "list:\n- a\n\n# c\nx:\n# d\n", want: "list:\n- new\n- a\n\n# c\nx:\n# d\n"},
		"JSON":            {text: "{\n\t\"list\": [\"a\"]\n}\n", want: "{\"list\": [new, \"a\"]}\n", rewritten: true},
		"JSON on a line":  {text: `{"list":[],"n":null}`, want: `{"list": [new], "n": null}` + "\n", rewritten: true},
		"alias":           {text: "x: &x\n- a\nlist: *x\n", want: "x:\n- a\nlist:\n- new\n- a\n", rewritten: true},
	} {
		t.Run(name, func(t *testing.T) {
			doc := Split([]byte(c.text)).Documents[0]
			root, err := doc.Root()
			if err != nil {
				t.Fatal(err)
			}
			Prepend(root.Field("list").Value, Text("new"))
			got, err := doc.Bytes()
			if err != nil || string(got) != c.want || doc.Rewritten != c.rewritten {
				t.Errorf("got %q, %v, rewritten: %v; want %q", got, err, doc.Rewritten, c.want)
			}
		})
	}
}

// TestRefused has what programs read in different ways.
func TestRefused(t *testing.T) {
	for text, want := range map[string]string{
		"a: 1\n---\nb: 1\n":  "",
		"a: {<<: {b: 1}}\n":  "a merge key (<<)",
		"- <<\n- a: <<\n":    "",
		"\xff\xfea\x00:\x00": "UTF-16",
		"a: &a\n  b: *a\n":   `anchor "a" contains itself`,
		"# c\n":              "the document is empty",
	} {
		_, err := Split([]byte(text)).Documents[0].Root()
		if (err != nil) != (want != "") || err != nil && !strings.Contains(err.Error(), want) {
			t.Errorf("%q: got %v, want %q", text, err, want)
		}
	}
}

// TestOpenEnd appends to streams whose end would become a part of what follows, or change.
func TestOpenEnd(t *testing.T) {
	for text, open := range map[string]bool{
		"a: |\n  b": true, "a: |+\n  b\n": false, "a: |-\n  b": false, "a: 1": false, "a: 1\n...\n%TAG ! x\n": true, "%TAG ! x\n---\n": true,
	} {
		stream := Split([]byte(text))
		if err := stream.Append("", Map(), false); err != nil {
			t.Fatal(err)
		}
		if _, err := stream.Bytes(); (err != nil) != open {
			t.Errorf("%q: %v", text, err)
		}
	}
}
