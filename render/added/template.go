package added

import (
	"errors"
	"fmt"
	"slices"

	"helm-runnertrust/render/manifest"
	"helm-runnertrust/render/pod"
	"helm-runnertrust/render/tomledit"
	"helm-runnertrust/render/yamledit"
)

// SetCAFile names a file as tls-ca-file in the runner's template.
func (d *Deployment) SetCAFile(path string) error {
	return d.changeTemplate(setting, path, func(c *tomledit.Config, r *record) (string, error) {
		if r.Was, _, _ = c.TLSCAFile(); r.Was != "" && !isPath(r.Was) {
			return "", errors.New("its tls-ca-file is not the path of a file")
		}
		return c.SetTLSCAFile(path)
	})
}

// AddScript puts lines in front of the pre_build_script in the runner's template. Lines of ours that
// are there by hand stay as they are.
func (d *Deployment) AddScript(lines string) error {
	return d.changeTemplate(script, lines, func(c *tomledit.Config, r *record) (string, error) {
		if _, byHand := c.OwnScript(); byHand {
			return "", nil
		}
		return c.PrependPreBuildScript(lines)
	})
}

// AddJobVolumes adds volumes of job pods to the runner's template.
func (d *Deployment) AddJobVolumes(volumes []tomledit.Volume) error {
	return d.changeTemplate(jobVolumes, fmt.Sprint(volumes), func(c *tomledit.Config, _ *record) (string, error) {
		return c.AddJobVolumes(volumes...)
	})
}

// changeTemplate edits the runner's template. Where Deployments share one it is edited once, and each
// of them has the record. edit returns "" for no change.
func (d *Deployment) changeTemplate(add kind, value string, edit func(*tomledit.Config, *record) (string, error)) error {
	t, err := d.ConfigTemplate()
	if err != nil {
		return err
	}
	r := record{Add: add, Name: t.ConfigMap.Name, Sum: sumOf(value)}
	if known, done := d.Run.applied[r.key(t)]; done && known.Sum == r.Sum {
		d.records = append(d.records, known)
		return nil
	}
	config, err := t.Config()
	if err != nil {
		return err
	}
	text, err := edit(config, &r)
	if err != nil || text == "" || text == t.Text() {
		return t.WithPlace(err)
	}
	d.records, d.Run.applied[r.key(t)] = append(d.records, r), r
	write(t, text)
	return nil
}

func (run *Run) revertTemplate(o *manifest.Object, r record) bool {
	t := pod.TemplateIn(run.Stream.Find("ConfigMap", r.Name, o.Namespace))
	if t == nil {
		return false
	}
	if run.reverted[r.key(t)] {
		return true
	}
	run.reverted[r.key(t)] = true
	config, err := t.Config()
	if err != nil {
		return false
	}
	var now, text string
	switch r.Add {
	case script:
		now, _ = config.OwnScript()
		text, err = config.RemovePreBuildScript()
	case jobVolumes:
		ours := slices.DeleteFunc(config.Volumes(), func(v tomledit.Volume) bool { return !pod.IsJobFile(v.MountPath) })
		now = fmt.Sprint(ours)
		text, err = config.RemoveJobVolumes()
	case setting:
		now, _, _ = config.TLSCAFile()
		text, err = config.SetTLSCAFile(r.Was)
	}
	if err != nil || sumOf(now) != r.Sum {
		return false
	}
	write(t, text)
	return true
}

// key returns what an addition to a template is known by in a stream.
func (r record) key(t *pod.Template) string {
	return string(r.Add) + "/" + t.ConfigMap.Label() + "/" + t.ConfigMap.Namespace + "/" + r.Name
}

func write(t *pod.Template, text string) {
	yamledit.Set(manifest.Value(t.ConfigMap.Node, "data"), pod.TemplateKey, yamledit.Text(text))
}
