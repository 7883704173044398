package render

import (
	"fmt"
	"slices"

	"helm-runnertrust/render/yamledit"
)

// missingKey says which volume of a runner's pod shows a key that its object in the stream does not
// have; "" for none. The kubelet starts no container of a pod before it has laid out all of its
// volumes, mounted or not (MakePayload in pkg/volume/configmap and pkg/volume/secret of Kubernetes).
// An object without any key is one that its owner has to fill.
func (m *manifests) missingKey(r *runner) (message string, err error) {
	for _, v := range r.volumes() {
		for _, parent := range v.sources() {
			for _, shown := range mountables {
				source := value(parent, shown.volume)
				o, err := m.find(shown.kind, shown.nameIn(source), r.namespace)
				if err != nil {
					return "", err
				}
				if o == nil || len(o.dataKeys()) == 0 || isTrue(text(source, "optional")) {
					continue
				}
				for _, node := range list(source, "items") {
					if key := text(node, "key"); !o.hasKey(key) {
						return fmt.Sprintf("no pod of it starts: the volume %q shows the key %s of %s, which does not have it", v.name, key, o), nil
					}
				}
			}
		}
	}
	return "", nil
}

// hasKey reports whether an object has a key, be it null, which the API server takes for empty.
func (o *object) hasKey(key string) bool {
	return slices.ContainsFunc([]string{"data", "stringData", "binaryData"}, func(field string) bool {
		return slices.ContainsFunc(yamledit.Fields(value(o.node, field)), func(p yamledit.Pair) bool { return p.Key == key })
	})
}
