package render

import (
	"slices"
	"strconv"
	"strings"

	"sigs.k8s.io/kustomize/kyaml/yaml"

	"helm-runnertrust/render/yamledit"
)

const volumeName = "etc-gitlab-runner-certs"

// A volume is an entry of a pod's volumes.
type volume struct {
	runner *runner
	node   *yaml.RNode
	name   string
	kinds  []string // the keys of its sources; Kubernetes takes exactly one, or none
}

// isOwnName reports whether a volume has a name that an earlier run gives.
func isOwnName(name string) bool {
	number, hasNumber := strings.CutPrefix(name, volumeName+"-")
	_, err := strconv.Atoi(number)
	return name == volumeName || hasNumber && err == nil
}

// volumes are those of the runner's pod, as far as it has been edited.
func (r *runner) volumes() []*volume {
	var all []*volume
	for _, node := range list(r.pod, "volumes") {
		v := &volume{runner: r, node: node, name: text(node, "name"), kinds: fields(node)}
		v.kinds = slices.DeleteFunc(v.kinds, func(key string) bool { return key == "name" })
		all = append(all, v)
	}
	return all
}

// volume is the last one of this name; nil where the pod has none.
func (r *runner) volume(name string) *volume {
	var found *volume
	for _, v := range r.volumes() {
		if v.name == name {
			found = v
		}
	}
	return found
}

// kind is the source of the volume: "secret", "hostPath", …; without one it is an emptyDir
// (SetDefaults_Volume in pkg/apis/core/v1/defaults.go of Kubernetes).
func (v *volume) kind() string {
	if len(v.kinds) == 0 {
		return "emptyDir"
	}
	return v.kinds[0]
}

// ownVolume is the name of the volume that shows the projections and nothing else; the volume is
// made, or brought up to date.
func (r *runner) ownVolume(content []projection) (string, error) {
	taken := map[string]bool{}
	for _, v := range r.volumes() {
		taken[v.name] = true
		if isOwnName(v.name) && v.showsOnly(content) {
			return v.name, r.placed(v.update(content))
		}
	}
	name := volumeName
	for n := 2; taken[name] || r.mountsOf(name) > 0; n++ { // a mount without its volume would show ours
		name = volumeName + "-" + strconv.Itoa(n)
	}
	volumes, err := ensure(r.pod, "volumes", yamledit.List())
	if err != nil {
		return "", r.placed(err)
	}
	kind, source := volumeSource(content)
	yamledit.Prepend(volumes, yamledit.Map(
		yamledit.Pair{Key: "name", Value: yamledit.Text(name)},
		yamledit.Pair{Key: kind, Value: source},
	))
	return name, nil
}

// showsOnly reports whether a volume is one that an earlier run made for these projections.
func (v *volume) showsOnly(content []projection) bool {
	if v.kind() != "projected" {
		return len(content) == 1 && content[0].isVolume(v.node)
	}
	sources := list(v.node, "projected", "sources")
	return len(sources) == len(content) && !slices.ContainsFunc(sources, func(source *yaml.RNode) bool {
		return !slices.ContainsFunc(content, func(p projection) bool { return p.isSource(source) })
	})
}

// update sets the items of a volume that shows only these projections.
func (v *volume) update(content []projection) error {
	if v.kind() != "projected" {
		return content[0].update(v.node)
	}
	for _, source := range list(v.node, "projected", "sources") {
		for _, p := range content {
			if !p.isSource(source) {
				continue
			}
			if err := p.update(source); err != nil {
				return err
			}
		}
	}
	return nil
}
