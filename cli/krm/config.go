package krm

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"sigs.k8s.io/kustomize/kyaml/yaml"

	"helm-runnertrust/cli/advice"
	"helm-runnertrust/cli/input"
	"helm-runnertrust/render"
	"helm-runnertrust/render/delivery"
	"helm-runnertrust/render/yamledit"
	"helm-runnertrust/trust"
)

const (
	apiVersion = "helm-runnertrust/v1"
	filterKind = "RunnerTrust"
	verifyKind = "RunnerTrustVerify"

	certificateField = "spec.certificate"
)

// A spec has the flags of the filter, and for RunnerTrustVerify those of verify. docs/KRM.md
// describes it.
type spec struct {
	certificate, via, deployment, certsDir, configMapName string
	certificateFile, fromSecret, fromConfigMap            list
	fromIngress, jobs, noRollout, force                   toggle
	allowNoRunner, allowUnknown                           toggle
	expiresWithin                                         days
}

// fields returns the fields of a kind, each with where its value goes.
func (s *spec) fields(kind string) map[string]any {
	both := map[string]any{"deployment": &s.deployment, "certsDir": &s.certsDir}
	if kind == verifyKind {
		maps.Copy(both, map[string]any{"expiresWithin": &s.expiresWithin, "allowUnknown": &s.allowUnknown})
		return both
	}
	maps.Copy(both, map[string]any{
		"certificate": &s.certificate, "certificateFile": &s.certificateFile, "fromSecret": &s.fromSecret,
		"fromConfigMap": &s.fromConfigMap, "fromIngress": &s.fromIngress, "via": &s.via, "jobs": &s.jobs,
		"noRollout": &s.noRollout, "force": &s.force, "configMapName": &s.configMapName, "allowNoRunner": &s.allowNoRunner,
	})
	return both
}

// A list is a text or a list of texts.
type list []string

// UnmarshalYAML reads one.
func (l *list) UnmarshalYAML(node *yaml.Node) error {
	if node.Kind == yaml.ScalarNode {
		*l = list{node.Value}
		return nil
	}
	return node.Decode((*[]string)(l))
}

// A toggle is true or false, in quotes or not: kustomize puts a yes in quotes.
type toggle bool

// UnmarshalYAML reads one.
func (t *toggle) UnmarshalYAML(node *yaml.Node) error {
	unquoted := yaml.Node{Kind: node.Kind, Value: node.Value}
	return unquoted.Decode((*bool)(t))
}

type days struct{ input.Days }

// UnmarshalYAML reads a time.
func (d *days) UnmarshalYAML(node *yaml.Node) error { return d.Set(node.Value) }

// A fieldError is about a field of the functionConfig, or a file that it names.
type fieldError struct {
	field string // "spec.via"
	file  string // that is wrong; "" for the field itself
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

func wrong(field, what, hint string) error {
	return &fieldError{field: field, err: &advice.Error{What: what, Hint: hint}}
}

// readConfig reads a functionConfig. An unknown field of spec was meant to do something, so it is
// refused.
func readConfig(config *yaml.RNode) (kind string, s spec, err error) {
	kind = text(config, "kind")
	if text(config, "apiVersion") != apiVersion || kind != filterKind && kind != verifyKind {
		return "", s, &advice.Error{What: "functionConfig: it is none of this program's",
			Hint: fmt.Sprintf("write apiVersion: %s, and kind: %s or %s", apiVersion, filterKind, verifyKind)}
	}
	node := field(config, "spec")
	if node == nil {
		return kind, s, nil
	}
	if node.YNode().Kind != yaml.MappingNode {
		return kind, s, wrong("spec", "it is not a mapping", "")
	}
	known := s.fields(kind)
	seen := map[string]bool{}
	var faults []error
	for _, pair := range yamledit.Fields(node) {
		target, isKnown := known[pair.Key]
		switch {
		case !isKnown:
			faults = append(faults, unknown(pair.Key, kind, slices.Sorted(maps.Keys(known))))
		case seen[pair.Key]:
			faults = append(faults, wrong("spec."+pair.Key, "it is there twice", ""))
		default:
			faults = append(faults, readField(pair, target))
		}
		seen[pair.Key] = true
	}
	return kind, s, errors.Join(faults...)
}

// unknown refuses a field. A key that cannot be one may be a value in the wrong place, and is not
// repeated.
func unknown(key, kind string, known []string) error {
	hint := kind + " has " + strings.Join(known, ", ")
	if !input.IsName(key) {
		return wrong("spec", "a key of it is not known", hint)
	}
	return wrong("spec."+key, "it is not known", hint)
}

// readField reads a field. An empty one is refused: an empty variable of a template must not change where
// the certificates come from. What a value cannot be is not repeated.
func readField(pair yamledit.Pair, target any) error {
	place := "spec." + pair.Key
	texts, err := pair.Value.Elements()
	if err != nil {
		texts = []*yaml.RNode{pair.Value}
	}
	if len(texts) == 0 {
		return wrong(place, "it is empty", "give it a value, or leave the field out")
	}
	for _, one := range texts {
		value := strings.TrimSpace(yaml.GetValue(one))
		switch {
		case one.IsNilOrEmpty(), one.YNode().Kind == yaml.ScalarNode && value == "":
			return wrong(place, "it is empty", "give it a value, or leave the field out")
		case pair.Key == "certificate":
		case input.HoldsSecret(value):
			return wrong(place, "the value is the text of a certificate or a key, or has line breaks", "PEM text is given as spec.certificate")
		case input.MayHoldPassword(input.WithoutHost(value)) && !input.PathExists(value):
			return wrong(place, "the value is a URL with a password", "give a path or a name, and change the password if it was real")
		}
	}
	if pair.Value.YNode().Decode(target) != nil { // its error has the value
		return wrong(place, "it has a value of another kind", "docs/KRM.md describes the fields")
	}
	return nil
}

// options returns the options of the filter, with the certificates that the spec names.
func (s *spec) options(files input.Files, now time.Time) (render.Options, error) {
	o := render.Options{
		FromIngress: bool(s.fromIngress), Jobs: bool(s.jobs), NoRollout: bool(s.noRollout), Force: bool(s.force),
		Deployment: s.deployment, CertsDir: s.certsDir, ConfigMapName: s.configMapName, AllowNoRunner: bool(s.allowNoRunner), Now: now,
	}
	var faults []error
	check := func(field, file string, err error) {
		for _, one := range trust.Errors(err) {
			faults = append(faults, &fieldError{field: "spec." + field, file: file, err: one})
		}
	}
	var err error
	if s.via != "" {
		o.Via, err = delivery.ParseWay(s.via)
		check("via", "", err)
	}
	if s.certificate != "" {
		bundle, err := trust.Parse(certificateField, []byte(s.certificate))
		o.Sources = append(o.Sources, render.Source{Bundle: bundle})
		check("certificate", "", err)
	}
	for _, file := range s.certificateFile {
		sources, err := files.Load(file)
		o.Sources = append(o.Sources, sources...)
		check("certificateFile", input.WithoutHost(file), err)
	}
	for i, name := range slices.Concat(s.fromSecret, s.fromConfigMap) {
		kind := "Secret"
		if i >= len(s.fromSecret) {
			kind = "ConfigMap"
		}
		object, err := input.Object(kind, name)
		o.Objects = append(o.Objects, object)
		check("from"+kind, "", err)
	}
	return o, errors.Join(faults...)
}
