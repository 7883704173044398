package tomledit

import (
	"errors"
	"reflect"
	"strings"
	"testing"
)

// TestLineEnds has what files in testdata do not keep: CRLF, and a last line without its end.
func TestLineEnds(t *testing.T) {
	const (
		path   = `tls-ca-file = "/ca.crt"`
		script = "pre_build_script = '''\n" + ScriptBegin + "\ntrue\n" + ScriptEnd + "\n'''"
	)
	for name, test := range map[string]struct{ input, withPath, withScript string }{
		"header without its end": {
			"[[runners]]",
			"[[runners]]\n  " + path,
			"[[runners]]\n  " + script,
		},
		"header with a comment, without its end": {
			"a = 1\r\n[[runners]] # one",
			"a = 1\r\n[[runners]] # one\n  " + path,
			"a = 1\r\n[[runners]] # one\n  " + script,
		},
		"last line without its end": {
			"[[runners]]\n\tname = 'x'",
			"[[runners]]\n\t" + path + "\n\tname = 'x'",
			"[[runners]]\n\t" + script + "\n\tname = 'x'",
		},
		"CRLF": {
			"[[runners]]\r\n  name = 'x'\r\n",
			"[[runners]]\r\n  " + path + "\n  name = 'x'\r\n",
			"[[runners]]\r\n  " + script + "\n  name = 'x'\r\n",
		},
		"CRLF in a script": {
			"[[runners]]\r\npre_build_script = '''\r\necho\r\n'''\r\n",
			"[[runners]]\r\n" + path + "\npre_build_script = '''\r\necho\r\n'''\r\n",
			"[[runners]]\r\npre_build_script = '''\r\n" + ScriptBegin + "\ntrue\n" + ScriptEnd + "\necho\r\n'''\r\n",
		},
	} {
		t.Run(name, func(t *testing.T) {
			c := mustParse(t, test.input)
			for want, e := range map[string]trial{test.withPath: pathTrial("/ca.crt"), test.withScript: scriptTrial("true")} {
				text, err := e.edit(c)
				if err != nil || text != want {
					t.Errorf("%s: got %q, want %q; error %v", e.name, text, want, err)
				}
				e.check(t, c, want)
			}
			e := volumesTrial(wantedVolume)
			text, err := e.edit(c)
			if err != nil {
				t.Fatal(err)
			}
			e.check(t, c, text)
		})
	}
}

// TestValues sets what has to be escaped.
func TestValues(t *testing.T) {
	for _, input := range []string{"[[runners]]\n", "[[runners]]\ntls-ca-file = \"a\"\n"} {
		c := mustParse(t, input)
		for _, path := range []string{`C:\new "x"`, "it's", "'''", `"""`, "ä/\U0001F600.crt"} {
			text, err := c.SetTLSCAFile(path)
			if err != nil {
				t.Fatalf("%q in %q: %v", path, input, err)
			}
			pathTrial(path).check(t, c, text)
			if got, _, _ := mustParse(t, text).TLSCAFile(); got != path {
				t.Errorf("it is %q, want %q", got, path)
			}
		}
	}
}

// TestVolumes adds volumes of both kinds, and reads them back.
func TestVolumes(t *testing.T) {
	const base = "[[runners]]\n  [[runners.kubernetes.volumes.config_map]]\n    name = \"a\"\n# end\n[session_server]\nx = 1\n"
	c := mustParse(t, base)
	secret := Volume{Kind: "secret", Name: "b", MountPath: "/b", SubPath: "ca.crt", Items: map[string]string{"tls.crt": "ca.crt"}}
	text, err := c.AddJobVolumes(wantedVolume, secret)
	if err != nil {
		t.Fatal(err)
	}
	volumesTrial(wantedVolume, secret).check(t, c, text)
	if !strings.HasSuffix(text, volumesEnd+"\n# end\n[session_server]\nx = 1\n") {
		t.Errorf("it is not before the next table:\n%s", text)
	}
	if got, want := mustParse(t, text).Volumes(), []Volume{{Kind: "config_map", Name: "a"}, wantedVolume, secret}; !reflect.DeepEqual(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

func TestEditRefused(t *testing.T) {
	const literalScript = "[[runners]]\nname = 'x'\npre_build_script = '''\necho\n'''\n"
	block := func(lines string) string { return ScriptBegin + "\n" + lines + "\n" + ScriptEnd + "\n" }
	const gone = "it cannot be changed in this text"
	for name, test := range map[string]struct {
		input   string
		edit    func(*Config) (string, error)
		message string
		add     string
	}{
		"path is not UTF-8":   {"[[runners]]\n", pathTrial("\xff").edit, gone, "tls-ca-file = \"\xff\""},
		"path with a line":    {"[[runners]]\n", pathTrial("a\nb").edit, gone, "tls-ca-file = \"a\nb\""},
		"lines are not UTF-8": {literalScript, scriptTrial("\xff").edit, gone, block("\xff")},
		"quotes":              {literalScript, scriptTrial("echo '''").edit, gone, block("echo '''")},
		"escape": {
			strings.ReplaceAll(literalScript, "'''", `"""`), scriptTrial(`echo \n`).edit, gone, block(`echo \n`),
		},
		"too large a result": {
			"[[runners]]\n#" + strings.Repeat("x", maxSize-100), scriptTrial("echo " + strings.Repeat("y", 100)).edit, gone, "",
		},
		"a quote between quotes": {"[[runners]]\ntls-ca-file = 'a'\n", pathTrial("it's").edit, gone, `tls-ca-file = "it's"`},
		"an empty path":          {"[[runners]]\ntls-ca-file = ''\n", pathTrial("/a").edit, "it is not a path between plain quotes", `tls-ca-file = "/a"`},
		"an escape in a path":    {"[[runners]]\ntls-ca-file = \"\\u0061\"\n", pathTrial("/a").edit, "it is not a path between plain quotes", ""},
		"an empty script":        {"[[runners]]\npre_build_script = '''\n'''\n", scriptTrial("true").edit, "it does not begin on a line below", block("true")},
		"a volume that was changed": {
			"[[runners]]\n" + volumesBegin + "\n[runners.kubernetes]\n" + volumesEnd + "\na = 1\n",
			(*Config).RemoveJobVolumes, "its volumes are not as they were added", "",
		},
		"the other half": {ScriptBegin + "\n[[runners]]\n", pathTrial("/a").edit, "are not one pair", ""},
		"half a script":  {ScriptEnd + "\n[[runners]]\npre_build_script = '''\necho\n'''\n", pathTrial("/a").edit, "are not one pair", ""},
		"half a volume":  {"[[runners]]\n" + volumesEnd + "\n", volumesTrial(wantedVolume).edit, "are not one pair", ""},
	} {
		t.Run(name, func(t *testing.T) {
			text, err := test.edit(mustParse(t, test.input))
			refused, isEdit := errors.AsType[*Error](err)
			if !isEdit {
				t.Fatalf("error %v, text %q", err, text)
			}
			if text != "" || !strings.Contains(refused.Message, test.message) || test.add != "" && refused.Add != test.add {
				t.Errorf("text %q, message %q, add %q", text, refused, refused.Add)
			}
		})
	}
}

// TestChangeIsHeld: an edit that does something else is an error, and no text.
func TestChangeIsHeld(t *testing.T) {
	c := mustParse(t, "[[runners]]\nname = 'x'\nlist = [1.5, 2]\n")
	at := len("[[runners]]\n")
	for name, e := range map[string]struct {
		span
		text string
	}{
		"another value":   {span{at, at}, "tls-ca-file = 'b'\n"},
		"nothing":         {span{at, at}, "# tls-ca-file = 'a'\n"},
		"a key gone":      {span{at, at + len("name = 'x'\n")}, "tls-ca-file = 'a'\n"},
		"a key more":      {span{at, at}, "tls-ca-file = 'a'\nb = 1\n"},
		"an item more":    {span{at, strings.Index(c.text, "2]")}, "tls-ca-file = 'a'\nname = 'x'\nlist = [1.5, 2.5, "},
		"no TOML":         {span{at, at}, "tls-ca-file = 'a\n"},
		"a second runner": {span{0, 0}, "[[runners]]\ntls-ca-file = 'a'\n"},
	} {
		text, err := c.change(tlsCAFile, "a", e.span, e.text, "")
		if _, isEdit := errors.AsType[*Error](err); text != "" || !isEdit {
			t.Errorf("%s: text %q, error %v", name, text, err)
		}
	}
	if text, err := c.change(tlsCAFile, "a", span{at, at}, "tls-ca-file = 'a'\n", ""); err != nil || text == "" {
		t.Errorf("the right edit: text %q, error %v", text, err)
	}
}

// TestVolumesAlone: an edit of the volumes that changes another setting is an error, and no text.
func TestVolumesAlone(t *testing.T) {
	c := mustParse(t, "[[runners]]\n[runners.kubernetes]\nimage = 'a'\n")
	volume := "[[runners.kubernetes.volumes.secret]]\nname = 'ca'\n"
	volumes, image := []Volume{{Kind: "secret", Name: "ca"}}, strings.Index(c.text, "image")
	if text, err := c.change(kubernetes, volumes, span{c.end, c.end}, volume, ""); err != nil || text == "" {
		t.Errorf("the volume alone: text %q, error %v", text, err)
	}
	for _, other := range []string{"", "image = 'b'\n", "image = 'a'\ncpu_limit = '1'\n"} {
		if text, err := c.change(kubernetes, volumes, span{image, c.end}, other+volume, ""); err == nil {
			t.Errorf("with %q for the image: no error, text %q", other, text)
		}
	}
}

// TestSize: larger texts are refused before they are parsed.
func TestSize(t *testing.T) {
	fill := strings.Repeat("#\n", maxSize)
	mustParse(t, ("[[runners]]\n" + fill)[:maxSize])
	_, err := Parse(("[[runners]]\n" + fill)[:maxSize+1])
	if _, isSyntax := errors.AsType[*Error](err); !isSyntax || err.Error() != "it has 65537 bytes, more than 65536" {
		t.Errorf("error %v", err)
	}
}

func mustParse(t *testing.T, text string) *Config {
	t.Helper()
	c, err := Parse(text)
	if err != nil {
		t.Fatalf("%q: %v", text, err)
	}
	return c
}
