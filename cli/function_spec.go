package cli

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/pflag"
	"sigs.k8s.io/kustomize/kyaml/yaml"
)

// functionSpec has the flags of the filter, and for RunnerTrustVerify those of verify. docs/KRM.md
// describes it.
type functionSpec struct {
	Certificate     string // PEM text
	CertificateFile []string
	FromSecret      []string
	FromConfigMap   []string
	FromIngress     bool
	Via             via
	Jobs            bool
	NoRollout       bool
	Force           bool
	Deployment      string
	CertsDir        string
	ConfigMapName   string
	AllowNoRunner   bool
	ExpiresWithin   days
	AllowUnknown    bool
}

// A specField is a field of spec.
type specField struct {
	name  string
	flag  string   // that it stands for
	kinds []string // that have it
	set   func(*functionSpec, *yaml.RNode) error
}

// specFields are all of them, in the order of the documentation. A flag that two fields stand for
// comes first with the one whose value is the flag's.
func specFields() []specField {
	filter, verify, both := []string{filterKind}, []string{verifyKind}, []string{filterKind, verifyKind}
	return []specField{
		{"certificateFile", certFlag, filter, readList(func(s *functionSpec) *[]string { return &s.CertificateFile })},
		{"certificate", certFlag, filter, readPEM},
		{"fromSecret", "from-secret", filter, readList(func(s *functionSpec) *[]string { return &s.FromSecret })},
		{"fromConfigMap", "from-configmap", filter, readList(func(s *functionSpec) *[]string { return &s.FromConfigMap })},
		{"fromIngress", "from-ingress", filter, readBool(func(s *functionSpec) *bool { return &s.FromIngress })},
		{"via", "via", filter, readSet(func(s *functionSpec) setter { return &s.Via })},
		{"jobs", "jobs", filter, readBool(func(s *functionSpec) *bool { return &s.Jobs })},
		{"noRollout", "no-rollout", filter, readBool(func(s *functionSpec) *bool { return &s.NoRollout })},
		{"force", "force", filter, readBool(func(s *functionSpec) *bool { return &s.Force })},
		{"deployment", "deployment", both, readString(func(s *functionSpec) *string { return &s.Deployment })},
		{"certsDir", "certs-dir", both, readString(func(s *functionSpec) *string { return &s.CertsDir })},
		{"configMapName", "configmap-name", filter, readString(func(s *functionSpec) *string { return &s.ConfigMapName })},
		{"allowNoRunner", "allow-no-runner", filter, readBool(func(s *functionSpec) *bool { return &s.AllowNoRunner })},
		{"expiresWithin", "expires-within", verify, readSet(func(s *functionSpec) setter { return &s.ExpiresWithin })},
		{"allowUnknown", "allow-unknown", verify, readBool(func(s *functionSpec) *bool { return &s.AllowUnknown })},
	}
}

// namesOf are the fields that a kind has.
func namesOf(kind string) (names []string) {
	for _, field := range specFields() {
		if slices.Contains(field.kinds, kind) {
			names = append(names, field.name)
		}
	}
	return names
}

// read reads the spec of a kind.
func (s *functionSpec) read(kind string, node *yaml.RNode) error {
	if node == nil {
		return nil
	}
	keys, err := node.Fields()
	if err != nil {
		return &configFault{field: "spec", err: &hinted{what: "is not a mapping"}}
	}
	var faults []error
	keys, repeated := distinct(keys)
	for _, key := range repeated {
		faults = append(faults, twice("spec.", key))
	}
	fields := specFields()
	for _, key := range keys {
		i := slices.IndexFunc(fields, func(f specField) bool { return f.name == key })
		switch {
		case i < 0:
			faults = append(faults, unknownField("spec.", key, namesOf(kind)))
		case !slices.Contains(fields[i].kinds, kind):
			faults = append(faults, &configFault{field: "spec." + key, err: &hinted{what: "is no field of " + kind,
				hint: kind + " has " + strings.Join(namesOf(kind), ", ")}})
		default:
			if err := fields[i].set(s, node.Field(key).Value); err != nil {
				faults = append(faults, &configFault{field: "spec." + key, err: err})
			}
		}
	}
	return errors.Join(faults...)
}

// refuseFlags refuses a command line: the function has its options from the functionConfig, and
// flags that change nothing would seem to.
func refuseFlags(flags *pflag.FlagSet) error {
	var faults []error
	flags.Visit(func(flag *pflag.Flag) {
		hint := "kustomize hands the items to the next function itself"
		var names []string
		for _, field := range specFields() {
			if field.flag == flag.Name {
				names = append(names, "spec."+field.name)
			}
		}
		if len(names) > 0 {
			hint = "set " + strings.Join(names, " or ") + " in the functionConfig"
		}
		faults = append(faults, &hinted{what: fmt.Sprintf("--%s: a KRM function takes no flags, and stdin is a ResourceList", flag.Name), hint: hint})
	})
	return errors.Join(faults...)
}

// A setter is the value of a flag.
type setter interface{ Set(value string) error }

// scalar is the text of a node. An empty one is refused: an empty variable of a template must not
// change where the certificates come from.
func scalar(node *yaml.RNode) (string, error) {
	switch {
	case yaml.IsMissingOrNull(node):
		return "", emptyField()
	case node.YNode().Kind != yaml.ScalarNode:
		return "", &hinted{what: "is not a text"}
	case strings.TrimSpace(node.YNode().Value) == "":
		return "", emptyField()
	}
	return node.YNode().Value, nil
}

func emptyField() error {
	return &hinted{what: "is empty", hint: "give it a value, or leave the field out"}
}

// plain is a scalar that is no certificate, and no URL with a password.
func plain(node *yaml.RNode) (string, error) {
	value, err := scalar(node)
	switch {
	case err != nil:
		return "", err
	case holdsCertificate(value):
		return "", &hinted{what: "the value is the text of a certificate or a key, or has line breaks",
			hint: "PEM text is given as spec.certificate"}
	case mayHoldPassword(withoutHost(value)) && !pathExists(value):
		return "", &hinted{what: "the value is a URL with a password", hint: "give a path or a name, and change the password if it was real"}
	}
	return value, nil
}

func readPEM(s *functionSpec, node *yaml.RNode) (err error) {
	s.Certificate, err = scalar(node)
	return err
}

func readString(at func(*functionSpec) *string) func(*functionSpec, *yaml.RNode) error {
	return func(s *functionSpec, node *yaml.RNode) (err error) {
		*at(s), err = plain(node)
		return err
	}
}

func readSet(at func(*functionSpec) setter) func(*functionSpec, *yaml.RNode) error {
	return func(s *functionSpec, node *yaml.RNode) error {
		value, err := plain(node)
		if err != nil {
			return err
		}
		return at(s).Set(value)
	}
}

// readList reads a list of texts, or one text.
func readList(at func(*functionSpec) *[]string) func(*functionSpec, *yaml.RNode) error {
	return func(s *functionSpec, node *yaml.RNode) error {
		all := []*yaml.RNode{node}
		if node.YNode().Kind == yaml.SequenceNode {
			var err error
			if all, err = node.Elements(); err != nil || len(all) == 0 {
				return emptyField()
			}
		}
		for _, one := range all {
			value, err := plain(one)
			if err != nil {
				return err
			}
			*at(s) = append(*at(s), value)
		}
		return nil
	}
}

func readBool(at func(*functionSpec) *bool) func(*functionSpec, *yaml.RNode) error {
	return func(s *functionSpec, node *yaml.RNode) error {
		if _, err := scalar(node); err != nil {
			return err
		}
		// kustomize hands a yes on in quotes, so that those make no difference.
		unquoted := yaml.Node{Kind: yaml.ScalarNode, Value: node.YNode().Value}
		if unquoted.Decode(at(s)) != nil { // whose error has the value
			return &hinted{what: "is neither true nor false", hint: "write true or false"}
		}
		return nil
	}
}
