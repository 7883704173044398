package cli

import (
	"bytes"
	"errors"
	"fmt"

	"sigs.k8s.io/kustomize/kyaml/yaml"

	"helm-runnertrust/render"
	"helm-runnertrust/trust"
)

const (
	functionVersion = "helm-runnertrust/v1"
	filterKind      = "RunnerTrust"
	verifyKind      = "RunnerTrustVerify"
)

// functionConfig is the configuration of the KRM function; docs/KRM.md describes it.
type functionConfig struct {
	APIVersion string         `yaml:"apiVersion"`
	Kind       string         `yaml:"kind"`
	Metadata   map[string]any `yaml:"metadata"`
	Spec       functionSpec   `yaml:"spec"`
}

// functionSpec has the flags of the filter, and for RunnerTrustVerify those of verify.
type functionSpec struct {
	Certificate     string     `yaml:"certificate"` // PEM text
	CertificateFile stringList `yaml:"certificateFile"`
	FromSecret      stringList `yaml:"fromSecret"`
	FromConfigMap   stringList `yaml:"fromConfigMap"`
	FromIngress     bool       `yaml:"fromIngress"`
	Via             string     `yaml:"via"`
	Jobs            bool       `yaml:"jobs"`
	NoRollout       bool       `yaml:"noRollout"`
	Force           bool       `yaml:"force"`
	Deployment      string     `yaml:"deployment"`
	CertsDir        string     `yaml:"certsDir"`
	ConfigMapName   string     `yaml:"configMapName"`
	AllowNoRunner   bool       `yaml:"allowNoRunner"`
	ExpiresWithin   days       `yaml:"expiresWithin"`
	AllowUnknown    bool       `yaml:"allowUnknown"`
}

// stringList is a list of strings, or one string.
type stringList []string

// UnmarshalYAML reads either.
func (l *stringList) UnmarshalYAML(node *yaml.Node) error {
	if node.Kind == yaml.ScalarNode {
		*l = stringList{node.Value}
		return nil
	}
	var all []string
	err := node.Decode(&all)
	*l = all
	return err
}

// UnmarshalYAML reads 30d or 72h.
func (d *days) UnmarshalYAML(node *yaml.Node) error { return d.Set(node.Value) }

// readFunctionConfig reads the configuration strictly: what is not known was meant to do something.
func readFunctionConfig(node *yaml.RNode) (functionConfig, error) {
	var config functionConfig
	if yaml.IsMissingOrNull(node) {
		return config, &hinted{what: "the ResourceList has no functionConfig", hint: "it takes apiVersion: " + functionVersion + ", kind: " + filterKind}
	}
	text, err := node.String()
	if err != nil {
		return config, err
	}
	decoder := yaml.NewDecoder(bytes.NewReader([]byte(text)))
	decoder.KnownFields(true)
	if err := decoder.Decode(&config); err != nil {
		return config, &hinted{what: "functionConfig", err: err, hint: "docs/KRM.md lists the fields of spec"}
	}
	switch {
	case config.APIVersion != functionVersion:
		return config, &hinted{what: fmt.Sprintf("functionConfig: apiVersion %q is not %q", config.APIVersion, functionVersion)}
	case config.Kind != filterKind && config.Kind != verifyKind:
		return config, &hinted{what: fmt.Sprintf("functionConfig: kind %q is neither %s nor %s", config.Kind, filterKind, verifyKind)}
	}
	return config, config.check()
}

// check refuses fields of the other kind.
func (c functionConfig) check() error {
	s := c.Spec
	gives := s.Certificate != "" || len(s.CertificateFile)+len(s.FromSecret)+len(s.FromConfigMap) > 0 || s.FromIngress
	switch {
	case c.Kind == verifyKind && (gives || s.Via != "" || s.Jobs || s.NoRollout || s.Force || s.ConfigMapName != "" || s.AllowNoRunner):
		return &hinted{what: "functionConfig: " + verifyKind + " verifies what the manifests hold, so it takes only deployment, certsDir, expiresWithin and allowUnknown"}
	case c.Kind == filterKind && (s.ExpiresWithin != 0 || s.AllowUnknown):
		return &hinted{what: "functionConfig: expiresWithin and allowUnknown are for " + verifyKind}
	}
	return nil
}

// functionOptions are the options of the filter.
func (p *program) functionOptions(spec functionSpec) (render.Options, error) {
	flags := filterFlags{options: render.Options{
		FromIngress: spec.FromIngress, Jobs: spec.Jobs, NoRollout: spec.NoRollout, Force: spec.Force,
		Via: render.Way(spec.Via), Deployment: spec.Deployment, CertsDir: spec.CertsDir,
		ConfigMapName: spec.ConfigMapName, AllowNoRunner: spec.AllowNoRunner, Now: p.Now,
	}}
	options := &flags.options
	var faults []error
	if spec.Certificate != "" {
		bundle, err := trust.Parse("functionConfig spec.certificate", []byte(spec.Certificate))
		options.Sources, faults = append(options.Sources, trust.Source{Bundle: bundle}), append(faults, err)
	}
	for _, file := range spec.CertificateFile {
		sources, err := p.files().load(file)
		options.Sources, faults = append(options.Sources, sources...), append(faults, err)
	}
	for _, name := range spec.FromSecret {
		faults = append(faults, objects{"Secret", &options.Objects}.Set(name))
	}
	for _, name := range spec.FromConfigMap {
		faults = append(faults, objects{"ConfigMap", &options.Objects}.Set(name))
	}
	return *options, errors.Join(faults...)
}
