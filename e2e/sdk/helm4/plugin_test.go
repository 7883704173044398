package main

import (
	"bytes"
	"os"
	"strings"
	"testing"

	"helm.sh/helm/v4/pkg/cli"
	"helm.sh/helm/v4/pkg/postrenderer"

	"helm-runnertrust/e2e/sdk/internal/scene"
	"helm-runnertrust/render"
)

// The plugin as Helm 4's only exported loader finds it, for programs that want the installed plugin
// and not the library.
func TestPostRendererPlugin(t *testing.T) {
	settings := cli.New()
	settings.PluginsDirectory = scene.Plugins(t, true)
	stream, err := os.ReadFile("../../../fixtures/base/current.yaml")
	if err != nil {
		t.Fatal(err)
	}
	filter, err := postrenderer.NewPostRendererPlugin(settings, "helm-runnertrust", "--from-secret=gitlab-tls/tls.crt")
	if err != nil {
		t.Fatal(err)
	}
	patched, err := filter.Run(bytes.NewBuffer(bytes.Clone(stream)))
	if err != nil {
		t.Fatal(err)
	}
	library := render.PostRenderer{Options: render.Options{Objects: []render.Object{{Kind: "Secret", Name: "gitlab-tls", Key: "tls.crt"}}}}
	want, err := library.Run(bytes.NewBuffer(stream))
	if err != nil {
		t.Fatal(err)
	}
	if patched.String() != want.String() || !strings.Contains(want.String(), "gitlab-tls") {
		t.Errorf("the plugin makes\n%s\nthe library\n%s", patched, want)
	}
}

// The name of the CLI plugin is not the post-renderer's.
func TestCommandLinePluginIsNoPostRenderer(t *testing.T) {
	settings := cli.New()
	settings.PluginsDirectory = scene.Plugins(t, true)
	if filter, err := postrenderer.NewPostRendererPlugin(settings, "runnertrust"); err == nil {
		t.Errorf("found %+v", filter)
	}
}
