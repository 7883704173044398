package cli

import (
	"errors"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"

	"sigs.k8s.io/kustomize/kyaml/kio/kioutil"
	"sigs.k8s.io/kustomize/kyaml/yaml"

	"helm-runnertrust/render"
	"helm-runnertrust/render/audit"
	"helm-runnertrust/render/manifest"
	"helm-runnertrust/trust"
)

// The severities of results.
const (
	severityError   = "error"
	severityWarning = "warning"
	severityInfo    = "info"
)

// functionResult is one of a ResourceList's results.
type functionResult struct {
	Message     string         `yaml:"message"`
	Severity    string         `yaml:"severity"`
	ResourceRef *resourceRef   `yaml:"resourceRef,omitempty"`
	Field       *functionField `yaml:"field,omitempty"`
	File        *functionFile  `yaml:"file,omitempty"`
}

type resourceRef struct {
	APIVersion string `yaml:"apiVersion,omitempty"`
	Kind       string `yaml:"kind,omitempty"`
	Name       string `yaml:"name,omitempty"`
	Namespace  string `yaml:"namespace,omitempty"`
}

type functionField struct {
	Path string `yaml:"path"`
}

type functionFile struct {
	Path  string `yaml:"path"`
	Index int    `yaml:"index,omitempty"`
}

// told adds a finding to the results. Warnings are said on stderr too: kustomize shows that, and
// nothing of the results.
func (p *program) told(l *resourceList, severity, namespace string, f trust.Finding, hint string) {
	hint = inFunction(f.Code, l.kind, hint)
	if severity == severityWarning {
		p.message(severity, strings.TrimPrefix(f.Object+": ", ": ")+f.Message, hint)
	}
	r := functionResult{Message: withHint(f.Message, hint), Severity: severity}
	if f.Object == "" {
		l.addSource(&r, f.Message)
	}
	l.add(r, f.Object, namespace)
}

// addSource completes a result about certificates by the field that gives them, and the file: the
// messages of package trust begin with it.
func (l *resourceList) addSource(r *functionResult, message string) {
	if strings.HasPrefix(message, certificateOrigin) {
		r.Field = &functionField{Path: "spec.certificate"}
	}
	for _, file := range l.spec.CertificateFile {
		path, _, _ := strings.Cut(message, ": ")
		if strings.HasPrefix(path, withoutHost(file)) {
			r.Field, r.File = &functionField{Path: "spec.certificateFile"}, &functionFile{Path: path}
		}
	}
}

// tellFaults adds errors to the results, and returns them as the function says them.
func (p *program) tellFaults(l *resourceList, err error) error {
	var said []error
	for _, one := range unjoin(err) {
		if own := (*hinted)(nil); errors.As(one, &own) && own.told {
			said = append(said, one)
			continue
		}
		hint := ""
		if codeOf(one) != codeCommand || errors.As(one, new(*hinted)) { // otherwise it is one of a command line
			hint = inFunction(codeOf(one), l.kind, p.hint(one))
		}
		l.tell(one, hint)
		said = append(said, &hinted{code: codeOf(one), what: asItem(one), hint: hint})
	}
	return errors.Join(said...)
}

// tell adds an error to the results, with its place in their fields instead of in the message.
func (l *resourceList) tell(err error, hint string) {
	r := functionResult{Message: err.Error(), Severity: severityError}
	object := ""
	if placed := (*configFault)(nil); errors.As(err, &placed) {
		r.Message, r.Field = placed.said(), &functionField{Path: placed.field}
		if placed.file != "" {
			r.File = &functionFile{Path: placed.file}
		}
	}
	if refused := (*trust.Error)(nil); errors.As(err, &refused) {
		if r.Field == nil {
			l.addSource(&r, err.Error())
		}
		r.Message = withoutOrigin(refused)
		if refused.Origin != certificateOrigin && r.File != nil {
			r.File.Path = refused.Origin // of a folder, the file
		}
	}
	if refused := (*render.Error)(nil); errors.As(err, &refused) {
		r.Message, object = refused.Err.Error(), refused.Object
		if field := refusedField(refused); field != "" && r.Field == nil {
			r.Field = &functionField{Path: field}
		}
	}
	r.Message = withHint(r.Message, hint)
	l.add(r, object, "")
}

// refusedField is the field that a refusal is about: the object's, or that of spec where no object is at
// fault.
func refusedField(refused *render.Error) string {
	if refused.Field != "" || refused.Object != "" && refused.Code != manifest.ConfigMapTaken {
		return refused.Field
	}
	return map[trust.Code]string{
		manifest.NoRunner: "spec.deployment", manifest.ConfigMapName: "spec.configMapName",
		manifest.ConfigMapTaken: "spec.configMapName", manifest.DirUnknown: "spec.certsDir",
		manifest.WayUnknown: "spec.via",
	}[refused.Code]
}

// withoutOrigin is a refusal without the file, which the result names in a field of its own.
func withoutOrigin(refused *trust.Error) string {
	here := *refused
	here.Origin, here.Line = "", 0
	if refused.Line == 0 {
		return here.Error()
	}
	return "line " + strconv.Itoa(refused.Line) + ": " + here.Error()
}

// asItem is the text of an error whose documents are the items of the list; their lines are of no
// text that anybody has.
func asItem(err error) string {
	refused := (*render.Error)(nil)
	if !errors.As(err, &refused) || refused.Document == "" {
		return err.Error()
	}
	here := *refused
	here.Document, here.Line = "item"+strings.TrimPrefix(refused.Document, "document"), 0
	return here.Error()
}

// add completes a result by the item that it is about, "Kind/name". An empty namespace is any; of
// several items of that name in several namespaces, the result names none.
func (l *resourceList) add(r functionResult, object, namespace string) {
	var found []*yaml.RNode
	for _, item := range l.items {
		kind, metadata := textAt(item, "kind"), at(item, "metadata")
		if object != "" && kind+"/"+textAt(metadata, "name") == object && (namespace == "" || textAt(metadata, "namespace") == namespace) {
			found = append(found, item)
		}
	}
	if kind, name, _ := strings.Cut(object, "/"); len(found) > 1 {
		r.ResourceRef = &resourceRef{APIVersion: textAt(found[0], "apiVersion"), Kind: kind, Name: name}
	} else if len(found) == 1 {
		r.ResourceRef = &resourceRef{APIVersion: textAt(found[0], "apiVersion"), Kind: kind, Name: name, Namespace: textAt(at(found[0], "metadata"), "namespace")}
		if r.File == nil {
			r.File = fileOf(found[0])
		}
	}
	l.results = append(l.results, r)
}

// fileOf is the file that an item was read from, nil where its annotations do not tell.
func fileOf(item *yaml.RNode) *functionFile {
	path, index, err := kioutil.GetFileAnnotations(item)
	if err != nil || path == "" {
		return nil
	}
	number, err := strconv.Atoi(index)
	if err != nil {
		number = 0
	}
	return &functionFile{Path: path, Index: number}
}

func withHint(message, hint string) string {
	if hint == "" {
		return message
	}
	return message + "; " + hint
}

// flagInHint finds flags in hints, with the = or the NAME behind them.
var flagInHint = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`--([a-z]+(?:-[a-z]+)*)(=| (NAME)\b)?`) })

// inFunction is a hint for whoever writes a functionConfig: it names fields of spec instead of
// flags.
func inFunction(code trust.Code, kind, hint string) string {
	switch {
	case code == audit.CodeNoFile:
		return "a " + filterKind + " in front gives it a file"
	case code == manifest.NoRunner && kind == verifyKind:
		return "deployment: NAME selects a runner of another shape"
	}
	fields := specFields()
	return flagInHint().ReplaceAllStringFunc(hint, func(found string) string {
		parts := flagInHint().FindStringSubmatch(found)
		i := slices.IndexFunc(fields, func(f specField) bool { return f.flag == parts[1] })
		switch {
		case i < 0:
			return found
		case parts[2] == "":
			return fields[i].name
		}
		return fields[i].name + ": " + parts[3]
	})
}

// unjoin is the errors that were joined, each once, also where some of them were joined before.
func unjoin(err error) []error {
	if err == nil {
		return nil
	}
	joined, ok := err.(interface{ Unwrap() []error })
	if !ok {
		return []error{err}
	}
	var all []error
	for _, one := range joined.Unwrap() {
		all = append(all, unjoin(one)...)
	}
	return all
}
