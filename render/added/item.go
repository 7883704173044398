package added

import (
	"sigs.k8s.io/kustomize/kyaml/yaml"

	"helm-runnertrust/render/manifest"
	"helm-runnertrust/render/yamledit"
)

// lists are the fields of a pod or of a container with the items of a kind.
var lists = map[kind]string{volume: "volumes", mount: "volumeMounts", variable: "env"}

// addItem puts an item in front of a list, of a container unless its name is "".
func (d *Deployment) addItem(add kind, container string, item *yaml.RNode) error {
	r := record{Add: add, Container: container, Name: manifest.Text(item, "name"), Sum: yamledit.Digest(item)}
	parent := parentOf(d.Object, container)
	list := manifest.Value(parent, lists[add])
	if list == nil {
		r.Made = 1
		var err error
		if list, err = yamledit.Set(parent, lists[add], yamledit.List()); err != nil {
			return d.WithPlace(err)
		}
	}
	yamledit.Prepend(list, item)
	d.records = append(d.records, r)
	return nil
}

// changeItem changes an item that is there, of which the record has the fields that it had.
func (d *Deployment) changeItem(add kind, container string, item *yaml.RNode, change func() error) error {
	before := yamledit.Digest(item)
	rest := yamledit.Bare(item)
	if err := rest.PipeE(yaml.Clear("name")); err != nil {
		return d.WithPlace(err)
	}
	was, err := rest.String()
	if err != nil {
		return d.WithPlace(err)
	}
	if err := change(); err != nil {
		return d.WithPlace(err)
	}
	if sum := yamledit.Digest(item); sum != before {
		d.records = append(d.records, record{Add: add, Container: container, Name: manifest.Text(item, "name"), Sum: sum, Was: was})
	}
	return nil
}

func revertItem(o *manifest.Object, r record) error {
	parent := parentOf(o, r.Container)
	var found *yaml.RNode
	for _, item := range manifest.List(parent, lists[r.Add]) {
		if found == nil && manifest.Text(item, "name") == r.Name && yamledit.Digest(item) == r.Sum {
			found = item
		}
	}
	switch {
	case found == nil:
		return errChanged
	case r.Was != "":
		return restore(found, r.Was)
	}
	yamledit.Retain(manifest.Value(parent, lists[r.Add]), func(item *yaml.RNode) bool { return item.YNode() != found.YNode() })
	if r.Made == 0 {
		return nil
	}
	return o.WithPlace(clearEmpty(parent, lists[r.Add]))
}

// restore gives an item the fields that it had, besides its name.
func restore(item *yaml.RNode, was string) error {
	documents := yamledit.Split([]byte(was)).Documents
	if len(documents) != 1 {
		return errChanged
	}
	old, err := documents[0].Root() // which bounds what aliases expand to
	if err != nil || old.YNode().Kind != yaml.MappingNode {
		return errChanged
	}
	fields := yamledit.Fields(old)
	for _, now := range yamledit.Fields(item) {
		switch {
		case now.Key == "name":
		case len(fields) > 0:
			yamledit.ReplaceField(item, now.Key, fields[0].Key, fields[0].Value)
			fields = fields[1:]
		default:
			if err := item.PipeE(yaml.Clear(now.Key)); err != nil {
				return err
			}
		}
	}
	for _, f := range fields {
		if _, err := yamledit.Set(item, f.Key, f.Value); err != nil {
			return err
		}
	}
	return nil
}

// parentOf returns the mapping with the lists of a container, or of the pod for "".
func parentOf(o *manifest.Object, container string) *yaml.RNode {
	spec := manifest.Value(o.Node, "spec", "template", "spec")
	if container == "" {
		return spec
	}
	return manifest.Named(manifest.List(spec, "containers"), container)
}
