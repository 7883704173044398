package values

import (
	"cmp"
	"fmt"
	"regexp"
	"strings"
	"sync"

	"sigs.k8s.io/kustomize/kyaml/yaml"

	"helm-runnertrust/gitlabrunner"
	"helm-runnertrust/render/added"
	"helm-runnertrust/render/pod"
	"helm-runnertrust/render/yamledit"
)

// text prints the values, each key with a comment on what it is for, in the order in which they are
// understood. config is the lines for runners.config.
func (r *runner) text(config string) (_ []byte, err error) {
	var text string
	add := func(key string, value *yaml.RNode, comment string) {
		body, failed := yamledit.Map(yamledit.Pair{Key: key, Value: value}).String()
		err = cmp.Or(err, failed)
		text += "\n" + comment + body
	}
	if r.files.HasCertificates() {
		add("extraObjects", yamledit.List(r.configMap()), commented("The certificates, in a ConfigMap next to the chart's own objects, in the runner's namespace. "+
			"The chart has extraObjects since 0.%d.0.", extraObjectsSince))
	}
	add("volumes", yamledit.List(added.NewVolume(added.VolumeName, r.files.Projections()...)), r.aboutVolumes())
	add("volumeMounts", yamledit.List(added.NewMount(added.VolumeName, r.at.Dir)), r.aboutMounts())
	var variables []*yaml.RNode // that lead the runner to its files
	if r.Via == pod.WayEnv {
		variables = append(variables, added.NewVariable(gitlabrunner.CAFileVariable, r.at.Path()))
	}
	if len(r.values.Objects) > 1 {
		variables = append(variables, added.NewVariable(pod.CertDirVariable, r.at.Dir+":"+added.SystemCertDirs))
	}
	if len(variables) > 0 {
		add("envVars", yamledit.List(variables...), commented("%s is the path of the runner's file, and wins over every other setting; "+
			"%s is for further hosts. Every version of the chart has envVars.", gitlabrunner.CAFileVariable, pod.CertDirVariable))
	}
	if sum := r.files.Checksum(); sum != "" && !r.NoRollout {
		add("podAnnotations", yamledit.Map(yamledit.Pair{Key: pod.ChecksumAnnotation, Value: yamledit.Text(sum)}),
			commented("Rolls the pods when the certificates change. Every version of the chart has podAnnotations."))
	}
	chart, body := "gitlab/gitlab-runner", strings.TrimPrefix(text, "\n")+configLines(config)
	if r.Umbrella {
		chart, body = "gitlab/gitlab", "gitlab-runner:\n"+filledLine().ReplaceAllString(body, "  $0")
	}
	return []byte(commented("Values of the chart %s that make its runner trust %s.", chart, r.server.URL) +
		commented("Helm does not merge lists: if your other values have one of these keys, put its items there.") + "\n" + body), err
}

var filledLine = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`(?m)^.+$`) })

func (r *runner) aboutVolumes() string {
	shows := "only this one key of the object, as a file; pods wait until the object exists"
	if len(r.values.Objects) > 1 {
		shows = "only these keys, each as a file; pods wait until they exist"
	}
	return commented("Shows %s. The chart has volumes and volumeMounts since 0.%d.0.", shows, volumesSince)
}

func (r *runner) aboutMounts() string {
	about, rootDir := "", gitlabrunner.CertsDir(0, "")
	switch {
	case !r.hosted:
	case r.at.Dir == defaultCertsDir:
		about = "As root (runAsUser 0) it looks in " + rootDir +
			" instead. The chart's certsSecretName mounts at the same place, and one would hide the other: set only one of them."
	case r.at.Dir == rootDir:
		about = "This is where it looks as root (runAsUser 0)."
	}
	return commented("The runner reads %s. %s", r.at.Path(), about)
}

// configMark begins the lines of Values.Config among the comments, so that a program can take them out.
const configMark = "#| "

// configLines returns the lines for runners.config, as a comment.
func configLines(config string) string {
	if config == "" {
		return ""
	}
	text := "\n" + commented("Values cannot add to runners.config, which is one text: put these lines into it, below [[runners]], without the %q. "+
		"The chart has runners.config since 0.%d.0.", strings.TrimSpace(configMark), runnersConfigSince)
	for line := range strings.Lines(config) {
		text += strings.TrimRight(configMark+line, " \n") + "\n"
	}
	return text
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
