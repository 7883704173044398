package tomledit

import (
	"errors"
	"strings"
	"testing"
)

// TestLineEnds has what files in testdata do not keep: CRLF, a byte order mark, and a last line
// without its end.
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
			"a = 1\r\n[[runners]] # one\r\n  " + path,
			"a = 1\r\n[[runners]] # one\r\n  " + script,
		},
		"last line without its end": {
			"[[runners]]\n\tname = 'x'",
			"[[runners]]\n\t" + path + "\n\tname = 'x'",
			"[[runners]]\n\t" + script + "\n\tname = 'x'",
		},
		"CRLF": {
			"[[runners]]\r\n  name = 'x'\r\n",
			"[[runners]]\r\n  " + path + "\r\n  name = 'x'\r\n",
			"[[runners]]\r\n  " + script + "\r\n  name = 'x'\r\n",
		},
		"CRLF in a script": {
			"[[runners]]\r\npre_build_script = '''\r\necho\r\n'''\r\n",
			"[[runners]]\r\n" + path + "\r\npre_build_script = '''\r\necho\r\n'''\r\n",
			"[[runners]]\r\npre_build_script = '''\r\n" + ScriptBegin + "\ntrue\n" + ScriptEnd + "\necho\r\n'''\r\n",
		},
		"CRLF in our lines": {
			"[[runners]]\npre_build_script = '''\n" + ScriptBegin + "\r\necho\r\n" + ScriptEnd + "\r\necho\r\n'''\n",
			"[[runners]]\n" + path + "\npre_build_script = '''\n" + ScriptBegin + "\r\necho\r\n" + ScriptEnd + "\r\necho\r\n'''\n",
			"[[runners]]\npre_build_script = '''\n" + ScriptBegin + "\ntrue\n" + ScriptEnd + "\necho\r\n'''\n",
		},
		"byte order mark": {
			byteOrderMark + "[[runners]]\n",
			byteOrderMark + "[[runners]]\n  " + path + "\n",
			byteOrderMark + "[[runners]]\n  " + script + "\n",
		},
		"brace at the end of a CRLF line": {
			"runners = [{\r\n}]",
			"runners = [{ " + path + "\r\n}]",
			"runners = [{ pre_build_script = \"" + ScriptBegin + `\ntrue\n` + ScriptEnd + `\n` + "\"\r\n}]",
		},
	} {
		t.Run(name, func(t *testing.T) {
			c := mustParse(t, test.input)
			withPath, err := c.SetTLSCAFile("/ca.crt")
			if err != nil || withPath != test.withPath {
				t.Errorf("tls-ca-file: got %q, want %q; error %v", withPath, test.withPath, err)
			}
			withScript, err := c.PrependPreBuildScript("true")
			if err != nil || withScript != test.withScript {
				t.Errorf("pre_build_script: got %q, want %q; error %v", withScript, test.withScript, err)
			}
			checkEdit(t, c, test.withPath, tlsCAFile, "/ca.crt")
			checkEdit(t, c, test.withScript, preBuildScript, "")
		})
	}
}

// TestValues sets what has to be escaped.
func TestValues(t *testing.T) {
	for _, input := range []string{
		"[[runners]]\n",
		"[[runners]]\ntls-ca-file = 'a'\npre_build_script = 'echo a'\n",
		"[[runners]]\ntls-ca-file = \"a\"\npre_build_script = \"echo\\ta\"\n",
		"[[runners]]\npre_build_script = \"\"\"echo 'a'\"\"\"\n",
		"runners = [{}]\n",
		"runners = [{ pre_build_script = 'a\\\"' }]\n",
	} {
		c := mustParse(t, input)
		for _, path := range []string{"", `C:\new "x"`, "it's", "'''", `"""`, "a\tb\nc\x00\x7f\u0085", "ä/\U0001F600.crt"} {
			text, err := c.SetTLSCAFile(path)
			if err != nil {
				t.Fatalf("%q in %q: %v", path, input, err)
			}
			checkEdit(t, c, text, tlsCAFile, path)
		}
		for _, lines := range []string{"\ttrue\n", `echo """"""" \`, "echo '''\n\n\\\n\\\\\nü\n", "\n\ntrue"} {
			text, err := c.PrependPreBuildScript(lines)
			if err != nil {
				t.Fatalf("%q in %q: %v", lines, input, err)
			}
			checkEdit(t, c, text, preBuildScript, "")
			got, _ := mustParse(t, text).OwnScript()
			if want := strings.TrimSuffix(lines, "\n") + "\n"; got != want {
				t.Errorf("%q in %q: our lines are %q", lines, input, got)
			}
		}
	}
}

// TestLastQuote: four quotes at the end are TOML 1.0, which old versions of the runner's library
// do not read.
func TestLastQuote(t *testing.T) {
	c := mustParse(t, "[[runners]]\npre_build_script = 'echo \"a\"'\n")
	text, err := c.PrependPreBuildScript("echo '''")
	want := ScriptEnd + "\n" + `echo "a\""""` + "\n"
	if err != nil || !strings.HasSuffix(text, want) {
		t.Errorf("got %q, want %q at the end; error %v", text, want, err)
	}
}

func TestEditRefused(t *testing.T) {
	const literalScript = "[[runners]]\nname = 'x'\npre_build_script = '''\necho\n'''\n"
	own := func(lines string) string { return ScriptBegin + "\n" + lines + "\n" + ScriptEnd + "\n" }
	script := func(lines string) func(*Config) (string, error) {
		return func(c *Config) (string, error) { return c.PrependPreBuildScript(lines) }
	}
	for name, test := range map[string]struct {
		input   string
		edit    func(*Config) (string, error)
		message string
		add     string
	}{
		"path is not UTF-8": {
			"[[runners]]\n", func(c *Config) (string, error) { return c.SetTLSCAFile("\xff") },
			"line 1: tls-ca-file: the path is not UTF-8", "",
		},
		"lines are not UTF-8":   {literalScript, script("\xff"), "line 3: pre_build_script: the lines are not UTF-8", ""},
		"control characters":    {literalScript, script("a\r\nb"), "line 3: pre_build_script: the lines have control characters", ""},
		"no lines":              {literalScript, script(" \n"), "line 3: pre_build_script: there are no lines to add", ""},
		"our lines inside ours": {literalScript, script(own("true")), `line 3: pre_build_script: the lines have one that is "` + ScriptBegin + `" or "` + ScriptEnd + `"`, ""},
		"half of our lines inside ours": {
			literalScript, script(ScriptEnd), `line 3: pre_build_script: the lines have one that is "` + ScriptBegin + `" or "` + ScriptEnd + `"`, "",
		},
		"quotes that the literal string cannot hold": {
			literalScript, script("echo '''"), "line 3: pre_build_script: its quotes cannot hold lines with '''", own("echo '''"),
		},
		"too large a result": {
			"[[runners]]\n#" + strings.Repeat("x", maxSize-100), script("echo " + strings.Repeat("y", 100)),
			"line 1: pre_build_script: it cannot be changed in this text: it has 65634 bytes, more than 65536", "",
		},
	} {
		t.Run(name, func(t *testing.T) {
			text, err := test.edit(mustParse(t, test.input))
			var refused *EditError
			if !errors.As(err, &refused) {
				t.Fatalf("error %v, text %q", err, text)
			}
			if text != "" || refused.Error() != test.message || refused.Add != test.add {
				t.Errorf("text %q, message %q, add %q", text, refused, refused.Add)
			}
		})
	}
}

// TestChangeIsHeld: an edit that does something else is an error, and no text.
func TestChangeIsHeld(t *testing.T) {
	c := mustParse(t, "[[runners]]\nname = 'x'\nlist = [1.5, nan]\n")
	at := len("[[runners]]\n")
	for name, e := range map[string]edit{
		"another value":   {at, at, "tls-ca-file = 'b'\n"},
		"nothing":         {at, at, "# tls-ca-file = 'a'\n"},
		"a key gone":      {at, at + len("name = 'x'\n"), "tls-ca-file = 'a'\n"},
		"a key more":      {at, at, "tls-ca-file = 'a'\nb = 1\n"},
		"a value changed": {at, strings.Index(c.text, ", nan"), "tls-ca-file = 'a'\nname = 'x'\nlist = [1.25"},
		"an item more":    {at, strings.Index(c.text, "nan"), "tls-ca-file = 'a'\nname = 'x'\nlist = [1.5, 2.5, "},
		"no TOML":         {at, at, "tls-ca-file = 'a\n"},
		"a second runner": {0, 0, "[[runners]]\ntls-ca-file = 'a'\n"},
	} {
		text, err := c.change(tlsCAFile, "a", e)
		var refused *EditError
		if text != "" || !errors.As(err, &refused) {
			t.Errorf("%s: text %q, error %v", name, text, err)
		}
	}
	if text, err := c.change(tlsCAFile, "a", edit{at, at, "tls-ca-file = 'a'\n"}); err != nil || text == "" {
		t.Errorf("the right edit: text %q, error %v", text, err)
	}
}

// TestSettings are the readers, with lines.
func TestSettings(t *testing.T) {
	c := mustParse(t, "\n[[runners]]\nEXECUTOR = \"\"\"\nshell\"\"\"\n\n'pre_build_script' = 'a' \n")
	if value, line, set := c.Executor(); value != "shell" || line != 3 || !set {
		t.Errorf("executor: %q, line %d, %v", value, line, set)
	}
	if value, line, set := c.PreBuildScript(); value != "a" || line != 6 || !set {
		t.Errorf("pre_build_script: %q, line %d, %v", value, line, set)
	}
	if value, line, set := c.TLSCAFile(); value != "" || line != 0 || set {
		t.Errorf("tls-ca-file: %q, line %d, %v", value, line, set)
	}
	if lines, set := c.OwnScript(); lines != "" || set {
		t.Errorf("our lines: %q, %v", lines, set)
	}
}

// TestSize: larger texts are refused before they are parsed.
func TestSize(t *testing.T) {
	fill := strings.Repeat("#\n", maxSize)
	mustParse(t, ("[[runners]]\n" + fill)[:maxSize])
	_, err := Parse(("[[runners]]\n" + fill)[:maxSize+1])
	var syntax *SyntaxError
	if !errors.As(err, &syntax) || err.Error() != "it has 65537 bytes, more than 65536" {
		t.Errorf("error %v", err)
	}
}

// TestDeep: what is nested as deep as a text of the size can be is read and compared too.
func TestDeep(t *testing.T) {
	const deep = 9000
	for _, input := range []string{
		"[[runners]]\n" + strings.Repeat("a.", 3*deep) + "b = 1\n",
		"[[runners]]\nlist = " + strings.Repeat("[", deep) + strings.Repeat("]", deep) + "\n",
		"runners = [{ a = " + strings.Repeat("{ a = ", deep) + "nan" + strings.Repeat("}", deep) + "}]\n",
	} {
		c := mustParse(t, input)
		text, err := c.SetTLSCAFile("/ca.crt")
		if err != nil {
			t.Fatal(err)
		}
		if path, _, _ := mustParse(t, text).TLSCAFile(); path != "/ca.crt" {
			t.Errorf("it is %q", path)
		}
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
