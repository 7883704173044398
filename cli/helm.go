package cli

import (
	"os"
	"strings"
)

// pluginName is the name in postrenderer/plugin.yaml.
const pluginName = "helm-runnertrust"

// reachThroughHelm repeats messages that Helm keeps to itself: Helm 4 throws away what a
// post-renderer says (runPostrenderer in internal/plugin, v4.3.1), Helm 3 shows it only when the
// post-renderer fails (pkg/postrender/exec.go, v3.22.0). A message that cannot be repeated is still
// on our own stderr.
func (p *program) reachThroughHelm(text string, code int) {
	parent := parentProcess()
	name, _ := p.Env("HELM_PLUGIN_NAME")
	isHelm4 := name == pluginName
	if !isHelm4 && (code != exitDone || !isHelm(parent)) {
		return
	}
	for _, path := range []string{parent + "/fd/2", "/dev/tty"} {
		if p.repeat(path, text) {
			return
		}
	}
}

// isHelm reports whether a process is Helm, by the name of its program.
func isHelm(process string) bool {
	name, err := os.ReadFile(process + "/comm")
	return err == nil && strings.HasPrefix(string(name), "helm")
}
