package render

import (
	"cmp"
	_ "embed"
	"fmt"
	"slices"
	"strings"

	"helm-runnertrust/render/added"
	"helm-runnertrust/render/manifest"
	"helm-runnertrust/render/pod"
	"helm-runnertrust/render/tomledit"
	"helm-runnertrust/trust"
)

//go:embed jobs.sh
var jobsScript string

// JobsScript returns the POSIX shell text for pre_build_script under [[runners]] in the runner's
// configuration, which runs in the shell of a job's own script, before it (gitlab-runner 19.4,
// shells/abstract.go, writeUserScript). With it, the tools of the job trust GitLab besides what
// they trust already. Its first and last lines are the markers by which it is found again. It has
// no backslash and no quotes in threes, so that any multi-line string of TOML can hold it.
func JobsScript() string { return jobsScript }

// JobsScriptLines returns the lines between the markers, as tomledit takes them.
func JobsScriptLines() string {
	return strings.TrimSuffix(strings.TrimPrefix(jobsScript, tomledit.ScriptBegin+"\n"), tomledit.ScriptEnd+"\n")
}

// addJobs puts the script that makes the jobs' own programs trust GitLab into the template, and the
// volumes by which the other containers of a job pod do.
func (f *filter) addJobs(d *added.Deployment, sources []source) error {
	t, err := d.ConfigTemplate()
	if err != nil {
		return err
	}
	if err := d.RefuseJobs(t); err != nil {
		return err
	}
	for _, c := range d.Containers {
		if set := c.Variable(pod.ScriptVariable); set.From != nil {
			f.report.warn(trust.Finding{Code: manifest.ScriptSet, Object: d.String(), Message: set.From.String() + " has " + pod.ScriptVariable + ", which wins over the script in " + pod.TemplateKey})
		}
	}
	if err := d.AddScript(JobsScriptLines()); err != nil {
		return err
	}
	return f.addJobVolumes(d, t, sources)
}

// addJobVolumes mounts the objects of the sources in the job pods, each as one file. A volume that
// cannot be mounted would stop every job, so it is left out where it is not sure that it can.
func (f *filter) addJobVolumes(d *added.Deployment, t *pod.Template, sources []source) error {
	config, err := t.Config()
	if err != nil {
		return err
	}
	volumes := config.Volumes()
	wanted := jobTemplateOf(d.Runner, sources)
	if slices.ContainsFunc(volumes, func(v tomledit.Volume) bool { return pod.IsJobFile(v.MountPath) }) {
		other, isOurs := f.jobs[t.ConfigMap]
		if isOurs && !slices.Equal(other.trusts, wanted.trusts) {
			return d.Refuse(manifest.TemplateShared, "", "its jobs and those of %s have one template, in %s, and their certificates differ", other.runner, t.ConfigMap)
		}
		return nil // shared, or by hand
	}
	obstacle := d.JobsElsewhere()
	var ours []tomledit.Volume
	for _, from := range sources {
		for _, o := range from.jobObjects() {
			v := o.jobVolume(pod.JobFile(len(ours) + 1))
			why := cmp.Or(obstacle, pod.VolumeObstacle(v, slices.Concat(volumes, ours)))
			if why == "" {
				ours = append(ours, v)
				if from.checksum() == "" { // its owner brings it
					f.noteAbsent(d, o)
				}
				continue
			}
			f.report.warn(trust.Finding{Code: manifest.JobVolume, Object: d.String(), Message: fmt.Sprintf(
				"its job pods cannot mount %s/%s: %s; only the script is added, so the jobs' cache, their services and after_script are not reached", o.Kind, o.Name, why)})
		}
	}
	if len(ours) == 0 {
		return nil
	}
	f.jobs[t.ConfigMap] = wanted
	slices.SortStableFunc(ours, func(a, b tomledit.Volume) int { return cmp.Compare(a.Kind, b.Kind) })
	return d.AddJobVolumes(ours)
}

// A jobTemplate is what the job pods of a template mount, and the runner that they mount it for.
type jobTemplate struct {
	runner string
	trusts []string // objects with their keys, and checksums of ConfigMaps of ours
}

func jobTemplateOf(r *pod.Runner, sources []source) jobTemplate {
	t := jobTemplate{runner: r.String()}
	for _, from := range sources {
		for _, o := range from.jobObjects() {
			t.trusts = append(t.trusts, cmp.Or(from.checksum(), o.String()))
		}
	}
	return t
}

// noteAbsent notes that job pods wait for an object that is not in the stream.
func (f *filter) noteAbsent(d *added.Deployment, o Object) {
	if f.run.Stream.Find(o.Kind, o.Name, d.Namespace) == nil {
		f.report.note(trust.Finding{Code: manifest.JobObject, Object: d.String(), Message: fmt.Sprintf("no job starts before %s/%s is there, which its pod mounts", o.Kind, o.Name)})
	}
}

// jobVolume returns the volume that shows the one key of an object at a path, and no other key of a
// Secret.
func (o Object) jobVolume(path string) tomledit.Volume {
	v := tomledit.Volume{Kind: "config_map", Name: o.Name, MountPath: path, SubPath: o.Key}
	if o.Kind == "Secret" {
		v.Kind, v.Items = "secret", map[string]string{o.Key: o.Key}
	}
	return v
}
