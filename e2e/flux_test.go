//go:build gitops

package e2e

import (
	"strings"
	"testing"
)

// A helmRelease is what of Flux's HelmRelease says how helm-controller installs.
type helmRelease struct {
	Metadata struct{ Name, Namespace string }
	Spec     struct {
		Chart struct {
			Spec struct {
				Chart, Version string
				SourceRef      struct{ Name string }
			}
		}
		ValuesFrom []struct{ Kind, Name, ValuesKey string }
	}
}

// tryFlux installs what the objects in the cluster say, as helm-controller would: the values of
// the ConfigMap in their order, the chart of the repository.
func tryFlux(t *testing.T, s *stage) {
	s.holdsPrintedValues(t)
	schemas(t)
	t.Cleanup(func() { s.cluster.Kubectl(t, "delete", "-n", s.namespace, "helmreleases,helmrepositories", "--all") })
	s.nextBlock(t)

	o, err := s.cluster.Get("helmrelease", s.namespace, s.name)
	if err != nil || o == nil {
		t.Fatalf("the HelmRelease: %v", err)
	}
	r := decode[helmRelease](t, o)
	repository, err := s.cluster.Get("helmrepository", r.Metadata.Namespace, r.Spec.Chart.Spec.SourceRef.Name)
	if err != nil || repository == nil {
		t.Fatalf("the HelmRepository: %v", err)
	}
	args := []string{"install", r.Metadata.Name, r.Spec.Chart.Spec.Chart, "--repo", textAt(repository, "spec", "url"),
		"--version", r.Spec.Chart.Spec.Version, "--namespace", r.Metadata.Namespace}
	for i, from := range r.Spec.ValuesFrom {
		values, err := s.cluster.Get(from.Kind, r.Metadata.Namespace, from.Name)
		text := textAt(values, "data", from.ValuesKey)
		if err != nil || text == "" {
			t.Fatalf("values %d: %v", i, err)
		}
		args = append(args, "--values", writeFile(t, "values.yaml", []byte(text)))
	}
	s.output(t, "helm", args...)
	connects(t, s.cluster.Get, s.deployment(t), s.gitlab)
	s.nextBlock(t)
	s.wantNoFunctions(t, o)
}

// wantNoFunctions holds what the README says of postRenderers: the HelmRelease of Flux has nowhere
// to name a function.
func (s *stage) wantNoFunctions(t *testing.T, helmRelease object) {
	t.Helper()
	with := func(field string, value any) error {
		o := clone(t, helmRelease)
		delete(o["metadata"].(object), "managedFields")
		o["spec"].(object)["postRenderers"] = []any{object{"kustomize": object{field: value}}}
		return admitted(s.cluster, pretty(o))
	}
	if err := with("patches", []any{object{"patch": "[]", "target": object{"kind": "Deployment"}}}); err != nil {
		t.Errorf("patches: %v", err)
	}
	if err := with("transformers", []any{"trust.yaml"}); err == nil || !strings.Contains(err.Error(), "field not declared in schema") {
		t.Errorf("transformers: %v, want an undeclared field", err)
	}
}
