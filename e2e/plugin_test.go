package e2e

import (
	"fmt"
	"strings"
	"testing"
)

// The rendering through the plugin is the rendering without it and the
// certificate, nothing else, and the same with both Helms.
func TestTemplateAddsTheCertificateAndNothingElse(t *testing.T) {
	t.Parallel()
	g := newGitLab(t, chartHost)
	renderings := map[string]map[string]object{}
	for _, bin := range helms {
		h := withPlugin(t, bin, "")
		args := []string{"template", "my", "chart", "--namespace", "ci"}
		plain := objects(t, h.Run(t, args...))
		renderings[bin] = objects(t, h.Run(t, append(args, filteredWith(g.certFile)...)...))

		rest := objects(t, h.Run(t, append(args, filteredWith(g.certFile)...)...))
		takeTrust(t, rest, "ci", "my-gitlab-runner")
		same(t, bin+": objects beside the certificate's", rest, plain)
	}
	same(t, "renderings of Helm 4 and Helm 3", renderings["helm4"], renderings["helm3"])
	configMap := renderings["helm3"]["ConfigMap ci/my-gitlab-runner-certs"]
	same(t, "data of the ConfigMap", configMap["data"], object{chartHost + ".crt": g.pem})
}

// helm runnertrust render, on what helm template wrote, is what the
// post-renderer does.
func TestRenderAgreesWithThePostRenderer(t *testing.T) {
	for _, bin := range helms {
		t.Run(bin, func(t *testing.T) {
			t.Parallel()
			g := newGitLab(t, chartHost)
			h := withPlugin(t, bin, "")
			plain := h.Run(t, "template", "my", "chart")
			want := objects(t, h.Run(t, append([]string{"template", "my", "chart"}, filteredWith(g.certFile)...)...))
			file := writeFile(t, "rendered.yaml", []byte(plain))

			rendered := h.Run(t, "runnertrust", "render", "-f", file, "--cert="+g.certFile)
			same(t, "objects", objects(t, rendered), want)

			piped, stderr, err := h.TryInput(plain, "runnertrust", "render", "--cert="+g.certFile)
			if err != nil || piped != rendered {
				t.Errorf("render of stdin: %v\n%s%s", err, piped, stderr)
			}
			diff := h.Run(t, "runnertrust", "render", "-f", file, "--cert="+g.certFile, "--diff", "--show-secrets")
			if got := patched(t, plain, diff); got != rendered {
				t.Errorf("the diff leads to\n%s\nwant\n%s", got, rendered)
			}
			again := writeFile(t, "again.yaml", []byte(rendered))
			if diff := h.Run(t, "runnertrust", "render", "-f", again, "--cert="+g.certFile, "--diff", "--detailed-exitcode"); diff != "" {
				t.Errorf("a second run changes:\n%s", diff)
			}
		})
	}
}

// patched applies a unified diff that only adds lines.
func patched(t *testing.T, text, diff string) string {
	t.Helper()
	lines := strings.SplitAfter(text, "\n")
	left := lines
	var out []string
	inHunk := false
	for line := range strings.Lines(diff) {
		switch {
		case strings.HasPrefix(line, "@@"):
			inHunk = true
			start := 0
			if _, err := fmt.Sscanf(line, "@@ -%d", &start); err != nil {
				t.Fatalf("%q: %v", line, err)
			}
			for done := len(lines) - len(left); done < start-1 && len(left) > 0; done++ {
				out, left = append(out, left[0]), left[1:]
			}
		case !inHunk: // the names of the files
		case strings.HasPrefix(line, "+"):
			out = append(out, line[1:])
		case strings.HasPrefix(line, " "):
			if len(left) == 0 || left[0] != line[1:] {
				t.Fatalf("the diff names a line that is not there: %q", line)
			}
			out, left = append(out, left[0]), left[1:]
		default:
			t.Fatalf("the diff removes something: %q", line)
		}
	}
	return strings.Join(append(out, left...), "")
}

func TestVersionIsThatOfThePlugin(t *testing.T) {
	for _, bin := range helms {
		t.Run(bin, func(t *testing.T) {
			t.Parallel()
			h := withPlugin(t, bin, "")
			version, _, _ := strings.Cut(h.Run(t, "runnertrust", "version"), " ")
			plugins := map[string]string{}
			for line := range strings.Lines(h.Run(t, "plugin", "list")) {
				if columns := strings.Fields(line); len(columns) > 1 {
					plugins[columns[0]] = columns[1]
				}
			}
			if version == "" || plugins["runnertrust"] != version {
				t.Errorf("version %q, the list of plugins has %v", version, plugins)
			}
			registered, isRegistered := plugins["helm-runnertrust"]
			if isRegistered != (bin == "helm4") || isRegistered && registered != version {
				t.Errorf("post-renderer plugin %q, registered: %v", registered, isRegistered)
			}
		})
	}
}
