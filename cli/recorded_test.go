package cli

import (
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// notRecorded are the messages of other programs that no test has heard, with their sources.
var notRecorded = map[string]string{
	"PANIC: Failed to register the runner":                          "gitlab-runner 18, commands/register.go",
	"references non-existent config key":                            "Kubernetes 1.35, pkg/volume/configmap/configmap.go",
	`MountVolume.SetUp failed for volume … secret "…" not found`:    "seen once, with a kubelet of Kubernetes 1.35",
	`MountVolume.SetUp failed for volume … configmap "…" not found`: "Kubernetes 1.35, pkg/volume/configmap/configmap.go",
}

// recorded are the lines that tests have recorded of other programs, by the program's name, which
// stands in front of each.
func recorded(t *testing.T) map[string][]string {
	t.Helper()
	lines := map[string][]string{}
	line := regexp.MustCompile(`^([a-z]+[34]?): (.+)$`)
	for _, pattern := range []string{"../e2e/testdata/helm*.txt", "../e2e/matrix/testdata/clients.txt"} {
		paths, err := filepath.Glob(pattern)
		if err != nil || len(paths) == 0 {
			t.Fatalf("%s: no recording, %v", pattern, err)
		}
		for _, path := range paths {
			for text := range strings.Lines(readFile(t, path)) {
				if found := line.FindStringSubmatch(strings.TrimRight(text, "\n")); found != nil {
					lines[found[1]] = append(lines[found[1]], strings.ReplaceAll(found[2], `\"`, `"`))
				}
			}
		}
	}
	return lines
}

// heardFrom are the programs that a row was seen with, as recordings name them: "Helm 3.22, 4.3" is
// helm3 and helm4.
func heardFrom(cell string) (programs []string) {
	name := ""
	for _, found := range regexp.MustCompile(`([A-Za-z]+)?,? ?(\d)\.\d+`).FindAllStringSubmatch(cell, -1) {
		if found[1] != "" {
			name = strings.ToLower(found[1])
		}
		if name == "helm" {
			programs = append(programs, name+found[2])
		} else {
			programs = append(programs, name)
		}
	}
	return programs
}

// TestTroubleshootingIsRecorded holds the messages of other programs in docs/TROUBLESHOOTING.md to
// what tests have recorded of the programs that they were seen with.
func TestTroubleshootingIsRecorded(t *testing.T) {
	others, _, found := strings.Cut(readFile(t, filepath.Join(docsDir, "TROUBLESHOOTING.md")), "\n## Messages of runnertrust\n")
	if !found {
		t.Fatal("the page has no messages of runnertrust")
	}
	lines := recorded(t)
	sources := map[string]bool{}
	rows := 0
	for line := range strings.Lines(others) {
		cells := tableRow(line)
		if len(cells) != 4 || cells[0] == "message" {
			continue
		}
		rows++
		for _, words := range code(cells[0]) {
			if source := notRecorded[words]; source != "" {
				sources[words] = true
				continue
			}
			programs := heardFrom(cells[3])
			if len(programs) == 0 {
				t.Errorf("%q was seen with no program: %q", words, cells[3])
			}
			for _, program := range programs {
				if !saidBy(lines[program], words) {
					t.Errorf("no recording of %s has the words %q", program, words)
				}
			}
		}
	}
	if rows < 30 {
		t.Errorf("the page has %d messages of other programs", rows)
	}
	for words := range notRecorded {
		if !sources[words] {
			t.Errorf("the page has no row %q", words)
		}
	}
}

func TestHeardFrom(t *testing.T) {
	for cell, want := range map[string][]string{
		"Helm 3.22, 4.3": {"helm3", "helm4"}, "Helm 4.3": {"helm4"}, "Go 1.26": {"go"}, "git 2.39": {"git"}, "not run here": nil,
	} {
		if got := heardFrom(cell); !slices.Equal(got, want) {
			t.Errorf("%q: %q, want %q", cell, got, want)
		}
	}
}
