package main

import (
	"errors"
	"os"
	"testing"

	"helm.sh/helm/v4/pkg/action"
	"helm.sh/helm/v4/pkg/cli"

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

// strategies are the ways in which Helm 4 hands over hooks: among the others, in a stream of their
// own, not at all.
var strategies = []action.PostRenderStrategy{
	"", action.PostRenderStrategyCombined, action.PostRenderStrategySeparate, action.PostRenderStrategyNoHooks,
}

func TestInstall(t *testing.T) {
	s := scene.New(t)
	for _, strategy := range strategies {
		wanted := installation{name: scene.Release, chart: scene.Chart, certFile: s.CertFile, strategy: strategy}
		t.Run("trusts "+string(strategy), func(t *testing.T) {
			settings := settings(t, s)
			installed, err := wanted.run(t.Context(), settings)
			if err != nil {
				t.Fatal(err)
			}
			if installed.Status() != "deployed" || len(installed.Hooks()) != 1 {
				t.Errorf("the release is %s and has %d hooks, want one", installed.Status(), len(installed.Hooks()))
			}
			s.Trusts(t, settings.Namespace(), installed.Manifest())
		})

		t.Run("refused manifests "+string(strategy), func(t *testing.T) {
			settings := settings(t, s)
			wanted := wanted
			wanted.values = map[string]any{"gitlabUrl": nil}
			_, err := wanted.run(t.Context(), settings)
			if refused := (*render.Error)(nil); !errors.As(err, &refused) || refused.Code != manifest.HostUnknown {
				t.Errorf("got %v", err)
			}
			s.Nothing(t, settings.Namespace())
		})
	}

	t.Run("refused certificate", func(t *testing.T) {
		settings := settings(t, s)
		wanted := installation{name: scene.Release, chart: scene.Chart, certFile: t.TempDir() + "/empty.crt"}
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
