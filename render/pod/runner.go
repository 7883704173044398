package pod

import (
	"slices"
	"strings"

	"sigs.k8s.io/kustomize/kyaml/yaml"

	"helm-runnertrust/gitlabrunner"
	"helm-runnertrust/render/manifest"
)

// A Runner is a Deployment with at least one container that runs a gitlab-runner, as it was read.
type Runner struct {
	*manifest.Object
	Template   *yaml.RNode // spec.template
	Pod        *yaml.RNode // spec.template.spec
	Containers []*Container
	Volumes    []*Volume

	all    []*Container // also those that run none, and the initContainers
	byName map[string]*Volume
	names  map[string]bool // of volumes, also of those that are only mounted
}

// A Container is one that runs a gitlab-runner.
type Container struct {
	Runner *Runner
	Node   *yaml.RNode
	Name   string
	Mounts []Mount

	env    []*yaml.RNode
	byPath map[string][]Mount
}

// Find returns the Deployments that run a gitlab-runner, in the order of the stream. With a name, it is
// the Deployment of this name, whatever it has.
func Find(stream *manifest.Stream, name string) ([]*manifest.Object, error) {
	mark := gitlabrunner.ServerURLVariable
	if name != "" {
		mark = name
	}
	var found []*manifest.Object
	for _, doc := range stream.Documents {
		if !doc.Contains("Deployment", mark) {
			continue
		}
		objects, err := stream.Objects(doc)
		if err != nil {
			return nil, err
		}
		for _, o := range objects {
			if o.Kind != "Deployment" || name != "" && o.Name != name {
				continue
			}
			if err := o.Check(deployment); err != nil {
				return nil, err
			}
			if name == "" && len(runnersAmong(containersOf(o))) == 0 {
				continue
			}
			found = append(found, o)
		}
	}
	return found, nil
}

// NotFound makes the Error of a stream in which Find finds nothing.
func NotFound(stream *manifest.Stream, name string) error {
	wanted := "a container that has the variable " + gitlabrunner.ServerURLVariable
	if name != "" {
		wanted = `the name "` + name + `"`
	}
	if other := otherRunner(stream, name); other != "" {
		return manifest.NewError(manifest.OtherRunner, "no Deployment with %s: %s", wanted, other)
	}
	return manifest.NewError(manifest.NoRunner, "no Deployment with %s (documents: %d)", wanted, len(stream.Documents))
}

func containersOf(o *manifest.Object) []*yaml.RNode {
	return manifest.List(o.Node, "spec", "template", "spec", "containers")
}

// runnersAmong returns the containers that register a runner: in every version of the chart they
// have this variable.
func runnersAmong(containers []*yaml.RNode) (found []*yaml.RNode) {
	for _, node := range containers {
		if manifest.Named(manifest.List(node, "env"), gitlabrunner.ServerURLVariable) != nil {
			found = append(found, node)
		}
	}
	return found
}

// maxMounts is how many volumes, and how many mounts, a pod may have, without those that an earlier
// run added. Pods of charts have ten.
const maxMounts = 1000

// Read reads a Deployment that Find has returned.
func Read(o *manifest.Object) (*Runner, error) {
	if err := o.Check(runnerDeployment); err != nil {
		return nil, err
	}
	r := &Runner{Object: o, Template: manifest.Value(o.Node, "spec", "template"), byName: map[string]*Volume{}, names: map[string]bool{}}
	r.Pod = manifest.Value(r.Template, "spec")
	all := containersOf(o)
	nodes := runnersAmong(all)
	switch {
	case len(nodes) == 0 && len(all) == 1:
		nodes = all
	case len(nodes) == 0:
		return nil, o.Refuse(manifest.ContainerChoice, "containers", "none of %d containers has the variable %s",
			len(all), gitlabrunner.ServerURLVariable)
	}
	for _, node := range nodes {
		if err := o.WithPlace(runnerContainer.Check(node)); err != nil {
			return nil, err
		}
	}
	if err := r.readVolumes(len(nodes)); err != nil {
		return nil, err
	}
	for _, node := range nodes {
		r.Containers = append(r.Containers, r.readContainer(node))
	}
	for _, node := range slices.Concat(manifest.List(r.Pod, "initContainers"), all) {
		r.all = append(r.all, r.readContainer(node))
	}
	return r, nil
}

// readVolumes indexes the pod's volumes, and refuses a pod with too many. A run adds a volume, and a
// mount to each container of a runner.
func (r *Runner) readVolumes(containers int) error {
	mounts, most := 0, maxMounts
	if manifest.Value(r.Node, "metadata", "annotations", AddedAnnotation) != nil {
		most += containers
	}
	for _, kind := range []string{"containers", "initContainers", "ephemeralContainers"} {
		for _, container := range manifest.List(r.Pod, kind) {
			for _, m := range manifest.List(container, "volumeMounts") {
				r.names[manifest.Text(m, "name")] = true
				mounts++
			}
		}
	}
	volumes := manifest.List(r.Pod, "volumes")
	if max(mounts, len(volumes)) > most {
		return r.Refuse(manifest.TooManyMounts, "", "its pod has %d volumes and %d mounts, more than %d", len(volumes), mounts, maxMounts)
	}
	for _, node := range volumes {
		v := readVolume(node)
		if len(v.sources) > 1 {
			return r.Refuse(manifest.BadDocument, "volumes", "the volume %q has more than one source: %s", v.Name, strings.Join(v.sources, ", "))
		}
		r.Volumes, r.byName[v.Name], r.names[v.Name] = append(r.Volumes, v), v, true
	}
	return nil
}

func (r *Runner) readContainer(node *yaml.RNode) *Container {
	c := &Container{Runner: r, Node: node, Name: manifest.Text(node, "name"), env: manifest.List(node, "env"), byPath: map[string][]Mount{}}
	for _, entry := range manifest.List(node, "volumeMounts") {
		m := readMount(entry)
		c.Mounts, c.byPath[m.Path] = append(c.Mounts, m), append(c.byPath[m.Path], m)
	}
	return c
}

// HasName reports whether a volume of the pod has a name, or a mount refers to one that has it.
func (r *Runner) HasName(volume string) bool { return r.names[volume] }

// ConfigMaps returns the names of the ConfigMaps that the pod's volumes show.
func (r *Runner) ConfigMaps() []string {
	var names []string
	for _, v := range r.Volumes {
		for _, parent := range v.Sources {
			if name := manifest.Text(parent, "configMap", "name"); name != "" {
				names = append(names, name)
			}
		}
	}
	return names
}
