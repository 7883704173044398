package cli

import (
	"encoding/json"
	"go/ast"
	"io"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"helm-runnertrust/trust"
)

// messagesByCode are what the program says with each code: the texts that its functions give the
// code to, and what came of runs. Hints are no messages.
func messagesByCode(t *testing.T) map[trust.Code][]string {
	t.Helper()
	said := map[trust.Code][]string{}
	// The names of codes, and of functions that give one to what they are handed.
	givers := map[string]trust.Code{
		"doubt": trust.CodeUndecided, "undecided": trust.CodeUndecided, "asDoubt": trust.CodeStrictGit,
	}
	var functions []function
	for _, folder := range append(slices.Clone(codePackages), ".", "../render/pod", "../render/added", "../render/delivery", "../render/ingress") {
		for _, file := range parsed(t, folder) {
			functions = append(functions, functionsIn(file.File)...)
			for name, about := range codeConstants(t, file) {
				givers[name], said[about] = about, nil
			}
		}
	}
	for _, f := range functions {
		for _, given := range f.gifts(givers) {
			said[given.code] = append(said[given.code], f.said(given.by)...)
		}
		if f.name == "checkBeside" { // it appends to what is said already
			said[trust.CodeExpiredBeside] = append(said[trust.CodeExpiredBeside], textsIn(f.Node)...)
		}
	}
	for _, own := range ownMessages(t) {
		said[codeCommand] = append(said[codeCommand], own.text)
	}
	for _, one := range append(failures(t), judged(t)...) {
		if _, known := said[one.Code]; known {
			said[one.Code] = append(said[one.Code], one.Message)
		}
	}
	return said
}

// unsaid is about the program's own plugin.yaml, which is built into it: nobody sees it.
const unsaid = "plugin.yaml has no version"

// An ownMessage is one of the command line's own.
type ownMessage struct{ place, text string }

// ownMessages are what came of runs, and the texts of what is hinted without a code, of other
// errors of this package, and of warnings that are no findings. What names only a place, before the
// cause, is none.
func ownMessages(t *testing.T) (all []ownMessage) {
	t.Helper()
	verb := regexp.MustCompile(`%[a-z]`)
	for _, one := range failures(t) {
		if one.Code == codeCommand {
			all = append(all, ownMessage{"a run", one.Message})
		}
	}
	for _, file := range parsed(t, ".") {
		for _, f := range functionsIn(file.File) {
			for _, by := range f.own() {
				texts := textsIn(by)
				if len(texts) == 0 {
					texts = f.said(by)
				}
				for _, text := range texts {
					if text != unsaid && strings.Contains(strings.Trim(verb.ReplaceAllString(text, ""), " :"), " ") {
						all = append(all, ownMessage{file.place(by), text})
					}
				}
			}
		}
	}
	return all
}

// failures are the errors of fixtures/reject, and of command lines.
func failures(t *testing.T) (all []findingJSON) {
	t.Helper()
	fail := func(args []string, stream string) {
		p := &program{Process: fixtureProcess(args, stream, io.Discard, io.Discard)}
		root := p.rootCommand()
		root.SetArgs(args)
		p.fail(root.Execute())
		all = append(all, p.errors...)
	}
	for _, name := range fixtureCases(t, "reject") {
		c := readFixture(t, "reject", name)
		fail(c.paths(), c.input)
	}
	for _, args := range [][]string{{"--zzz"}, {"render", "-z"}, {"render", "--cert"}, {"completion"}} {
		fail(args, "") // with what the libraries for flags say
	}
	fail([]string{"fetch", "gitlab.test:1:2"}, "")
	for _, version := range []string{"1", "8.3.0", "0.61.2", "0.17.0"} {
		fail([]string{"values", "--host=gitlab.example.com", "--cert=" + fixturesDir + "/certs/ca.crt", "--chart-version=" + version}, "")
	}
	return all
}

// judged are the findings about servers that trust/probe has recorded, and those of verify about
// what a runner or the kubelet cannot read.
func judged(t *testing.T) (all []findingJSON) {
	t.Helper()
	paths, err := filepath.Glob("../trust/probe/testdata/scenarios/*.txt")
	if err != nil || len(paths) == 0 {
		t.Fatal(err)
	}
	finding := regexp.MustCompile(`(?m)^(?:\w+: \w+, )?([a-z0-9-]+): (.+)$`)
	for _, path := range paths {
		for _, found := range finding.FindAllStringSubmatch(readFile(t, path), -1) {
			all = append(all, findingJSON{Code: trust.Code(found[1]), Message: found[2]})
		}
	}
	patched := readFile(t, fixturesDir+"/accept/current/output.yaml")
	for _, manifests := range []string{
		strings.ReplaceAll(patched, "BEGIN CERTIFICATE", "lost"),
		strings.ReplaceAll(patched, "END CERTIFICATE", "lost"),
		readFile(t, fixturesDir+"/verify/stale-volume/input.yaml"),
	} {
		stdout, _, _ := call(t, manifests, nil, "verify", "-o", "json")
		var result auditJSON
		if err := json.Unmarshal([]byte(stdout), &result); err != nil || len(result.Runners) != 1 {
			t.Fatalf("%v: %s", err, stdout)
		}
		all = append(all, result.Runners[0].Finding)
	}
	return all
}

// codeConstants are the codes of a file by the names of their constants.
func codeConstants(t *testing.T, file source) map[string]trust.Code {
	t.Helper()
	constants := map[string]trust.Code{}
	ast.Inspect(file.File, func(node ast.Node) bool {
		if spec, ok := node.(*ast.ValueSpec); ok {
			for i, about := range codesOf(t, spec) {
				constants[spec.Names[i].Name] = about
			}
		}
		return true
	})
	return constants
}
