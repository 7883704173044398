package added

import (
	"path"
	"slices"
	"strings"

	"sigs.k8s.io/kustomize/kyaml/yaml"

	"helm-runnertrust/render/manifest"
	"helm-runnertrust/render/pod"
	"helm-runnertrust/render/yamledit"
)

// lists are the fields of a pod or of a container with the items of a kind.
var lists = map[kind]string{volume: "volumes", mount: "volumeMounts", variable: "env"}

// addItem puts an item in front of a list, of a container unless its name is "".
func (d *Deployment) addItem(add kind, container string, item *yaml.RNode) {
	r := record{Add: add, Container: container, Name: manifest.Text(item, "name"), Sum: yamledit.Digest(item)}
	parent := parentOf(d.Object, container)
	list := manifest.Value(parent, lists[add])
	if list == nil {
		r.Made, list = 1, yamledit.Set(parent, lists[add], yamledit.List())
	}
	yamledit.Prepend(list, item)
	d.records = append(d.records, r)
}

// changeItem changes an item that is there, of which the record has the fields that it had.
func (d *Deployment) changeItem(add kind, container string, item *yaml.RNode, change func()) error {
	before := yamledit.Digest(item)
	rest := yamledit.Bare(item)
	yamledit.Remove(rest, "name")
	was, err := rest.String()
	if err != nil {
		return manifest.WithPlace(d.Document, err)
	}
	change()
	if sum := yamledit.Digest(item); sum != before {
		d.records = append(d.records, record{Add: add, Container: container, Name: manifest.Text(item, "name"), Sum: sum, Was: was})
	}
	return nil
}

func revertItem(o *manifest.Object, r record) bool {
	parent := parentOf(o, r.Container)
	items := manifest.List(parent, lists[r.Add])
	at := slices.IndexFunc(items, func(item *yaml.RNode) bool {
		return manifest.Text(item, "name") == r.Name && yamledit.Digest(item) == r.Sum
	})
	switch {
	case at < 0:
		return false
	case r.Was != "":
		return restore(items[at], r.Was)
	}
	yamledit.Retain(manifest.Value(parent, lists[r.Add]), func(item *yaml.RNode) bool { return item.YNode() != items[at].YNode() })
	if r.Made > 0 {
		removeEmpty(parent, lists[r.Add])
	}
	return true
}

// restore gives an item the fields that it had, besides its name.
func restore(item *yaml.RNode, was string) bool {
	documents := yamledit.Split([]byte(was)).Documents
	if len(documents) != 1 {
		return false
	}
	old, err := documents[0].Root() // which bounds what aliases expand to
	if err != nil || old.YNode().Kind != yaml.MappingNode {
		return false
	}
	fields := yamledit.Fields(old)
	for _, now := range yamledit.Fields(item) {
		switch {
		case now.Key == "name":
		case len(fields) > 0:
			yamledit.ReplaceField(item, now.Key, fields[0].Key, fields[0].Value)
			fields = fields[1:]
		default:
			yamledit.Remove(item, now.Key)
		}
	}
	for _, f := range fields {
		yamledit.Set(item, f.Key, f.Value)
	}
	return true
}

// parentOf returns the mapping with the lists of a container, or of the pod for "".
func parentOf(o *manifest.Object, container string) *yaml.RNode {
	spec := manifest.Value(o.Node, "spec", "template", "spec")
	if container == "" {
		return spec
	}
	return manifest.Named(manifest.List(spec, "containers"), container)
}

// SetVariable sets a variable of a container to a path: in the entry that counts where there is one,
// whose value may come from another object.
func (d *Deployment) SetVariable(c *pod.Container, name, value string) error {
	entry := manifest.Named(manifest.List(c.Node, "env"), name)
	if entry == nil {
		d.addItem(variable, c.Name, NewVariable(name, value))
		return nil
	}
	if old := manifest.Text(entry, "value"); old != "" && !isPath(old) {
		return d.Refuse(manifest.CAFileSet, c.Field("env "+name), "its value is not the path of a file")
	}
	return d.changeItem(variable, c.Name, entry, func() {
		if manifest.Value(entry, "value") == nil && manifest.Value(entry, "valueFrom") != nil {
			yamledit.ReplaceField(entry, "valueFrom", "value", yamledit.Text(value))
			return
		}
		yamledit.Remove(entry, "valueFrom")
		yamledit.Set(entry, "value", yamledit.Text(value))
	})
}

// SystemCertDirs are the directories that Go reads certificates from, as CertDirVariable lists them.
const SystemCertDirs = pod.SystemCertDir + ":" + pod.SystemCertDirElse

// AddCertDir puts a directory in front of those that Go reads certificates from.
func (d *Deployment) AddCertDir(c *pod.Container, dir string) error {
	now := c.Variable(pod.CertDirVariable)
	switch {
	case !now.Set:
		now.Value = SystemCertDirs
	case now.From != nil || !isPath(now.Value):
		return now.Refuse(manifest.CertDirSet, "the env of the container has no list of directories for it, and %s has to come in front of one", dir)
	}
	return d.SetVariable(c, pod.CertDirVariable, dir+":"+now.Value)
}

// NewVariable returns an entry of a container's env.
func NewVariable(name, value string) *yaml.RNode {
	return yamledit.Map(
		yamledit.Pair{Key: "name", Value: yamledit.Text(name)},
		yamledit.Pair{Key: "value", Value: yamledit.Text(value)},
	)
}

// isPath reports whether a former value may be written down: a path is no secret.
func isPath(value string) bool {
	const longest = 4096 // PATH_MAX of Linux
	return len(value) <= longest && (path.IsAbs(value) || strings.HasPrefix(value, "$(")) && !strings.ContainsAny(value, "\r\n")
}
