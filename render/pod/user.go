package pod

import (
	"fmt"
	"path"

	"sigs.k8s.io/kustomize/kyaml/yaml"

	"helm-runnertrust/gitlabrunner"
	"helm-runnertrust/render/manifest"
	"helm-runnertrust/trust"
)

// MayBeRoot reports whether the container's user is root, or that of an image in which it may be.
func (c *Container) MayBeRoot() bool {
	uid, err := c.uid()
	return err == nil && (uid == 0 || uid < 0 && !manifest.IsTrue(yaml.GetValue(c.security("runAsNonRoot"))))
}

// UncertainDir returns a warning where the runner may not look into its certs directory, or into override
// if that is one; nil where it does.
func (c *Container) UncertainDir(stream *manifest.Stream, override string) (*trust.Finding, error) {
	uid, err := c.uid()
	if err != nil {
		return nil, err
	}
	dir, err := c.CertsDir(stream, "")
	if err != nil {
		return nil, nil // override is the answer to that
	}
	root := gitlabrunner.CertsDir(0, "")
	isUnknown := uid < 0 && c.MayBeRoot()
	finding := trust.Finding{Object: c.Runner.String()}
	switch named := path.Clean(override); {
	case override != "" && named != dir && (!isUnknown || named != root):
		finding.Code = manifest.DirElsewhere
		finding.Message = fmt.Sprintf("the runner looks into %s, and not into %s", dir, named)
	case override == "" && isUnknown:
		finding.Code = manifest.UserUnknown
		finding.Message = fmt.Sprintf("its user is that of the image: no runAsUser, and no runAsNonRoot. One that is root looks into %s, and not into %s", root, dir)
	default:
		return nil, nil
	}
	return &finding, nil
}
