package added

import (
	"fmt"
	"slices"

	"helm-runnertrust/render/manifest"
	"helm-runnertrust/render/pod"
	"helm-runnertrust/render/tomledit"
	"helm-runnertrust/render/yamledit"
)

// SetCAFile names a file as tls-ca-file in the runner's template.
func (d *Deployment) SetCAFile(path string) error {
	return d.changeTemplate(setting, path, formerCAFile, func(c *tomledit.Config) (string, error) {
		return c.SetTLSCAFile(path)
	})
}

// AddScript puts lines in front of the pre_build_script in the runner's template. Lines of ours that
// are there by hand stay as they are.
func (d *Deployment) AddScript(lines string) error {
	return d.changeTemplate(script, lines, func(*tomledit.Config) string { return "" }, func(c *tomledit.Config) (string, error) {
		if _, byHand := c.OwnScript(); byHand {
			return "", nil
		}
		return c.PrependPreBuildScript(lines)
	})
}

// AddJobVolumes adds volumes of job pods to the runner's template.
func (d *Deployment) AddJobVolumes(volumes []tomledit.Volume) error {
	return d.changeTemplate(jobVolumes, fmt.Sprint(volumes), func(*tomledit.Config) string { return "" }, func(c *tomledit.Config) (string, error) {
		return c.AddJobVolumes(volumes...)
	})
}

// formerCAFile returns the path of the tls-ca-file that is there already, "" for none.
func formerCAFile(c *tomledit.Config) string {
	path, _, _ := c.TLSCAFile()
	return path
}

// changeTemplate edits the runner's template. Where Deployments share one it is edited once, and each
// of them has the record. edit returns "" for no change.
func (d *Deployment) changeTemplate(add kind, value string, was func(*tomledit.Config) string, edit func(*tomledit.Config) (string, error)) error {
	t, err := d.ConfigTemplate()
	if err != nil {
		return err
	}
	r := record{Add: add, Name: t.ConfigMap.Name, Sum: sumOf(value)}
	if known, done := d.run.applied[r.key(t)]; done && known.Sum == r.Sum {
		d.records = append(d.records, known)
		return nil
	}
	config, err := t.Config()
	if err != nil {
		return err
	}
	r.Was = was(config)
	if r.Was != "" && !isPath(r.Was) {
		return t.ConfigMap.Refuse(manifest.BadTemplate, "data "+pod.TemplateKey, "its tls-ca-file is not the path of a file")
	}
	text, err := edit(config)
	if err != nil || text == "" || text == t.Text() {
		return t.WithPlace(err)
	}
	d.records, d.run.applied[r.key(t)] = append(d.records, r), r
	return write(t, text)
}

func (run *Run) revertTemplate(o *manifest.Object, r record) error {
	t, err := pod.TemplateIn(run.Stream.Find("ConfigMap", r.Name, o.Namespace))
	if err != nil || t == nil {
		return errChanged
	}
	if run.reverted[r.key(t)] {
		return nil
	}
	run.reverted[r.key(t)] = true
	config, err := t.Config()
	if err != nil {
		return errChanged
	}
	value, restore := config.OwnScript, config.RemovePreBuildScript
	switch r.Add {
	case jobVolumes:
		value, restore = func() (string, bool) { return volumesOf(config) }, config.RemoveJobVolumes
	case setting:
		value = func() (string, bool) { file, _, set := config.TLSCAFile(); return file, set }
		restore = func() (string, error) { return config.SetTLSCAFile(r.Was) }
	}
	if now, set := value(); !set || sumOf(now) != r.Sum {
		return errChanged
	}
	text, err := restore()
	if err != nil {
		return errChanged
	}
	return write(t, text)
}

// volumesOf returns the volumes that are mounted as AddJobVolumes mounts them, as it notes them.
func volumesOf(config *tomledit.Config) (written string, set bool) {
	ours := slices.DeleteFunc(config.Volumes(), func(v tomledit.Volume) bool { return !pod.IsJobFile(v.MountPath) })
	return fmt.Sprint(ours), len(ours) > 0
}

// key returns what an addition to a template is known by in a stream.
func (r record) key(t *pod.Template) string {
	return string(r.Add) + "/" + t.ConfigMap.Label() + "/" + t.ConfigMap.Namespace + "/" + r.Name
}

func write(t *pod.Template, text string) error {
	_, err := yamledit.Set(manifest.Value(t.ConfigMap.Node, "data"), pod.TemplateKey, yamledit.Text(text))
	return t.ConfigMap.WithPlace(err)
}
