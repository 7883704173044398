package render_test

import (
	"strings"
	"testing"

	"helm-runnertrust/render"
)

// The script is a text that any multi-line string of TOML can hold, between two markers.
func TestJobsScriptFitsIntoTOML(t *testing.T) {
	script := render.JobsScript()
	for _, text := range []string{`\`, `'''`, `"""`, "\t", "\r", " \n", "\n\n"} {
		if strings.Contains(script, text) {
			t.Errorf("the script has %q", text)
		}
	}
	const begin, end = "# helm-runnertrust: begin\n", "# helm-runnertrust: end\n"
	if !strings.HasPrefix(script, begin) || !strings.HasSuffix(script, end) || strings.Count(script, "# helm-runnertrust:") != 2 {
		t.Errorf("the markers are not around the script:\n%s", script)
	}
	if lines := strings.Count(script, "\n"); lines > 40 {
		t.Errorf("%d lines", lines)
	}
}
