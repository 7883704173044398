// Package added edits the Deployments of runners, and notes in an annotation what it adds to each, so
// that a later run takes out exactly that and then edits the manifests as the chart rendered them.
//
// Nothing is recognised by its shape: without the annotation, nothing is ours. What the annotation
// lists and is not there as it was added is refused.
package added

import (
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"sigs.k8s.io/kustomize/kyaml/yaml"

	"helm-runnertrust/render/manifest"
	"helm-runnertrust/render/pod"
	"helm-runnertrust/render/yamledit"
)

// A record is one addition, as the annotation has it. It has no text of a template and no
// certificate: a Deployment is no place for secrets.
type record struct {
	Add       kind   `json:"add"`
	Container string `json:"container,omitempty"`
	Name      string `json:"name,omitempty"`
	Sum       string `json:"sum,omitempty"`  // the digest of what was added
	Was       string `json:"was,omitempty"`  // the path or volume source that it replaces
	Made      int    `json:"made,omitempty"` // how many of the collections around it were made for it
}

// A kind is what an addition adds.
type kind string

// The kinds, each with the file that applies and reverts it.
const (
	volume      kind = "volume"      // item.go
	mount       kind = "mount"       // item.go
	variable    kind = "variable"    // item.go
	annotation  kind = "annotation"  // this file: of the pods
	annotations kind = "annotations" // this file: the Deployment had none
	setting     kind = "setting"     // template.go
	script      kind = "script"      // template.go
	jobVolumes  kind = "jobVolumes"  // template.go: of the job pods
	configMap   kind = "configMap"   // this file
)

// A Run is the edits of one run of the filter on a stream.
type Run struct {
	Stream *manifest.Stream

	reverted map[string]bool   // additions to templates, which Deployments can share
	applied  map[string]record // the same, of this run
}

// NewRun returns a Run that has edited nothing.
func NewRun(stream *manifest.Stream) *Run {
	return &Run{Stream: stream, reverted: map[string]bool{}, applied: map[string]record{}}
}

// A Deployment is a runner's Deployment with what the run adds to it.
type Deployment struct {
	*pod.Runner
	Run     *Run
	records []record
}

// Revert takes out of the manifests what an earlier run has added to a Deployment.
func (run *Run) Revert(o *manifest.Object) error {
	list := manifest.Value(o.Node, "metadata", "annotations")
	if manifest.Value(list, pod.AddedAnnotation) == nil {
		return nil
	}
	var records []record
	written := manifest.Text(list, pod.AddedAnnotation)
	if err := json.Unmarshal([]byte(written), &records); err != nil || encode(records) != written {
		return o.Refuse(manifest.ChangedSince, "annotation "+pod.AddedAnnotation, "it is not as an earlier run wrote it")
	}
	yamledit.Remove(list, pod.AddedAnnotation)
	for _, r := range slices.Backward(records) {
		if !run.revert(o, r) {
			return o.Refuse(manifest.ChangedSince, "", "an earlier run added the %s %s, and it is not there as it was added", r.Add, r.Name)
		}
	}
	return nil
}

// revert takes out one addition. Like all that it calls, it reports false where that is not there as it was added.
func (run *Run) revert(o *manifest.Object, r record) bool {
	switch r.Add {
	case volume, mount, variable:
		return revertItem(o, r)
	case annotation:
		return revertAnnotation(o, r)
	case annotations:
		removeEmpty(manifest.Value(o.Node, "metadata"), "annotations")
		return true
	case setting, script, jobVolumes:
		return run.revertTemplate(o, r)
	case configMap:
		return run.revertConfigMap(o, r)
	}
	return false
}

// encode writes records as JSON.
func encode(records []record) string {
	text, _ := json.Marshal(records) // they have texts and numbers
	return string(text)
}

// areOfCallers reports whether there are annotations, all of which Helm 4 or kustomize add for the
// time of the filter and take away again.
func areOfCallers(names []string) bool {
	return len(names) > 0 && !slices.ContainsFunc(names, func(name string) bool {
		return name != pod.FilenameAnnotation && !strings.Contains(name, "config.kubernetes.io/") && !strings.Contains(name, "config.k8s.io/")
	})
}

// Note writes the annotation, in front of the others.
func (d *Deployment) Note() {
	list := manifest.Value(d.Node, "metadata", "annotations")
	if list == nil || areOfCallers(manifest.Fields(list)) {
		d.records = append([]record{{Add: annotations}}, d.records...)
	}
	if list == nil {
		list = yamledit.Set(manifest.Value(d.Node, "metadata"), "annotations", yamledit.Map())
	}
	written := yamledit.Text(encode(d.records))
	written.YNode().Style = yaml.SingleQuotedStyle // JSON has double quotes
	yamledit.Prepend(list, yamledit.Text(pod.AddedAnnotation), written)
}

// removeEmpty takes a collection without entries out of a mapping.
func removeEmpty(parent *yaml.RNode, key string) {
	if list := manifest.Value(parent, key); list.IsNilOrEmpty() {
		yamledit.Remove(parent, key)
	}
}

// Annotate writes a checksum into the pods' annotations, so that the pods roll when it changes.
func (d *Deployment) Annotate(checksum string) error {
	r := record{Add: annotation, Name: pod.ChecksumAnnotation, Sum: sumOf(checksum)}
	node := d.Template
	for _, key := range []string{"metadata", "annotations"} {
		inner := manifest.Value(node, key)
		if inner == nil {
			r.Made++
			inner = yamledit.Set(node, key, yamledit.Map())
		}
		node = inner
	}
	if manifest.Value(node, pod.ChecksumAnnotation) != nil {
		return d.Refuse(manifest.ChangedSince, "annotation "+pod.ChecksumAnnotation, "the pods have it already, and the Deployment has no annotation %s", pod.AddedAnnotation)
	}
	d.records = append(d.records, r)
	yamledit.Set(node, pod.ChecksumAnnotation, yamledit.Text(checksum))
	return nil
}

func revertAnnotation(o *manifest.Object, r record) bool {
	template := manifest.Value(o.Node, "spec", "template")
	metadata := manifest.Value(template, "metadata")
	list := manifest.Value(metadata, "annotations")
	if written := manifest.Value(list, r.Name); written == nil || sumOf(yaml.GetValue(written)) != r.Sum {
		return false
	}
	yamledit.Remove(list, r.Name)
	if r.Made > 0 {
		removeEmpty(metadata, "annotations")
	}
	if r.Made > 1 {
		removeEmpty(template, "metadata")
	}
	return true
}

// sumOf returns the first eight bytes of the SHA-256 of a text, in hex.
func sumOf(text string) string { return fmt.Sprintf("%x", sha256.Sum256([]byte(text)))[:16] }

// AddConfigMap puts a ConfigMap of the runner's namespace at the end of the stream, with comment lines
// above it. It refuses a name that another ConfigMap of the stream has.
func (d *Deployment) AddConfigMap(name, head string, o *yaml.RNode) error {
	if other := d.Run.Stream.Find("ConfigMap", name, d.Namespace); other != nil {
		return other.Refuse(manifest.ConfigMapTaken, "", "another ConfigMap of this name is in the stream")
	}
	d.Run.Stream.Add(head, o, d.Document.HasCRLF())
	d.records = append(d.records, record{Add: configMap, Name: name, Sum: yamledit.Digest(manifest.Value(o, "data"))})
	return nil
}

func (run *Run) revertConfigMap(o *manifest.Object, r record) bool {
	found := run.Stream.Find("ConfigMap", r.Name, o.Namespace)
	if found == nil || found.Namespace != o.Namespace || yamledit.Digest(manifest.Value(found.Node, "data")) != r.Sum {
		return false
	}
	run.Stream.Withdraw(found)
	return true
}
