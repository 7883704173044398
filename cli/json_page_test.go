package cli

import (
	"maps"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"helm-runnertrust/cli/advice"
)

// jsonTables are the types of -o json by the words in docs/JSON.md that introduce the table of
// their fields.
var jsonTables = map[string]any{
	"## Errors": errorJSON{}, "## fetch": fetchResult{}, "## verify URL": serverResult{}, "## verify of manifests": auditResult{},
	"A certificate:": certificate{}, "A finding:": advice.Message{}, "A verdict:": verdict{}, "Each runner:": runnerResult{},
	"A store:": storeResult{}, "Each client:": clientResult{},
}

// TestJSONPage holds docs/JSON.md against the types: every field, in their order, and which of them
// can be missing.
func TestJSONPage(t *testing.T) {
	tables := map[string][]string{}
	about := ""
	for line := range strings.Lines(readFile(t, filepath.Join(docsDir, "JSON.md"))) {
		line = strings.TrimSpace(line)
		if _, begins := jsonTables[line]; begins {
			about = line
		}
		if cells := tableRow(line); len(cells) == 2 && about != "" && cells[0] != "field" {
			for _, field := range code(cells[0]) {
				tables[about] = append(tables[about], fieldOf(field, strings.Contains(cells[1], "optional")))
			}
		}
	}
	if len(tables) != len(jsonTables) {
		t.Errorf("tables: %q", slices.Sorted(maps.Keys(tables)))
	}
	for about, example := range jsonTables {
		var want []string
		for _, field := range reflect.VisibleFields(reflect.TypeOf(example)) {
			name, options, _ := strings.Cut(field.Tag.Get("json"), ",")
			if name == "" {
				continue
			}
			want = append(want, fieldOf(name, options == "omitempty"))
		}
		if !slices.Equal(tables[about], want) {
			t.Errorf("%s\n got %q\nwant %q", about, tables[about], want)
		}
	}
}

func fieldOf(name string, optional bool) string {
	if optional {
		return name + " (optional)"
	}
	return name
}
