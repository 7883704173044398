package added

import (
	"path"
	"strings"

	"sigs.k8s.io/kustomize/kyaml/yaml"

	"helm-runnertrust/render/manifest"
	"helm-runnertrust/render/pod"
	"helm-runnertrust/render/yamledit"
)

// SetVariable sets a variable of a container to a path: in the entry that counts where there is one,
// whose value may come from another object.
func (d *Deployment) SetVariable(c *pod.Container, name, value string) error {
	entry := manifest.Named(manifest.List(c.Node, "env"), name)
	if entry == nil {
		d.addItem(variable, c.Name, NewVariable(name, value))
		return nil
	}
	if old := manifest.Text(entry, "value"); old != "" && !isPath(old) {
		return d.Refuse(manifest.CAFileSet, c.Field("env "+name), "its value is not the path of a file")
	}
	return d.changeItem(variable, c.Name, entry, func() {
		if manifest.Value(entry, "value") == nil && manifest.Value(entry, "valueFrom") != nil {
			yamledit.ReplaceField(entry, "valueFrom", "value", yamledit.Text(value))
			return
		}
		yamledit.Remove(entry, "valueFrom")
		yamledit.Set(entry, "value", yamledit.Text(value))
	})
}

// CertDirVariable replaces the list of directories that Go reads certificates from besides the bundle
// of the image, SystemCertDirs (crypto/x509, root_unix.go, root_linux.go).
const (
	CertDirVariable = "SSL_CERT_DIR"
	SystemCertDirs  = "/etc/ssl/certs:/etc/pki/tls/certs"
)

// AddCertDir puts a directory in front of those that Go reads certificates from.
func (d *Deployment) AddCertDir(c *pod.Container, dir string) error {
	now := c.Variable(CertDirVariable)
	switch {
	case !now.Set:
		now.Value = SystemCertDirs
	case now.From != nil || !isPath(now.Value):
		return now.Refuse(manifest.CertDirSet, "the env of the container has no list of directories for it, and %s has to come in front of one", dir)
	}
	return d.SetVariable(c, CertDirVariable, dir+":"+now.Value)
}

// NewVariable returns an entry of a container's env.
func NewVariable(name, value string) *yaml.RNode {
	return yamledit.Map(
		yamledit.Pair{Key: "name", Value: yamledit.Text(name)},
		yamledit.Pair{Key: "value", Value: yamledit.Text(value)},
	)
}

// isPath reports whether a former value may be written down: a path is no secret.
func isPath(value string) bool {
	const longest = 4096 // PATH_MAX of Linux
	return len(value) <= longest && (path.IsAbs(value) || strings.HasPrefix(value, "$(")) && !strings.ContainsAny(value, "\r\n")
}
