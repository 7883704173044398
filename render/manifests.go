package render

import (
	"bytes"
	"slices"

	"sigs.k8s.io/kustomize/kyaml/yaml"

	"helm-runnertrust/gitlabrunner"
	"helm-runnertrust/render/tomledit"
	"helm-runnertrust/render/yamledit"
)

// manifests are the objects of a stream, of which only those are read that somebody asks for.
type manifests struct {
	*yamledit.Stream

	settingMentioned   *bool                            // nil until mentionsSetting
	configs            map[string]*tomledit.Config      // by their text
	listed             map[*yamledit.Document][]*object // nil for a document that does not parse
	faults             map[*yamledit.Document]error
	byName             map[objectID][]*object          // of the documents that were listed
	byText             map[string][]*yamledit.Document // documents by the names in their text; nil until find
	allTerminations    []termination                   // nil until terminations
	listedTerminations bool

	odd []*yamledit.Document // documents with a name that the text does not show
}

// An objectID is what one object refers to another by, within a namespace.
type objectID struct{ kind, name string }

func readManifests(stream *yamledit.Stream) *manifests {
	return &manifests{
		Stream:  stream,
		configs: map[string]*tomledit.Config{},
		listed:  map[*yamledit.Document][]*object{},
		faults:  map[*yamledit.Document]error{},
		byName:  map[objectID][]*object{},
	}
}

// objects lists what a document holds, read once.
func (m *manifests) objects(doc *yamledit.Document) ([]*object, error) {
	if _, done := m.listed[doc]; !done {
		m.listed[doc], m.faults[doc] = objectsOf(doc)
		for _, o := range m.listed[doc] {
			id := objectID{o.kind, o.name}
			m.byName[id] = append(m.byName[id], o)
		}
	}
	return m.listed[doc], m.faults[doc]
}

// runners are the Deployments that run a gitlab-runner, in the order of the stream. With a name,
// it is the Deployment of this name, whatever it holds.
func (m *manifests) runners(name string) ([]*runner, error) {
	mark := gitlabrunner.ServerURLVariable
	if name != "" {
		mark = name
	}
	var runners []*runner
	for _, doc := range m.Documents {
		if !doc.Contains("Deployment", mark) {
			continue
		}
		objects, err := m.objects(doc)
		if err != nil {
			return nil, err
		}
		for _, o := range objects {
			r, err := o.asRunner(name)
			if err != nil {
				return nil, err
			}
			if r != nil {
				runners = append(runners, r)
			}
		}
	}
	return runners, nil
}

// areHooks reports whether a stream has nothing but Helm hooks, or no content at all: Helm 4 can
// send hooks through a stream of their own.
func (m *manifests) areHooks() bool {
	return !slices.ContainsFunc(m.Documents, func(doc *yamledit.Document) bool {
		return !doc.IsBlank() && !m.isHook(doc)
	})
}

// isHook reports whether all objects of a document are Helm hooks.
func (m *manifests) isHook(doc *yamledit.Document) bool {
	if !doc.Contains("helm.sh/hook") {
		return false
	}
	objects, err := m.objects(doc)
	if err != nil {
		return false // then it is nothing that Helm would run
	}
	return len(objects) > 0 && !slices.ContainsFunc(objects, func(o *object) bool { return !o.isHook() })
}

// mentionsSetting reports whether a document may have the setting tls-ca-file in a TOML file, in any
// case, as the runner's library takes it, or with an escape in its name.
func (m *manifests) mentionsSetting() bool {
	if m.settingMentioned == nil {
		found := slices.ContainsFunc(m.Documents, func(doc *yamledit.Document) bool {
			if !doc.Contains(".toml") {
				return false
			}
			text := bytes.ToLower(doc.Text())
			return bytes.Contains(text, []byte(gitlabrunner.CAFileSetting)) || bytes.Contains(text, []byte(`\u`))
		})
		m.settingMentioned = &found
	}
	return *m.settingMentioned
}

// config reads a TOML text, each once: many runners may share one.
func (m *manifests) config(text string) (*tomledit.Config, error) {
	if known := m.configs[text]; known != nil {
		return known, nil
	}
	config, err := tomledit.Parse(text)
	if err == nil {
		m.configs[text] = config
	}
	return config, err
}

// find returns the object of a kind and name that a runner's Deployment would refer to: in its
// namespace, else in one that may be the same; nil where the stream has none. Documents that do
// not parse hold nothing that Kubernetes would take.
func (m *manifests) find(kind, name, namespace string) (*object, error) {
	if m.byText == nil {
		m.indexNames()
	}
	for _, doc := range slices.Concat(m.byText[name], m.odd) {
		_, _ = m.objects(doc) // what does not parse is not found
	}
	m.odd = nil // listed by now
	inOrder := func(a, b *object) int { return a.doc.Number() - b.doc.Number() }
	var near *object
	for _, o := range slices.SortedStableFunc(slices.Values(m.byName[objectID{kind, name}]), inOrder) {
		if o.namespace == namespace {
			return o, o.fault
		}
		if near == nil && mayShare(o.namespace, namespace) {
			near = o
		}
	}
	if near == nil {
		return nil, nil
	}
	return near, near.fault
}

// removeOwn takes a ConfigMap that an earlier run made out of the stream, when there is one and
// nothing refers to it.
func (m *manifests) removeOwn(name, namespace string) error {
	o, err := m.find("ConfigMap", name, namespace)
	if err != nil || o == nil || o.namespace != namespace || !o.isOurs() || m.isShown(name, namespace) {
		return err
	}
	if o.siblings == nil {
		o.doc.Remove()
		return nil
	}
	yamledit.Retain(o.siblings, func(item *yaml.RNode) bool { return item.YNode() != o.node.YNode() })
	return nil
}

// isShown reports whether an object that may be in a namespace refers to a ConfigMap, as its pods'
// volumes and variables do.
func (m *manifests) isShown(configMap, namespace string) bool {
	for _, doc := range m.Documents {
		if !doc.Contains(configMap, "configMap") {
			continue
		}
		objects, err := m.objects(doc)
		if err == nil && slices.ContainsFunc(objects, func(o *object) bool { return mayShare(o.namespace, namespace) && refersTo(o.node, configMap) }) {
			return true
		}
	}
	return false
}

// refersTo reports whether anything below a node refers to a ConfigMap, as volumes and variables do.
func refersTo(node *yaml.RNode, configMap string) bool {
	if slices.ContainsFunc([]string{"configMap", "configMapRef", "configMapKeyRef"}, func(key string) bool {
		return text(node, key, "name") == configMap
	}) {
		return true
	}
	for _, field := range yamledit.Fields(node) {
		if refersTo(field.Value, configMap) {
			return true
		}
	}
	return slices.ContainsFunc(list(node), func(item *yaml.RNode) bool { return refersTo(item, configMap) })
}

// indexNames notes which names the text of each document has, so that many runners do not search
// all documents each.
func (m *manifests) indexNames() {
	m.byText = map[string][]*yamledit.Document{}
	for _, doc := range m.Documents {
		if !slices.ContainsFunc(referred, func(kind string) bool { return doc.Contains(kind) }) {
			continue
		}
		names, all := namesIn(doc.Text())
		for name := range names {
			m.byText[name] = append(m.byText[name], doc)
		}
		if !all {
			m.odd = append(m.odd, doc)
		}
	}
}

// referred are the kinds that a runner's Deployment refers to.
var referred = []string{"ConfigMap", "Secret"}

// namesIn are the values of all `name` keys of a text. all is false where one of them is written in
// a way that does not show: as an alias, with an anchor, a tag or an escape, on lines of its own.
func namesIn(text []byte) (names map[string]bool, all bool) {
	names, all = map[string]bool{}, true
	for rest := text; ; {
		at := bytes.Index(rest, []byte("name"))
		if at < 0 {
			return names, all
		}
		rest = rest[at+len("name"):]
		after := bytes.TrimLeft(bytes.TrimLeft(rest, `"'`), " \t")
		if len(after) == 0 || after[0] != ':' {
			continue
		}
		after = bytes.TrimLeft(after[1:], " \t")
		name := bytes.Trim(after[:nameEnd(after)], `"'`)
		if len(name) == 0 || bytes.ContainsAny(name, `&*!|>\?<`) {
			all = false
			continue
		}
		names[string(name)] = true
	}
}

// nameEnd is where a plain or quoted name ends.
func nameEnd(text []byte) int {
	if end := bytes.IndexAny(text, " \t\r\n,}]#"); end >= 0 {
		return end
	}
	return len(text)
}
