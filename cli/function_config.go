package cli

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"sigs.k8s.io/kustomize/kyaml/yaml"

	"helm-runnertrust/render"
	"helm-runnertrust/render/pod"
	"helm-runnertrust/trust"
)

const (
	functionVersion = "helm-runnertrust/v1"
	filterKind      = "RunnerTrust"
	verifyKind      = "RunnerTrustVerify"
)

// A configFault is a field of the functionConfig that is wrong, or a file that it names.
type configFault struct {
	field string // "spec.via"
	file  string // that is wrong; "" for the field itself
	err   error
}

// certificateOrigin is how trust.Parse names the PEM text of a functionConfig.
const certificateOrigin = "functionConfig spec.certificate"

// Error is the place, and what is wrong there.
func (f *configFault) Error() string {
	refused := (*trust.Error)(nil)
	switch {
	case f.isAboutField():
		return "functionConfig: " + f.said()
	case errors.As(f.err, &refused) && refused.Origin == certificateOrigin:
		return f.err.Error()
	}
	return f.field + ": " + f.err.Error()
}

// said is what is wrong, for a reader who has the place already.
func (f *configFault) said() string {
	if f.isAboutField() {
		return f.field + " " + f.err.Error()
	}
	return f.err.Error()
}

// isAboutField reports whether the field is the subject of what is wrong: it "is empty".
func (f *configFault) isAboutField() bool { return strings.HasPrefix(f.err.Error(), "is ") }

// Unwrap is what is wrong.
func (f *configFault) Unwrap() error { return f.err }

// readFunctionConfig reads the configuration strictly: what is not known was meant to do something.
func readFunctionConfig(config *yaml.RNode) (kind string, spec functionSpec, err error) {
	kind = textAt(config, "kind")
	if err := checkKind(textAt(config, "apiVersion"), kind); err != nil {
		return kind, spec, err
	}
	faults := []error{checkMetadata("functionConfig", config)}
	known := []string{"apiVersion", "kind", "metadata", "spec"}
	keys, err := config.Fields()
	if err != nil {
		return kind, spec, &hinted{what: "functionConfig is not a mapping"}
	}
	keys, repeated := distinct(keys)
	for _, key := range repeated {
		faults = append(faults, twice("", key))
	}
	for _, key := range keys {
		if !slices.Contains(known, key) {
			faults = append(faults, unknownField("", key, known))
		}
	}
	faults = append(faults, spec.read(kind, at(config, "spec")))
	return kind, spec, errors.Join(faults...)
}

func checkKind(version, kind string) error {
	var faults []error
	if version != functionVersion {
		faults = append(faults, &configFault{field: "apiVersion", err: &hinted{what: fmt.Sprintf("is %s, not %q", shownName(version), functionVersion)}})
	}
	if kind != filterKind && kind != verifyKind {
		faults = append(faults, &configFault{field: "kind", err: &hinted{what: fmt.Sprintf("is %s, neither %s nor %s", shownName(kind), filterKind, verifyKind)}})
	}
	return errors.Join(faults...)
}

// shownName quotes what can be a name; anything else may be a secret that was put in its place.
func shownName(text string) string {
	if len(text) > 253 || !isObjectName(text) {
		return "something else"
	}
	return strconv.Quote(text)
}

// unknownField refuses a key, which may be a value that was put in the wrong place.
func unknownField(parent, key string, known []string) error {
	hint := "docs/KRM.md lists the fields of spec"
	if meant := nearest(key, known); meant != "" {
		hint = "did you mean " + parent + meant + "?"
	}
	if !isFieldName(key) {
		return &hinted{what: "functionConfig: a key of " + strings.TrimSuffix(parent, ".") + " is not known", hint: hint}
	}
	return &configFault{field: parent + key, err: &hinted{what: "is not known", hint: hint}}
}

// isFieldName reports whether a key can have been meant as a field.
func isFieldName(key string) bool { return len(key) <= 63 && consistsOf(key, isNameByte) }

// twice refuses a key that was there before: readers differ in which of them counts.
func twice(parent, key string) error {
	if !isFieldName(key) {
		return &hinted{what: "functionConfig: a key of " + strings.TrimSuffix(parent, ".") + " is there twice"}
	}
	return &configFault{field: parent + key, err: &hinted{what: "is there twice"}}
}

// functionOptions are the options of the filter.
func (p *program) functionOptions(spec functionSpec) (render.Options, error) {
	options := render.Options{
		FromIngress: spec.FromIngress, Jobs: spec.Jobs, NoRollout: spec.NoRollout, Force: spec.Force,
		Via: pod.Way(spec.Via), Deployment: spec.Deployment, CertsDir: spec.CertsDir,
		ConfigMapName: spec.ConfigMapName, AllowNoRunner: spec.AllowNoRunner, Now: p.Now,
	}
	var faults []error
	fault := func(field, file string, err error) {
		for _, one := range unjoin(err) {
			faults = append(faults, &configFault{field: "spec." + field, file: file, err: one})
		}
	}
	if spec.Certificate != "" {
		bundle, err := trust.Parse(certificateOrigin, []byte(spec.Certificate))
		options.Sources = append(options.Sources, render.Source{Bundle: bundle})
		fault("certificate", "", err)
	}
	for _, file := range spec.CertificateFile {
		sources, err := p.files().load(file)
		options.Sources = append(options.Sources, sources...)
		fault("certificateFile", withoutHost(file), err)
	}
	for _, name := range spec.FromSecret {
		fault("fromSecret", "", objects{"Secret", &options.Objects}.Set(name))
	}
	for _, name := range spec.FromConfigMap {
		fault("fromConfigMap", "", objects{"ConfigMap", &options.Objects}.Set(name))
	}
	return options, errors.Join(faults...)
}
