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

// configMapName returns the name of a runner's ConfigMap. A default that does not fit gets a digest: the
// volume of job pods has the same name, which is a DNS label, and not that of another object's volume.
func (f *filter) configMapName(r *pod.Runner) string {
	head, longest, taken := r.Name, manifest.MaxName, false
	if f.options.Jobs {
		head, longest = strings.ReplaceAll(r.Name, ".", "-"), 63
		taken = slices.ContainsFunc(r.Config().Volumes(), func(v tomledit.Volume) bool {
			return v.Name == r.Name+"-certs" && v.Kind != "config_map"
		})
	}
	switch name := head + "-certs"; {
	case f.options.ConfigMapName != "":
		return f.options.ConfigMapName
	case head == r.Name && len(name) <= longest && !taken:
		return name
	}
	tail := "-" + sha256Of(r.Name)[:8] + "-certs"
	return strings.TrimRight(head[:min(len(head), longest-len(tail))], "-.") + tail
}

// addJobs puts the script that makes the jobs' own programs trust GitLab into the template, and the
// volumes by which the other containers of a job pod do.
func (f *filter) addJobs(d *added.Deployment, files *Files) error {
	t, err := d.ConfigTemplate()
	if err != nil {
		return err
	}
	if err := d.RefuseJobs(t); err != nil {
		return err
	}
	for _, c := range d.Containers {
		if set := c.Variable(pod.ScriptVariable); set.From != nil {
			f.warn(trust.Finding{Code: manifest.ScriptSet, Object: d.String(), Message: set.From.String() + " has " + pod.ScriptVariable + ", which wins over the script in " + pod.TemplateKey})
		}
	}
	if err := d.AddScript(JobsScriptLines()); err != nil {
		return err
	}
	return f.addJobVolumes(d, t, files)
}

// addJobVolumes mounts the objects of the sources in the job pods, each as one file. A volume that
// cannot be mounted would stop every job, so it is left out where it is not sure that it can.
func (f *filter) addJobVolumes(d *added.Deployment, t *pod.Template, files *Files) error {
	volumes, objects := d.Config().Volumes(), files.jobObjects()
	mounted := slices.DeleteFunc(slices.Clone(volumes), func(v tomledit.Volume) bool { return !pod.IsJobFile(v.MountPath) })
	wanted := jobTemplate{d.String(), files.trusts()}
	other, isShared := f.jobs[t.ConfigMap]
	if isShared && other.trusts != wanted.trusts {
		return d.Refuse(manifest.TemplateShared, "", "its jobs and those of %s have one template, in %s, and their certificates differ", other.runner, t.ConfigMap)
	}
	for _, v := range mounted {
		if !isShared && !slices.ContainsFunc(objects, func(o Object) bool { return o.isMountedBy(v) }) {
			return t.ConfigMap.Refuse(manifest.JobFileTaken, "data "+pod.TemplateKey, "it mounts %q at %s already, which is not what --jobs mounts there", v.Name, v.MountPath)
		}
	}
	if isShared || len(mounted) > 0 {
		return nil // the same key, of another runner or by hand
	}
	obstacle, code := d.JobsElsewhere(), manifest.JobVolume
	if obstacle != "" {
		code = manifest.JobNamespace
	}
	var ours []tomledit.Volume
	for i, o := range objects {
		v := o.jobVolume(pod.JobFile(len(ours) + 1))
		if why := cmp.Or(obstacle, pod.VolumeObstacle(v, slices.Concat(volumes, ours))); why != "" {
			f.warn(trust.Finding{Code: code, Object: d.String(), Message: fmt.Sprintf(
				"its job pods cannot mount %s/%s: %s; only the script is added, so the jobs' cache, their services and after_script are not reached", o.Kind, o.Name, why)})
			continue
		}
		ours = append(ours, v)
		if i == 0 && files.HasCertificates() {
			continue // it is our ConfigMap
		}
		if f.run.Stream.Find(o.Kind, o.Name, d.Namespace) == nil {
			f.note(trust.Finding{Code: manifest.JobObject, Object: d.String(), Message: fmt.Sprintf("no job starts before %s/%s is there, which its pod mounts", o.Kind, o.Name)})
		}
	}
	if len(ours) == 0 {
		return nil
	}
	f.jobs[t.ConfigMap] = wanted
	slices.SortStableFunc(ours, func(a, b tomledit.Volume) int { return cmp.Compare(a.Kind, b.Kind) })
	return d.AddJobVolumes(ours)
}

// A jobTemplate is the runner for which the job pods of a template mount objects, and what those have.
type jobTemplate struct{ runner, trusts string }

// isMountedBy reports whether a volume of the template shows the object's key, as jobVolume does.
func (o Object) isMountedBy(v tomledit.Volume) bool {
	ours := o.jobVolume(v.MountPath)
	return v.Kind == ours.Kind && v.Name == ours.Name && v.SubPath == ours.SubPath
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
