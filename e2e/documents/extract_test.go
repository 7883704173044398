package documents

import (
	"reflect"
	"slices"
	"strings"
	"testing"
)

func TestExtract(t *testing.T) {
	document := strings.ReplaceAll(`# Title
<!-- for readers of the source: two words and more -->
'''sh
not run
'''
<!-- run: both
tar -x
cd folder
-->
<!-- file: a/values.yaml -->
'''yaml
gitlabUrl: https://gitlab.example.com
'''
1. a list
   <!-- run: helm3 -->
   '''sh
   helm upgrade \
     --install
   '''

<!-- output -->
''''text
'''
''''
<!--
More for readers of the source.
run: helm4
-->
~~~sh
<!-- run: helm5 -->
~~~
`, "'", "`")
	got, err := extract(document)
	if err != nil {
		t.Fatal(err)
	}
	want := []step{
		{run, both, 7, "tar -x\ncd folder\n"},
		{file, "a/values.yaml", 12, "gitlabUrl: https://gitlab.example.com\n"},
		{run, "helm3", 17, "helm upgrade \\\n  --install\n"},
		{output, "helm3", 23, "```\n"},
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got\n%+v\nwant\n%+v", got, want)
	}
	if named := helmsOf(got); !reflect.DeepEqual(named, helms) {
		t.Errorf("Helms %q", named)
	}
	if under4 := slices.DeleteFunc(slices.Clone(got), func(s step) bool { return !s.appliesTo("helm4") }); len(under4) != 2 {
		t.Errorf("under Helm 4: %+v", under4)
	}
	if named := helmsOf(got[1:3]); !reflect.DeepEqual(named, helms[:1]) {
		t.Errorf("Helms %q", named)
	}
}

func TestExtractRefuses(t *testing.T) {
	for document, want := range map[string]string{
		"\n<!-- run: both -->\n'''sh\nls\n":                    "line 3: the code block is not closed",
		"'''sh\nls\n''\n":                                      "line 1: the code block is not closed",
		"'''sh\nls\n~~~\n":                                     "line 1: the code block is not closed",
		"<!-- run: helm5 -->\n'''sh\nls\n'''\n":                `line 1: unknown directive "run: helm5"`,
		"<!-- run -->\n'''sh\nls\n'''\n":                       `line 1: unknown directive "run"`,
		"<!-- runs: both -->\n'''sh\nls\n'''\n":                `line 1: unknown directive "runs: both"`,
		"<!-- run: both\nls\n":                                 "line 1: the comment is not closed",
		"<!-- run: both\nls -->\n":                             "line 2: --> that ends a directive needs a line of its own",
		"<!-- run: both --> here\n'''sh\nls\n'''\n":            "line 1: text behind a directive",
		"<!-- run: both -->\n\n'''sh\nls\n'''\n":               `line 1: no code block directly below the directive "run"`,
		"<!-- run: both -->\n<!-- x y -->\n'''sh\nls\n'''\n":   "line 1: no code block",
		"text\n<!-- run: both -->":                             "line 2: no code block",
		"<!-- run: both -->\n'''bash\nls\n'''\n":               `line 2: the code block to run is "bash", want sh`,
		"<!-- run: both -->\n'''sh\n\n'''\n":                   "line 2: the run is empty",
		"<!-- file: ../x -->\n'''\nx\n'''\n":                   "line 1: unknown directive",
		"<!-- file: /x -->\n'''\nx\n'''\n":                     "line 1: unknown directive",
		"<!-- file: -->\n'''\nx\n'''\n":                        "line 1: unknown directive",
		"<!-- output -->\n'''\nx\n'''\n":                       "line 2: an output without a run before it",
		"<!--\nrun: both\nls\n-->\n":                           `line 1: the directive "run: both" belongs on the line of <!--`,
		"<!-- output: helm3 -->\n'''\nx\n'''\n":                "line 1: unknown directive",
		"<!-- file: x -->\n'''\nx\n'''\n<!-- output\nx\n-->\n": "line 5: an output without a run before it",
	} {
		steps, err := extract(strings.ReplaceAll(document, "'", "`"))
		if err == nil || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("%q: %v and %v, want %q", document, steps, err, want)
		}
	}
}
