package render

import (
	"slices"
	"strings"

	"sigs.k8s.io/kustomize/kyaml/yaml"

	"helm-runnertrust/render/yamledit"
)

// certSuffix ends the names of the files of every way.
const certSuffix = ".crt"

// A leftover is what an earlier run, of another way or with another directory, put into a runner.
//
// A volume is such a run's if its files have the names that ways give, and if it has our name and
// shows our ConfigMap, is mounted where a way mounts, or has files named after the runner's host. Of
// another name, it has to show our ConfigMap where a way mounts, and nowhere else. In a projected
// volume that others mounted there, a source is such a run's if it shows our ConfigMap, or the very
// file that this run shows. Everything else stays, a volume of our name too.
type leftover struct {
	manifests *manifests
	runner    *runner
	places    []location   // of the containers' files in this run
	content   []projection // of this run
	own       string       // the ConfigMap's name, as earlierConfigMap has it
}

// remove takes out what is mounted elsewhere than where this run mounts: our volumes, with their
// mounts, and our files in a volume that others mounted there.
func (l leftover) remove() {
	for _, v := range l.runner.volumes() {
		atPlace, onlyThere := l.isAtPlaceOfWays(v)
		ours := l.isOurs(v.kind(), value(v.node, v.kind()))
		switch {
		case onlyThere && ours && v.hasOurFiles(), v.isOwn() && (atPlace || ours || !slices.Contains(v.files(), ownFile)):
			l.removeMounts(v)
			if l.runner.mountsOf(v.name) == 0 {
				yamledit.Retain(value(l.runner.pod, "volumes"), func(node *yaml.RNode) bool { return node.YNode() != v.node.YNode() })
			}
		case v.kind() == "projected" && atPlace:
			l.removeSources(v, onlyThere)
		}
	}
}

// isAtPlaceOfWays reports whether a volume is mounted where a way mounts, but not where this run
// mounts, and whether that is its only place in the pod.
func (l leftover) isAtPlaceOfWays(v *volume) (atPlace, onlyThere bool) {
	found := 0
	for i, c := range l.runner.containers {
		dirs := []string{ownDir}
		if derived, err := c.certsDir(""); err == nil {
			dirs = append(dirs, derived)
		}
		for _, m := range c.mounts() {
			if m.volume == v.name && m.path == l.places[i].dir {
				return false, false
			}
			if m.volume == v.name && slices.Contains(dirs, m.path) {
				found++
			}
		}
	}
	return found > 0, found > 0 && found == l.runner.mountsOf(v.name)
}

// isOurs reports whether a source of a volume shows a ConfigMap that an earlier run made.
func (l leftover) isOurs(kind string, source *yaml.RNode) bool {
	if l.runner.isEarlier(source, kind, l.own) {
		return true
	}
	if kind != "configMap" || !l.runner.areOurFiles(list(source, "items")) {
		return false
	}
	o, err := l.manifests.find("ConfigMap", text(source, "name"), l.runner.namespace)
	return err == nil && o != nil && o.namespace == l.runner.namespace && o.isOurs()
}

// removeMounts takes the mounts of a volume out of the runner's containers, but for those that this
// run makes too.
func (l leftover) removeMounts(v *volume) {
	for i, c := range l.runner.containers {
		mounts := c.mounts()
		at := -1
		yamledit.Retain(value(c.node, "volumeMounts"), func(*yaml.RNode) bool {
			at++
			return mounts[at].volume != v.name || mounts[at].path == l.places[i].dir
		})
	}
}

// removeSources takes our sources out of a projected volume: those of our ConfigMap, and those with the
// very file that this run shows elsewhere, unless the volume is for others too. If one source is left,
// the volume becomes a plain one again, as it usually was before; both show the same.
func (l leftover) removeSources(v *volume, onlyThere bool) {
	sources := value(v.node, "projected", "sources")
	mayBeSame := onlyThere && len(list(sources)) > 1 // one alone is what the volume was made for
	dropped := yamledit.Retain(sources, func(source *yaml.RNode) bool {
		kinds := fields(source)
		return len(kinds) != 1 || !l.isOurs(kinds[0], value(source, kinds[0])) && (!mayBeSame || !l.isSameFile(source))
	})
	if dropped {
		v.asPlain()
	}
}

// isSameFile reports whether a source of a projected volume shows the very key of an object that
// this run shows elsewhere, under a name that a way gives it.
func (l leftover) isSameFile(source *yaml.RNode) bool {
	return slices.ContainsFunc(l.content, func(p projection) bool {
		items := list(source, p.kind, "items")
		return text(source, p.kind, "name") == p.name && len(items) > 0 && !slices.ContainsFunc(items, func(node *yaml.RNode) bool {
			return !l.runner.isFileOfWays(text(node, "path")) ||
				!slices.ContainsFunc(p.items, func(i item) bool { return i.key == text(node, "key") })
		})
	})
}

// isOwn reports whether a volume has the name and the shape of one that an earlier run made: our
// files, mounted whole and read-only.
func (v *volume) isOwn() bool { return isOwnName(v.name) && v.hasOurFiles() && !v.isMountedOddly() }

// hasOurFiles reports whether a volume shows nothing but files with the names of the ways, one for
// each container at most.
func (v *volume) hasOurFiles() bool {
	for _, parent := range v.sources() {
		for _, kind := range fields(parent) {
			if _, ok := mountableFor(kind); kind != "name" && (!ok || !v.runner.areOurFiles(list(parent, kind, "items"))) {
				return false
			}
		}
	}
	files := len(v.files())
	return files > 0 && files <= len(v.runner.containers)
}

// files are the paths of the files that the items of a volume's sources show.
func (v *volume) files() (paths []string) {
	for _, parent := range v.sources() {
		for _, kind := range fields(parent) {
			for _, node := range list(parent, kind, "items") {
				paths = append(paths, text(node, "path"))
			}
		}
	}
	return paths
}

// areOurFiles reports whether the items of a source, of which there are some, all show a file with a
// name of the ways.
func (r *runner) areOurFiles(items []*yaml.RNode) bool {
	return len(items) > 0 && !slices.ContainsFunc(items, func(item *yaml.RNode) bool { return !r.isFileOfWays(text(item, "path")) })
}

// isFileOfWays reports whether a way gives a file in the runner's pod this name. Where the manifests
// do not tell the host, any certificate's name may be one.
func (r *runner) isFileOfWays(name string) bool {
	return name == ownFile || slices.ContainsFunc(r.containers, func(c *container) bool {
		server, err := c.server()
		if err != nil || server.CertFile == "" {
			return strings.HasSuffix(name, certSuffix)
		}
		return name == server.CertFile
	})
}

// sources are the nodes that have the sources of a volume: its own, or those of a projected one.
func (v *volume) sources() []*yaml.RNode {
	if v.kind() == "projected" {
		return list(v.node, "projected", "sources")
	}
	return []*yaml.RNode{v.node}
}

// isMountedOddly reports whether a runner's container mounts the volume as no run of ours does.
func (v *volume) isMountedOddly() bool {
	return slices.ContainsFunc(v.runner.containers, func(c *container) bool {
		return slices.ContainsFunc(c.mounts(), func(m mount) bool { return m.volume == v.name && (!m.readOnly || m.subKey != "") })
	})
}

// mountsOf counts the mounts of a volume in all containers of the pod.
func (r *runner) mountsOf(volume string) int {
	count := 0
	for _, kind := range []string{"containers", "initContainers", "ephemeralContainers"} {
		for _, node := range list(r.pod, kind) {
			for _, m := range list(node, "volumeMounts") {
				if text(m, "name") == volume {
					count++
				}
			}
		}
	}
	return count
}

// isOwnFile reports whether a path is that of the file of an earlier run which named it.
func (c *container) isOwnFile(file string) bool {
	dir, isNamed := strings.CutSuffix(file, "/"+ownFile)
	return isNamed && (dir == ownDir || slices.ContainsFunc(c.mounts(), func(m mount) bool {
		v := c.runner.volume(m.volume)
		return m.path == dir && v != nil && v.isOwn()
	}))
}

// refuseStale refuses a volume that is not ours, or not recognised, and shows a key of our ConfigMap
// which that does not have now: the kubelet would start no pod.
func (r *runner) refuseStale(content []projection) error {
	for _, p := range content {
		if p.owner == nil {
			continue
		}
		for _, v := range r.volumes() {
			for _, parent := range v.sources() {
				if text(parent, p.kind, "name") != p.name || isTrue(text(parent, p.kind, "optional")) {
					continue
				}
				for _, node := range list(parent, p.kind, "items") {
					if key := text(node, "key"); !p.hasKey(key) {
						return r.refuse(MountConflict, "volumes", "the volume %q shows the key %s of the ConfigMap %q, which will not have it", v.name, key, p.name)
					}
				}
			}
		}
	}
	return nil
}

func (p projection) hasKey(key string) bool {
	return slices.ContainsFunc(p.items, func(i item) bool { return i.key == key })
}
