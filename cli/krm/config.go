package krm

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"sigs.k8s.io/kustomize/kyaml/yaml"

	"helm-runnertrust/cli/advice"
	"helm-runnertrust/cli/input"
	"helm-runnertrust/render"
	"helm-runnertrust/render/delivery"
	"helm-runnertrust/render/manifest"
	"helm-runnertrust/render/pod"
	"helm-runnertrust/render/yamledit"
	"helm-runnertrust/trust"
)

const (
	apiVersion = "helm-runnertrust/v1"
	filterKind = "RunnerTrust"
	verifyKind = "RunnerTrustVerify"
)

// A spec has the options that a functionConfig sets: those of the filter, or those of verify.
type spec struct {
	verifies      bool
	filter        render.Options // of verify too: Deployment and CertsDir
	expiresWithin input.Days
	allowUnknown  bool
}

// A field is one of spec, which docs/KRM.md describes.
type field struct {
	isList bool // or one item
	set    func(value string) error
}

// fields returns the fields of the kind.
func (s *spec) fields() map[string]field {
	o := &s.filter
	text := func(option *string) field {
		return field{set: func(value string) error { *option = value; return nil }}
	}
	toggle := func(option *bool) field {
		return field{set: func(value string) error {
			*option = manifest.IsTrue(value)
			if !*option && !slices.Contains([]string{"false", "n", "no", "off"}, strings.ToLower(value)) {
				return errKind
			}
			return nil
		}}
	}
	object := func(kind string) field {
		return field{isList: true, set: func(value string) error {
			object, err := input.Object(kind, value)
			o.Objects = append(o.Objects, object)
			return err
		}}
	}
	if s.verifies {
		return map[string]field{
			"deployment": text(&o.Deployment), "certsDir": text(&o.CertsDir), "allowUnknown": toggle(&s.allowUnknown),
			"expiresWithin": {set: func(value string) error {
				if s.expiresWithin.Set(value) != nil { // its error has the value
					return errKind
				}
				return nil
			}},
		}
	}
	return map[string]field{
		"deployment": text(&o.Deployment), "certsDir": text(&o.CertsDir), "configMapName": text(&o.ConfigMapName),
		"fromIngress": toggle(&o.FromIngress), "jobs": toggle(&o.Jobs), "noRollout": toggle(&o.NoRollout), "force": toggle(&o.Force),
		"allowNoRunner": toggle(&o.AllowNoRunner), "fromSecret": object("Secret"), "fromConfigMap": object("ConfigMap"),
		"via": {set: func(value string) error {
			o.Via = pod.Way(value)
			_, err := delivery.New(o.Via, "")
			return err
		}},
		"certificate": {set: func(value string) error {
			bundle, err := trust.Parse("spec.certificate", []byte(value))
			o.Sources = append(o.Sources, render.Source{Bundle: bundle})
			return err
		}},
		"certificateFile": {isList: true, set: func(value string) error {
			sources, err := input.Load(value)
			o.Sources = append(o.Sources, sources...)
			return err
		}},
	}
}

// What a value cannot be is not repeated: it may be a secret.
var (
	errKind  = &advice.Error{What: "it has a value of another kind", Hint: "docs/KRM.md describes the fields"}
	errEmpty = &advice.Error{What: "it is empty", Hint: "give it a value, or leave the field out"}
)

// A fieldError is about a field of the functionConfig.
type fieldError struct {
	field string // "spec.via"
	err   error
}

func (e *fieldError) Error() string {
	text := e.err.Error()
	if !strings.HasPrefix(text, e.field) { // as what trust.Parse says of spec.certificate does
		text = e.field + ": " + text
	}
	return "functionConfig: " + text
}

// Unwrap returns what is wrong.
func (e *fieldError) Unwrap() error { return e.err }

// readConfig reads a functionConfig. An unknown field of spec was meant to do something, so it is
// refused. A key that cannot be a field may be a value in the wrong place, and is not repeated.
func readConfig(config *yaml.RNode) (*spec, error) {
	kind := config.GetKind()
	if config.GetApiVersion() != apiVersion || kind != filterKind && kind != verifyKind {
		return nil, &advice.Error{What: "functionConfig: it is none of this program's",
			Hint: fmt.Sprintf("write apiVersion: %s, and kind: %s or %s", apiVersion, filterKind, verifyKind)}
	}
	s := &spec{verifies: kind == verifyKind}
	node := manifest.Value(config, "spec")
	if node != nil && node.YNode().Kind != yaml.MappingNode {
		return nil, &fieldError{field: "spec", err: errKind}
	}
	fields := s.fields()
	unknown := kind + " has " + strings.Join(slices.Sorted(maps.Keys(fields)), ", ")
	seen := map[string]bool{}
	var faults []error
	for _, pair := range yamledit.Fields(node) {
		var err error
		name := "spec." + pair.Key
		switch option, known := fields[pair.Key]; {
		case !input.IsName(pair.Key):
			name, err = "spec", &advice.Error{What: "a key of it is not known", Hint: unknown}
		case !known:
			err = &advice.Error{What: "it is not known", Hint: unknown}
		case seen[pair.Key]:
			err = &advice.Error{What: "it is there twice"}
		default:
			err = option.read(pair)
		}
		seen[pair.Key] = true
		for _, one := range trust.Errors(err) {
			faults = append(faults, &fieldError{field: name, err: one})
		}
	}
	return s, errors.Join(faults...)
}

// read sets the option of a field. An empty one is refused: an empty variable of a template must
// not change where the certificates come from.
func (f field) read(pair yamledit.Pair) error {
	values := []*yaml.RNode{pair.Value}
	if list, err := pair.Value.Elements(); err == nil && f.isList {
		values = list
	}
	if len(values) == 0 {
		return errEmpty
	}
	var faults []error
	for _, one := range values {
		value := yaml.GetValue(one)
		err := checkValue(pair.Key, one, value)
		if err == nil {
			err = f.set(value)
		}
		faults = append(faults, err)
	}
	return errors.Join(faults...)
}

// checkValue refuses what is no value, or a secret in the wrong place.
func checkValue(key string, node *yaml.RNode, value string) error {
	switch {
	case node.IsNilOrEmpty(), node.YNode().Kind == yaml.ScalarNode && strings.TrimSpace(value) == "":
		return errEmpty
	case node.YNode().Kind != yaml.ScalarNode:
		return errKind
	case key == "certificate":
	case input.HoldsSecret(value):
		return &advice.Error{What: "the value is the text of a certificate or a key, or has line breaks", Hint: "PEM text belongs in spec.certificate"}
	case input.MayHoldPassword(input.WithoutHost(value)) && !input.PathExists(value):
		return &advice.Error{What: "the value is a URL with a password", Hint: "give a path or a name, and change the password if it was real"}
	}
	return nil
}
