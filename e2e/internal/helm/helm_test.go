package helm

import (
	"errors"
	"os"
	"os/exec"
	"strings"
	"testing"

	"helm-runnertrust/e2e/internal/tool"
)

func TestHelmSeesOnlyItsOwnHome(t *testing.T) {
	for bin, want := range map[string]string{"helm3": "v3.", "helm4": "v4."} {
		t.Run(bin, func(t *testing.T) {
			t.Setenv("HELM_NAMESPACE", "from-outside")
			h := New(t, tool.Path(t, bin), "")
			if got := h.Run(t, "version", "--short"); !strings.HasPrefix(got, want) {
				t.Errorf("version %q, want %s…", got, want)
			}
			env := h.Run(t, "env")
			for _, line := range []string{
				`HELM_PLUGINS="` + h.Getenv("HELM_PLUGINS") + `"`,
				`HELM_DATA_HOME="` + h.Getenv("HELM_DATA_HOME") + `"`,
				`HELM_NAMESPACE="default"`,
			} {
				if !strings.Contains(env, line+"\n") {
					t.Errorf("no %s in\n%s", line, env)
				}
			}
			h.Setenv("HELM_NAMESPACE", "ops")
			if env := h.Run(t, "env"); !strings.Contains(env, `HELM_NAMESPACE="ops"`) {
				t.Errorf("Setenv had no effect:\n%s", env)
			}
		})
	}
}

func TestTryReturnsWhatHelmSaid(t *testing.T) {
	h := New(t, tool.Path(t, "helm4"), "")
	stdout, stderr, err := h.Try("template", "no-such-folder")
	var exit *exec.ExitError
	if !errors.As(err, &exit) || stdout != "" || !strings.Contains(stderr, "no-such-folder") {
		t.Errorf("got %q, %q, %v", stdout, stderr, err)
	}
	if _, err := os.Stat(h.Getenv("HOME")); err != nil {
		t.Error(err)
	}
}
