package added

import (
	"sigs.k8s.io/kustomize/kyaml/yaml"

	"helm-runnertrust/render/manifest"
	"helm-runnertrust/render/yamledit"
)

// AddConfigMap puts a ConfigMap of the runner's namespace at the end of the stream, with comment lines
// above it. It refuses a name that another ConfigMap of the stream has.
func (d *Deployment) AddConfigMap(name, head string, o *yaml.RNode) error {
	if other := d.run.Stream.Find("ConfigMap", name, d.Namespace); other != nil {
		return other.Refuse(manifest.ConfigMapTaken, "", "another ConfigMap of this name is in the stream")
	}
	d.run.Stream.Add(head, o, d.Document.HasCRLF())
	d.records = append(d.records, record{Add: configMap, Name: name, Sum: yamledit.Digest(manifest.Value(o, "data"))})
	return nil
}

func (run *Run) revertConfigMap(o *manifest.Object, r record) error {
	found := run.Stream.Find("ConfigMap", r.Name, o.Namespace)
	if found == nil || found.Namespace != o.Namespace || yamledit.Digest(manifest.Value(found.Node, "data")) != r.Sum {
		return errChanged
	}
	run.Stream.Withdraw(found)
	return nil
}
