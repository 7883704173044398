package cli

import (
	"fmt"
	"io/fs"
	"os"
	"strings"
	"syscall"

	"golang.org/x/term"
)

// pluginName is the name in postrenderer/plugin.yaml.
const pluginName = "helm-runnertrust"

// reachThroughHelm repeats messages that Helm keeps to itself: Helm 4 throws
// away what a post-renderer says (runPostrenderer in internal/plugin, v4.3.1),
// Helm 3 shows it only when the post-renderer fails (pkg/postrender/exec.go,
// v3.22.0). A message that cannot be repeated is still on our own stderr.
func (p *program) reachThroughHelm(text string, code int) {
	parent := fmt.Sprintf("/proc/%d", os.Getppid())
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

// isHelm tells whether a process is Helm, by the name of its program.
func isHelm(process string) bool {
	name, err := os.ReadFile(process + "/comm")
	return err == nil && strings.HasPrefix(string(name), "helm")
}

// repeat writes text to a pipe or a terminal; never to a file, which would be
// written from its start, and not where our own stderr goes already. It tells
// whether no other place has to be tried.
func (p *program) repeat(path, text string) bool {
	about, err := os.Stat(path)
	if err != nil {
		return false
	}
	if own, ok := p.Stderr.(*os.File); ok {
		if ownAbout, err := own.Stat(); err == nil && os.SameFile(about, ownAbout) {
			return true
		}
	}
	isPipe := about.Mode()&fs.ModeNamedPipe != 0
	if !isPipe && about.Mode()&fs.ModeCharDevice == 0 {
		return false
	}
	// Without waiting, as nobody may be reading at the other end of the pipe;
	// an os.File would wait all the same.
	place, err := syscall.Open(path, syscall.O_WRONLY|syscall.O_NONBLOCK|syscall.O_NOCTTY, 0)
	if err != nil {
		return false
	}
	defer func() { _ = syscall.Close(place) }() // nothing is left to be written
	if !isPipe && !term.IsTerminal(place) {
		return false
	}
	_, err = syscall.Write(place, []byte(text))
	return err == nil
}
