package main

import (
	"errors"
	"os"
	"testing"

	"helm.sh/helm/v3/pkg/cli"
	"helm.sh/helm/v3/pkg/release"

	"helm-runnertrust/e2e/sdk/internal/scene"
	"helm-runnertrust/render"
	"helm-runnertrust/render/manifest"
	"helm-runnertrust/trust"
)

// settings are those of a namespace of its own.
func settings(t *testing.T, s *scene.Scene) *cli.EnvSettings {
	t.Helper()
	settings := cli.New()
	settings.KubeConfig = s.Cluster.Kubeconfig()
	settings.SetNamespace(s.Cluster.Namespace(t, "sdk"))
	return settings
}

func TestInstall(t *testing.T) {
	s := scene.New(t)
	wanted := installation{name: scene.Release, chart: scene.Chart, certFile: s.CertFile}

	t.Run("trusts", func(t *testing.T) {
		settings := settings(t, s)
		installed, err := wanted.run(t.Context(), settings)
		if err != nil {
			t.Fatal(err)
		}
		if installed.Info.Status != release.StatusDeployed || len(installed.Hooks) != 1 {
			t.Errorf("the release is %s and has %d hooks, want one", installed.Info.Status, len(installed.Hooks))
		}
		s.Trusts(t, settings.Namespace(), installed.Manifest)
	})

	t.Run("refused manifests", func(t *testing.T) {
		settings := settings(t, s)
		wanted := wanted
		wanted.values = map[string]any{"gitlabUrl": nil}
		_, err := wanted.run(t.Context(), settings)
		if refused := (*render.Error)(nil); !errors.As(err, &refused) || refused.Code != manifest.HostUnknown {
			t.Errorf("got %v", err)
		}
		s.Nothing(t, settings.Namespace())
	})

	t.Run("refused certificate", func(t *testing.T) {
		settings := settings(t, s)
		wanted := wanted
		wanted.certFile = t.TempDir() + "/empty.crt"
		if err := os.WriteFile(wanted.certFile, nil, 0o600); err != nil {
			t.Fatal(err)
		}
		_, err := wanted.run(t.Context(), settings)
		if refused := (*trust.Error)(nil); !errors.As(err, &refused) || refused.Code != trust.CodeEmpty {
			t.Errorf("got %v", err)
		}
		s.Nothing(t, settings.Namespace())
	})
}
