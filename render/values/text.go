package values

import (
	"fmt"
	"strings"

	"sigs.k8s.io/kustomize/kyaml/yaml"

	"helm-runnertrust/gitlabrunner"
	"helm-runnertrust/render/added"
	"helm-runnertrust/render/pod"
	"helm-runnertrust/render/yamledit"
)

// text prints the values, each key with a comment on what it is for, in the order in which they are
// understood.
func (r *runner) text(p parts) ([]byte, error) {
	keys := []struct {
		comment, key string
		value        *yaml.RNode // nil leaves the key out
	}{
		{commented("The certificates, in a ConfigMap next to the chart's own objects, in the runner's namespace. The chart has extraObjects since %s.",
			extraObjectsKey.since), "extraObjects", listOf(p.configMap)},
		{r.aboutVolumes(), "volumes", listOf(added.NewVolume(added.VolumeName, p.shown))},
		{r.aboutMounts(), "volumeMounts", listOf(added.NewMount(added.VolumeName, r.at.Dir))},
		{commented("Tells the runner the path of its file, and wins over every other setting. Every version of the chart has envVars."),
			"envVars", r.variables()},
		{commented("Rolls the pods when the certificates change. Every version of the chart has podAnnotations."),
			"podAnnotations", r.podAnnotations(p.checksum)},
	}
	var text strings.Builder
	for _, k := range keys {
		if k.value == nil {
			continue
		}
		body, err := yamledit.Map(yamledit.Pair{Key: k.key, Value: k.value}).String()
		if err != nil {
			return nil, err
		}
		text.WriteString("\n" + k.comment + body)
	}
	text.WriteString(configLines(p.config))
	chart, body := "gitlab/gitlab-runner", strings.TrimPrefix(text.String(), "\n")
	if r.Umbrella {
		chart, body = "gitlab/gitlab", "gitlab-runner:\n"+indented(body)
	}
	head := commented("Values of the chart %s that make its runner trust %s.", chart, r.server.URL) +
		commented("Helm does not merge lists: if your other values have one of these keys, put its items there.")
	return []byte(head + "\n" + body), nil
}

// variables returns the list that leads the runner to its file; nil where it needs none.
func (r *runner) variables() *yaml.RNode {
	if r.Via != pod.WayEnv {
		return nil
	}
	return listOf(added.NewVariable(gitlabrunner.CAFileVariable, r.file()))
}

func (r *runner) podAnnotations(checksum string) *yaml.RNode {
	if checksum == "" || r.NoRollout {
		return nil
	}
	return yamledit.Map(yamledit.Pair{Key: pod.ChecksumAnnotation, Value: yamledit.Text(checksum)})
}

func (r *runner) aboutVolumes() string {
	about := commented("Shows only this one key of the object, as a file; pods wait until the object exists. The chart has volumes and volumeMounts since %s.",
		volumesKey.since)
	if name := r.certsSecretName(); name != "" {
		about += commented("Instead of both, this line does the same in every version of the chart, unless the runner is root, but shows all keys of the Secret:") +
			"#   certsSecretName: " + name + "\n"
	}
	return about
}

func (r *runner) aboutMounts() string {
	about, rootDir := "The runner reads "+r.file()+".", gitlabrunner.CertsDir(0, "")
	switch {
	case !r.hosted:
	case r.at.Dir == defaultCertsDir:
		about += " As root (runAsUser 0) it looks in " + rootDir +
			" instead. The chart's certsSecretName mounts at the same place, and one would hide the other: set only one of them."
	case r.at.Dir == rootDir:
		about += " This is where it looks as root (runAsUser 0)."
	}
	return commented("%s", about)
}

// configMark begins the lines of Values.Config among the comments, so that a program can take them out.
const configMark = "#| "

// configLines returns the lines for runners.config, as a comment.
func configLines(config string) string {
	if config == "" {
		return ""
	}
	text := "\n" + commented("Values cannot add to runners.config, which is one text: put these lines into it, below [[runners]], without the %q. The chart has runners.config since %s.",
		strings.TrimSpace(configMark), runnersConfigSince)
	for line := range strings.Lines(config) {
		text += strings.TrimRight(configMark+line, " \n") + "\n"
	}
	return text
}

// listOf returns a list of one node; nil for none.
func listOf(item *yaml.RNode) *yaml.RNode {
	if item == nil {
		return nil
	}
	return yamledit.List(item)
}

// indented puts two spaces in front of every line that is not empty.
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

// commented returns a text as comment lines.
func commented(format string, args ...any) string {
	const width = 78
	var out strings.Builder
	line := "#"
	for word := range strings.FieldsSeq(fmt.Sprintf(format, args...)) {
		if len(line)+1+len(word) > width && line != "#" {
			out.WriteString(line + "\n")
			line = "#"
		}
		line += " " + word
	}
	return out.String() + line + "\n"
}
