package main

import (
	"os/exec"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"helm.sh/helm/v3/pkg/cli"
	"helm.sh/helm/v3/pkg/plugin"

	"helm-runnertrust/e2e/sdk/internal/scene"
)

// Helm 3's own reading of the plugin's folder.
func TestPluginIsWhatTheDocumentationSays(t *testing.T) {
	folder := scene.Plugins(t, false)
	found, err := plugin.FindPlugins(folder)
	if err != nil || len(found) != 1 {
		t.Fatalf("%d plugins, %v", len(found), err)
	}
	loaded, err := plugin.LoadDir(filepath.Join(folder, "runnertrust"))
	if err != nil || !reflect.DeepEqual(loaded, found[0]) {
		t.Fatalf("LoadDir: %+v, %v; FindPlugins: %+v", loaded, err, found[0])
	}
	metadata := loaded.Metadata
	if metadata.Name != "runnertrust" || metadata.Version != scene.Version(t) || metadata.Usage == "" || metadata.Description == "" || metadata.IgnoreFlags {
		t.Errorf("metadata: %+v", metadata)
	}
	for event, wanted := range map[string]string{plugin.Install: "/install-binary.sh", plugin.Update: "/install-binary.sh", plugin.Delete: "helm-runnertrust"} {
		if hook := metadata.Hooks[event]; !strings.Contains(hook, wanted) {
			t.Errorf("the hook %s is %q, want it to name %s", event, hook, wanted)
		}
	}
	if len(metadata.Hooks) != 3 || len(metadata.PlatformHooks) > 0 || len(metadata.PlatformCommand) > 0 {
		t.Errorf("metadata: %+v", metadata)
	}
}

// The command is the program, with all arguments.
func TestPluginRuns(t *testing.T) {
	loaded, err := plugin.LoadDir(filepath.Join(scene.Plugins(t, false), "runnertrust"))
	if err != nil {
		t.Fatal(err)
	}
	settings := cli.New()
	for name, value := range settings.EnvVars() {
		t.Setenv(name, value) // what SetupPluginEnv sets ends with the test
	}
	plugin.SetupPluginEnv(settings, loaded.Metadata.Name, loaded.Dir)
	program, arguments, err := loaded.PrepareCommand([]string{"version"})
	if err != nil || program != filepath.Join(loaded.Dir, "bin", "helm-runnertrust") || !reflect.DeepEqual(arguments, []string{"version"}) {
		t.Fatalf("%q %q, %v", program, arguments, err)
	}
	out, err := exec.Command(program, arguments...).CombinedOutput()
	if err != nil || !strings.HasPrefix(string(out), scene.Version(t)+" ") {
		t.Errorf("%v\n%s", err, out)
	}
}

// Why the post-renderer is registered under Helm 4 alone.
func TestPostRendererPluginIsNotForHelm3(t *testing.T) {
	folder := scene.Plugins(t, true)
	found, err := plugin.FindPlugins(folder)
	if err == nil || !strings.Contains(err.Error(), `unknown field "apiVersion"`) {
		t.Errorf("%d plugins, %v", len(found), err)
	}
}
