package pod

import (
	"fmt"

	"helm-runnertrust/render/manifest"
)

// MissingKey says which volume of the pod shows a key that its object in the stream does not have; ""
// for none. The kubelet starts no container of a pod before it has laid out all of its volumes, mounted
// or not (MakePayload in pkg/volume/configmap and pkg/volume/secret of Kubernetes). An object without
// any key is one that its owner has to fill.
func (r *Runner) MissingKey(stream *manifest.Stream) (message string, err error) {
	for _, v := range r.Volumes {
		for _, parent := range v.Sources {
			for _, shown := range Mountables {
				source := manifest.Value(parent, shown.Volume)
				o, err := stream.Find(shown.Kind, shown.nameIn(source), r.Namespace)
				if err != nil {
					return "", err
				}
				if o == nil || len(o.DataKeys()) == 0 || manifest.IsTrue(manifest.Text(source, "optional")) {
					continue
				}
				for _, node := range manifest.List(source, "items") {
					if key := manifest.Text(node, "key"); !o.HasKey(key) {
						return fmt.Sprintf("no pod of it starts: the volume %q shows the key %s of %s, which does not have it", v.Name, key, o), nil
					}
				}
			}
		}
	}
	return "", nil
}
