package krm

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/pflag"
	"sigs.k8s.io/kustomize/kyaml/yaml"

	"helm-runnertrust/cli/advice"
	"helm-runnertrust/cli/input"
	"helm-runnertrust/render"
	"helm-runnertrust/render/delivery"
	"helm-runnertrust/render/manifest"
	"helm-runnertrust/render/yamledit"
	"helm-runnertrust/trust"
)

const (
	apiVersion = "helm-runnertrust/v1"
	filterKind = "RunnerTrust"
	verifyKind = "RunnerTrustVerify"

	certificateField = "spec.certificate"
)

// A spec has the options that a functionConfig sets: those of the filter, or those of verify.
type spec struct {
	verifies        bool
	filter          render.Options // of verify too: Deployment and CertsDir
	certificate     string
	certificateFile []string
	fromSecret      []string
	fromConfigMap   []string
	expiresWithin   input.Days
	allowUnknown    bool
}

// fields returns the fields of the kind, which docs/KRM.md describes, as the flags that they stand for.
func (s *spec) fields() *pflag.FlagSet {
	f := pflag.NewFlagSet("", pflag.ContinueOnError)
	o := &s.filter
	f.StringVar(&o.Deployment, "deployment", "", "")
	f.StringVar(&o.CertsDir, "certsDir", "", "")
	if s.verifies {
		f.BoolVar(&s.allowUnknown, "allowUnknown", false, "")
		f.Var(&s.expiresWithin, "expiresWithin", "")
		return f
	}
	for name, option := range map[string]*bool{"fromIngress": &o.FromIngress, "jobs": &o.Jobs, "noRollout": &o.NoRollout, "force": &o.Force, "allowNoRunner": &o.AllowNoRunner} {
		f.BoolVar(option, name, false, "")
	}
	for name, option := range map[string]*[]string{"certificateFile": &s.certificateFile, "fromSecret": &s.fromSecret, "fromConfigMap": &s.fromConfigMap} {
		f.StringArrayVar(option, name, nil, "")
	}
	f.StringVar(&o.ConfigMapName, "configMapName", "", "")
	f.StringVar((*string)(&o.Via), "via", "", "")
	f.StringVar(&s.certificate, "certificate", "", "")
	return f
}

// options returns the options of the filter, with the certificates that the spec names.
func (s *spec) options(files input.Files) (render.Options, error) {
	o := s.filter
	var faults []error
	check := func(field string, err error) {
		for _, one := range trust.Errors(err) {
			faults = append(faults, &fieldError{field: "spec." + field, err: one})
		}
	}
	if s.certificate != "" {
		bundle, err := trust.Parse(certificateField, []byte(s.certificate))
		o.Sources = append(o.Sources, render.Source{Bundle: bundle})
		check("certificate", err)
	}
	sources, err := files.LoadAll(s.certificateFile)
	o.Sources = append(o.Sources, sources...)
	check("certificateFile", err)
	for i, name := range slices.Concat(s.fromSecret, s.fromConfigMap) {
		kind := "Secret"
		if i >= len(s.fromSecret) {
			kind = "ConfigMap"
		}
		object, err := input.Object(kind, name)
		o.Objects = append(o.Objects, object)
		check("from"+kind, err)
	}
	_, err = delivery.New(o.Via, "")
	check("via", err)
	return o, errors.Join(faults...)
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
	var known []string
	fields.VisitAll(func(f *pflag.Flag) { known = append(known, f.Name) })
	unknown := kind + " has " + strings.Join(known, ", ")
	var faults []error
	for _, pair := range yamledit.Fields(node) {
		var err error
		name := "spec." + pair.Key
		switch option := fields.Lookup(pair.Key); {
		case !input.IsName(pair.Key):
			name, err = "spec", &advice.Error{What: "a key of it is not known", Hint: unknown}
		case option == nil:
			err = &advice.Error{What: "it is not known", Hint: unknown}
		case option.Changed:
			err = &advice.Error{What: "it is there twice"}
		default:
			option.Changed = true
			err = readField(pair, option)
		}
		if err != nil {
			faults = append(faults, &fieldError{field: name, err: err})
		}
	}
	return s, errors.Join(faults...)
}

// readField sets the option of a field. An empty one is refused: an empty variable of a template must
// not change where the certificates come from.
func readField(pair yamledit.Pair, option *pflag.Flag) error {
	values := []*yaml.RNode{pair.Value}
	if list, err := pair.Value.Elements(); err == nil && option.Value.Type() == "stringArray" {
		values = list
	}
	if len(values) == 0 {
		return errEmpty
	}
	for _, one := range values {
		value := yaml.GetValue(one)
		if err := checkValue(pair.Key, one, value); err != nil {
			return err
		}
		if isYes := slices.Contains([]string{"yes", "on"}, value); option.Value.Type() == "bool" && (isYes || slices.Contains([]string{"no", "off"}, value)) {
			value = strconv.FormatBool(isYes) // kustomize puts a yes in quotes
		}
		if option.Value.Set(value) != nil { // its error has the value
			return errKind
		}
	}
	return nil
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
