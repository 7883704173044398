package render

import (
	"fmt"
	"path"
	"strings"

	"sigs.k8s.io/kustomize/kyaml/yaml"

	"helm-runnertrust/gitlabrunner"
	"helm-runnertrust/render/delivery"
	"helm-runnertrust/render/manifest"
	"helm-runnertrust/render/yamledit"
)

// An explanation writes values, with what each part is for.
type explanation struct {
	options ValuesOptions
	server  gitlabrunner.Server
	added   *addedValues
}

// A part is a key of the values with the comment above it.
type part struct {
	comment string
	key     string
	value   *yaml.RNode // nil leaves the part out
}

// values is the YAML, its parts in the order in which they are understood.
func (e explanation) values() ([]byte, error) {
	parts := []part{
		{e.aboutConfigMap(), "extraObjects", e.extraObjects()},
		{e.aboutVolumes(), "volumes", listOrNil(e.added.volumes)},
		{e.aboutMounts(), "volumeMounts", listOrNil(e.added.mounts)},
		{commented("CI_SERVER_TLS_CA_FILE is the path of the runner's file, and wins over every other setting; SSL_CERT_DIR is for further hosts. Every version of the chart has envVars."),
			"envVars", listOrNil(e.added.env)},
		{commented("Rolls the pods when the certificates change. Every version of the chart has podAnnotations."),
			"podAnnotations", e.added.annotations},
	}
	var text strings.Builder
	for _, p := range parts {
		if p.value == nil {
			continue
		}
		body, err := yamledit.Map(yamledit.Pair{Key: p.key, Value: p.value}).String()
		if err != nil {
			return nil, err
		}
		text.WriteString("\n" + p.comment + body)
	}
	text.WriteString(e.configLines())
	body := strings.TrimPrefix(text.String(), "\n")
	if e.options.Umbrella {
		body = "gitlab-runner:\n" + indented(body)
	}
	return []byte(e.head() + body), nil
}

// head is the comment above all parts.
func (e explanation) head() string {
	chart := "gitlab/gitlab-runner"
	if e.options.Umbrella {
		chart = "gitlab/gitlab"
	}
	return commented(fmt.Sprintf("Values of the chart %s that make its runner trust %s.", chart, e.server.URL)) +
		commented("Helm does not merge lists: if your other values have one of these keys, put its items there.") +
		"\n"
}

func (e explanation) dir() string { return manifest.Text(e.added.mounts[0], "mountPath") }

// file is the path that the runner reads.
func (e explanation) file() string {
	if e.options.filter().needsHost() {
		return path.Join(e.dir(), e.server.CertFile)
	}
	return path.Join(e.dir(), delivery.FileName)
}

func (e explanation) extraObjects() *yaml.RNode {
	if e.options.Apart {
		return nil
	}
	return listOrNil([]*yaml.RNode{e.added.configMap})
}

func (e explanation) aboutConfigMap() string {
	return commented(fmt.Sprintf("The certificates, in a ConfigMap next to the chart's own objects, in the runner's namespace. The chart has extraObjects since %s.",
		extraObjectsKey.since))
}

func (e explanation) aboutVolumes() string {
	about := commented(fmt.Sprintf("Shows only this one key of the object, as a file; pods wait until the object exists. The chart has volumes and volumeMounts since %s.",
		volumesKey.since))
	if name := e.options.CertsSecretName(); name != "" {
		about += commented("Instead of both, this line does the same in every version of the chart, unless the runner is root, but shows all keys of the Secret:") +
			"#   certsSecretName: " + name + "\n"
	}
	return about
}

func (e explanation) aboutMounts() string {
	about := "The runner reads " + e.file() + "."
	switch dir := e.dir(); {
	case !e.options.filter().needsHost():
	case dir == gitlabrunner.CertsDir(-1, gitlabrunner.DefaultHome):
		about += fmt.Sprintf(" As root (runAsUser 0) it looks in %s instead. The chart's certsSecretName mounts at the same place, and one would hide the other: set only one of them.",
			gitlabrunner.CertsDir(0, ""))
	case dir == gitlabrunner.CertsDir(0, ""):
		about += " This is where it looks as root (runAsUser 0)."
	}
	return commented(about)
}

// configMark begins the lines of Config among the comments, so that a program can take them out.
const configMark = "#| "

// configLines are the lines for runners.config, as a comment.
func (e explanation) configLines() string {
	if e.added.config == "" {
		return ""
	}
	about := fmt.Sprintf("Values cannot add to runners.config, which is one text: put these lines into it, below [[runners]], without the \"%s\". The chart has runners.config since %s.",
		strings.TrimSpace(configMark), runnersConfigSince)
	var text strings.Builder
	text.WriteString("\n" + commented(about))
	for line := range strings.Lines(e.added.config) {
		text.WriteString(strings.TrimRight(configMark+line, " \n") + "\n")
	}
	return text.String()
}

// listOrNil is a list of nodes; nil for none.
func listOrNil(items []*yaml.RNode) *yaml.RNode {
	if len(items) == 0 || items[0] == nil {
		return nil
	}
	return yamledit.List(items...)
}

// indented puts two spaces in front of every line that has something.
func indented(text string) string {
	var out strings.Builder
	for line := range strings.Lines(text) {
		if line != "\n" {
			line = "  " + line
		}
		out.WriteString(line)
	}
	return out.String()
}

// commented is a text as comment lines.
func commented(text string) string {
	const width = 78
	var out strings.Builder
	line := "#"
	for word := range strings.FieldsSeq(text) {
		if len(line)+1+len(word) > width && line != "#" {
			out.WriteString(line + "\n")
			line = "#"
		}
		line += " " + word
	}
	return out.String() + line + "\n"
}
