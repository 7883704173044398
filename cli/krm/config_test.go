package krm

import (
	"errors"
	"strconv"
	"testing"

	"sigs.k8s.io/kustomize/kyaml/yaml"
)

// TestToggle reads true and false in each way of writing them: kustomize puts a yes in quotes.
func TestToggle(t *testing.T) {
	for text, want := range map[string]string{
		"true": "true", `"true"`: "true", "yes": "true", `"yes"`: "true", "'on'": "true", `!!bool "true"`: "true",
		"false": "false", `"false"`: "false", `"no"`: "false", "off": "false",
		"2": "it has a value of another kind", `"maybe"`: "it has a value of another kind", "~": "it is empty", `""`: "it is empty",
	} {
		config := yaml.MustParse("apiVersion: " + apiVersion + "\nkind: " + filterKind + "\nspec: {jobs: " + text + "}\n")
		s, err := readConfig(config)
		got := strconv.FormatBool(s.filter.Jobs)
		if fault, ok := errors.AsType[*fieldError](err); ok {
			got = fault.err.Error()
		}
		if got != want {
			t.Errorf("%s: %s, want %s", text, got, want)
		}
	}
}
