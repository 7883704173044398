// Package pod reads the pods of GitLab Runners by Kubernetes's rules: which containers run one, what
// is mounted where, whether a kubelet can lay it out, and which files and settings a runner finds.
//
// The filter and the audit share these rules. The package edits nothing. What a runner makes of its
// settings are rules of package gitlabrunner.
package pod

import (
	"cmp"
	"slices"
	"strings"

	"sigs.k8s.io/kustomize/kyaml/yaml"

	"helm-runnertrust/gitlabrunner"
	"helm-runnertrust/render/manifest"
	"helm-runnertrust/render/yamledit"
)

// A Runner is a Deployment with at least one container that runs a gitlab-runner, as it was read.
type Runner struct {
	*manifest.Object
	Template   *yaml.RNode // spec.template
	Pod        *yaml.RNode // spec.template.spec
	Containers []*Container
	Volumes    []*Volume

	stream   *manifest.Stream
	all      []*Container // also those that run none, and the initContainers
	byName   map[string]*Volume
	template *Template // once it was found
}

// A Way is how a runner finds its file.
type Way string

// The ways, in the order in which the runner takes them.
const (
	WayEnv             Way = "env"             // CI_SERVER_TLS_CA_FILE
	WayConfig          Way = "config"          // tls-ca-file in the template of its configuration
	WayCertsDir        Way = "certs-dir"       // <host>.crt in the certs directory
	WayCertsSecretName Way = "certsSecretName" // the same, from the Secret of the chart's value
	WayNone            Way = "none"            // no file: the system's certificates only
)

// Find returns the Deployments that run a gitlab-runner, in the order of the stream. With a name, it is
// the Deployment of this name, whatever it has.
func Find(stream *manifest.Stream, name string) ([]*manifest.Object, error) {
	var found []*manifest.Object
	for _, doc := range stream.Documents {
		if !doc.Contains("Deployment", cmp.Or(name, gitlabrunner.ServerURLVariable)) && !yamledit.IsUTF16(doc.Text) {
			continue
		}
		objects, err := stream.Objects(doc)
		if err != nil {
			return nil, err
		}
		for _, o := range objects {
			if !o.Is("Deployment", "apps", "extensions") || name != "" && o.Name != name {
				continue
			}
			if err := o.Check(deployment); err != nil {
				return nil, err
			}
			if name != "" || slices.ContainsFunc(containersOf(o), registers) {
				found = append(found, o)
			}
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

// registers reports whether a container registers a runner: in every version of the chart it has this
// variable.
func registers(container *yaml.RNode) bool {
	return manifest.Named(manifest.List(container, "env"), gitlabrunner.ServerURLVariable) != nil
}

// maxMounts is how many volumes, and how many mounts, a pod may have, without those that an earlier
// run added. Pods of charts have ten.
const maxMounts = 1000

// Read reads a Deployment that Find has returned for the stream. Without the variable, an only container
// is taken for the runner's.
func Read(stream *manifest.Stream, o *manifest.Object) (*Runner, error) {
	r := &Runner{Object: o, stream: stream, Template: manifest.Value(o.Node, "spec", "template"), byName: map[string]*Volume{}}
	r.Pod = manifest.Value(r.Template, "spec")
	containers := containersOf(o)
	for _, node := range slices.Concat(manifest.List(r.Pod, "initContainers"), containers) {
		c, err := r.readContainer(node)
		if err != nil {
			return nil, err
		}
		r.all = append(r.all, c)
	}
	for _, c := range r.all[len(r.all)-len(containers):] {
		if len(containers) == 1 || registers(c.Node) {
			r.Containers = append(r.Containers, c)
		}
	}
	if len(r.Containers) == 0 {
		return nil, o.Refuse(manifest.ContainerChoice, "containers", "none of %d containers has the variable %s",
			len(containers), gitlabrunner.ServerURLVariable)
	}
	return r, r.readVolumes()
}

// readVolumes reads the pod's volumes, and refuses a pod with too many. A run adds a volume, and a
// mount to each container of a runner.
func (r *Runner) readVolumes() error {
	mounts, most := 0, maxMounts
	if manifest.Value(r.Node, "metadata", "annotations", AddedAnnotation) != nil {
		most += len(r.Containers)
	}
	for _, c := range r.all {
		mounts += len(c.Mounts)
	}
	volumes := manifest.List(r.Pod, "volumes")
	if max(mounts, len(volumes)) > most {
		return r.Refuse(manifest.TooManyMounts, "", "its pod has %d volumes and %d mounts, more than %d", len(volumes), mounts, maxMounts)
	}
	for _, node := range volumes {
		v, kinds := readVolume(node)
		if len(kinds) > 1 {
			return r.Refuse(manifest.BadDocument, "volumes", "the volume %q has more than one source: %s", v.Name, strings.Join(kinds, ", "))
		}
		r.Volumes, r.byName[v.Name] = append(r.Volumes, v), v
	}
	return nil
}

// HasName reports whether a volume of the pod has a name, or a mount refers to one that has it.
func (r *Runner) HasName(volume string) bool {
	return r.byName[volume] != nil || slices.ContainsFunc(r.all, func(c *Container) bool { return c.mounts(volume) })
}

// AddressesOf returns the IP addresses that the pod's hostAliases give to a host, in their order: the
// kubelet writes them into /etc/hosts, which goes before any name server.
func (r *Runner) AddressesOf(host string) (addresses []string) {
	for _, alias := range manifest.List(r.Pod, "hostAliases") {
		for _, name := range manifest.List(alias, "hostnames") {
			if host != "" && strings.EqualFold(yaml.GetValue(name), host) {
				addresses = append(addresses, manifest.Text(alias, "ip"))
			}
		}
	}
	return addresses
}

// otherRunner says what else of a stream has to do with a runner, of this name if there is one, and what to
// do with that; "" for nothing.
func otherRunner(stream *manifest.Stream, name string) string {
	for _, doc := range stream.Documents {
		if !slices.ContainsFunc([]string{"apps.gitlab.com", "gitlab-runner", "gitlabUrl", gitlabrunner.ServerURLVariable},
			func(mark string) bool { return doc.Contains(mark) }) {
			continue
		}
		objects, err := stream.Objects(doc)
		if err != nil {
			continue // it is none that Kubernetes would take
		}
		for _, o := range objects {
			if name != "" && o.Name != name {
				continue
			}
			if what := otherRunnerIn(o, doc.Contains(gitlabrunner.ServerURLVariable)); what != "" {
				return what
			}
		}
	}
	return ""
}

func otherRunnerIn(o *manifest.Object, hasURL bool) string {
	group := o.Group()
	switch {
	case o.Kind == "Runner" && group == "apps.gitlab.com":
		return o.String() + " is for GitLab's operator, which makes the Deployment: name a Secret with the CA in its spec.ca"
	case hasURL && !o.IsHook() && slices.Contains([]string{"DaemonSet", "StatefulSet", "ReplicaSet", "ReplicationController", "Rollout", "DeploymentConfig", "Pod", "Job", "CronJob"}, o.Kind):
		return o.String() + " has " + gitlabrunner.ServerURLVariable + ", and only Deployments are edited: copy its volume and mount from what helm runnertrust values prints"
	case o.Kind == "HelmRelease" || o.Kind == "HelmChart" || o.Kind == "Application":
		return o.String() + " is what a controller renders the chart from: put what helm runnertrust values prints into its values"
	case o.Kind == "" && (manifest.Value(o.Node, "gitlabUrl") != nil || manifest.Value(o.Node, "runners") != nil):
		return "this is a file of the chart's values: render the chart first, with helm template NAME CHART -f FILE"
	}
	return ""
}

// deployment is what is read or edited of a Deployment.
var deployment = manifest.Keys{
	"metadata": manifest.Mapping, "name": manifest.Anything, "labels": manifest.Anything, "annotations": manifest.Entries,
	"spec": manifest.Mapping, "template": manifest.Mapping, "containers": manifest.Items,
	"hostAliases": manifest.Items, "ip": manifest.Anything, "hostnames": manifest.Items,

	"securityContext": manifest.Mapping, "runAsUser": manifest.Anything, "runAsGroup": manifest.Anything,
	"runAsNonRoot": manifest.Anything, "fsGroup": manifest.Anything,

	"command": manifest.Items, "args": manifest.Items, "env": manifest.Items, "value": manifest.Anything, "valueFrom": manifest.Anything,
	"envFrom": manifest.Items, "prefix": manifest.Anything, "configMapRef": manifest.Mapping, "secretRef": manifest.Mapping,

	"volumeMounts": manifest.Items, "mountPath": manifest.Anything, "subPath": manifest.Anything,
	"subPathExpr": manifest.Anything, "readOnly": manifest.Anything,

	"volumes": manifest.Items, "projected": manifest.Mapping, "sources": manifest.Items,
	"configMap": manifest.Mapping, "secret": manifest.Mapping, "secretName": manifest.Anything, "optional": manifest.Anything,
	"defaultMode": manifest.Anything, "items": manifest.Items, "key": manifest.Anything, "path": manifest.Anything, "mode": manifest.Anything,
}

// The annotations that are read or written: of the Deployment, of its pods, and Helm 4's, by which it
// knows the template of a document after post-rendering (pkg/action/action.go, v4.3.1).
const (
	AddedAnnotation    = "helm-runnertrust/added"
	ChecksumAnnotation = "checksum/runner-certs"
	FilenameAnnotation = "postrenderer.helm.sh/postrender-filename"
)
