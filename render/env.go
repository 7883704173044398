package render

import (
	"sigs.k8s.io/kustomize/kyaml/yaml"

	"helm-runnertrust/gitlabrunner"
	"helm-runnertrust/render/yamledit"
)

// envWay names the file in CI_SERVER_TLS_CA_FILE, which wins over everything else. It needs no
// host.
type envWay struct {
	dir string // to mount at, instead of ownDir; "" for that
}

var _ way = envWay{}

func (envWay) needsHost() bool { return false }

func (w envWay) locate(*manifests, *container, gitlabrunner.Server) (location, error) {
	return ownLocation(w.dir), nil
}

// tell sets the variable: in the entry that counts where there is one, whose value may come from
// another object until now.
func (envWay) tell(_ *manifests, c *container, at location) error {
	entry := named(list(c.node, "env"), gitlabrunner.CAFileVariable)
	if entry != nil {
		if err := entry.PipeE(yaml.Clear("valueFrom")); err != nil {
			return c.runner.placed(err)
		}
		return c.runner.placed(set(entry, "value", yamledit.Text(at.path())))
	}
	env, err := ensure(c.node, "env", yamledit.List())
	if err != nil {
		return c.runner.placed(err)
	}
	yamledit.Prepend(env, yamledit.Map(
		yamledit.Pair{Key: "name", Value: yamledit.Text(gitlabrunner.CAFileVariable)},
		yamledit.Pair{Key: "value", Value: yamledit.Text(at.path())},
	))
	return nil
}

// untell takes the entries out that name a file of ours.
func (envWay) untell(_ *manifests, c *container) error {
	env := value(c.node, "env")
	if !yamledit.Retain(env, func(entry *yaml.RNode) bool {
		return text(entry, "name") != gitlabrunner.CAFileVariable || !c.isOwnFile(text(entry, "value"))
	}) {
		return nil
	}
	c.env = list(c.node, "env")
	return c.runner.placed(c.node.PipeE(yaml.FieldClearer{Name: "env", IfEmpty: true}))
}
