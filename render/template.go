package render

import (
	"errors"
	"fmt"
	"strings"

	"helm-runnertrust/render/tomledit"
	"helm-runnertrust/render/yamledit"
)

// templateKey is the key of the template that registration copies the runner's settings from. The
// chart has it since 0.20, where runners.config has content.
const templateKey = "config.template.toml"

// A template is the config.template.toml of a runner.
type template struct {
	manifests *manifests
	configMap *object
	runner    *runner
}

// templateOf is the template in a ConfigMap that the runner's pod mounts. It is refused where it
// cannot be edited.
func (m *manifests) templateOf(r *runner) (*template, error) {
	for _, name := range r.configMaps() {
		o, err := m.find("ConfigMap", name, r.namespace)
		if err != nil {
			return nil, err
		}
		switch {
		case o == nil:
			continue
		case value(o.node, "binaryData", templateKey) != nil:
			return nil, o.refuse(BadTemplate, "binaryData "+templateKey, "it is not text, so nothing can be written into it")
		case value(o.node, "data", templateKey) == nil:
			continue
		case isTrue(text(o.node, "immutable")):
			return nil, o.refuse(BadTemplate, "immutable", "it is immutable, so %s cannot be changed", templateKey)
		}
		return &template{manifests: m, configMap: o, runner: r}, nil
	}
	return nil, r.refuse(NoTemplate, "volumes", "none of the ConfigMaps of the stream that the pod mounts has a %s", templateKey)
}

// text is the template's TOML.
func (t *template) text() string { return text(t.configMap.node, "data", templateKey) }

// config reads the template.
func (t *template) config() (*tomledit.Config, error) {
	config, err := t.manifests.config(t.text())
	return config, t.placed(err)
}

// edit changes the template as edit does.
func (t *template) edit(edit func(*tomledit.Config) (string, error)) error {
	config, err := t.config()
	if err != nil {
		return err
	}
	edited, err := edit(config)
	if err != nil || edited == t.text() {
		return t.placed(err)
	}
	return t.configMap.placed(set(value(t.configMap.node, "data"), templateKey, yamledit.Text(edited)))
}

// placed gives an error of the TOML its place; nil for none.
func (t *template) placed(err error) error {
	if err == nil {
		return nil
	}
	if edit := (*tomledit.EditError)(nil); errors.As(err, &edit) && edit.Add != "" {
		err = fmt.Errorf("%w; add it in the chart's values by hand:\n%s", err, strings.TrimRight(edit.Add, "\n"))
	}
	return t.configMap.refuse(BadTemplate, "data "+templateKey, "%w", err)
}

// hasJobs reports whether the script of addJobs is in a runner's template.
func (m *manifests) hasJobs(r *runner) bool {
	t, err := m.templateOf(r)
	if err != nil {
		return false
	}
	config, err := t.config()
	if err != nil {
		return false
	}
	_, set := config.OwnScript()
	return set && r.refuseScript() == nil
}

// kubernetesOnly is the executor whose jobs run where the script of --jobs is made for.
const kubernetesOnly = "kubernetes"

// refuseScript refuses variables of registration that win over the template's settings.
func (r *runner) refuseScript() error {
	for _, c := range r.containers {
		if named(c.env, "RUNNER_PRE_BUILD_SCRIPT") != nil {
			return r.refuse(ScriptSet, c.field("env RUNNER_PRE_BUILD_SCRIPT"), "it is set, and wins over the script in %s", templateKey)
		}
		if shell, found, err := c.variable("RUNNER_SHELL"); found && (err != nil || shell != "bash" && shell != "sh") {
			return r.refuse(ShellUnfit, c.field("env RUNNER_SHELL"), "it is %q, and the script is for POSIX shells", shell)
		}
	}
	return nil
}

// refuseExecutor refuses a variable of registration that names another executor.
func (r *runner) refuseExecutor() error {
	for _, c := range r.containers {
		if executor, found, err := c.variable("RUNNER_EXECUTOR"); found && err == nil && executor != kubernetesOnly {
			return r.refuse(ExecutorUnfit, c.field("env RUNNER_EXECUTOR"), "it is %q, and the script is for %q", executor, kubernetesOnly)
		}
	}
	return nil
}

// addJobs puts the script that makes the jobs' own programs trust GitLab into the template.
func (m *manifests) addJobs(r *runner) error {
	t, err := m.templateOf(r)
	if err != nil {
		return err
	}
	config, err := t.config()
	if err != nil {
		return err
	}
	if executor, line, set := config.Executor(); set && executor != kubernetesOnly {
		return t.configMap.refuse(ExecutorUnfit, "data "+templateKey, "line %d: executor is %q, and the script is for %q", line, executor, kubernetesOnly)
	}
	if shell, line, set := config.Shell(); set && shell != "bash" && shell != "sh" {
		return t.configMap.refuse(ShellUnfit, "data "+templateKey, "line %d: shell is %q, and the script is for POSIX shells", line, shell)
	}
	if err := r.refuseScript(); err != nil {
		return err
	}
	if err := r.refuseExecutor(); err != nil {
		return err
	}
	lines := strings.TrimSuffix(strings.TrimPrefix(JobsScript(), tomledit.ScriptBegin+"\n"), tomledit.ScriptEnd+"\n")
	return t.edit(func(config *tomledit.Config) (string, error) { return config.PrependPreBuildScript(lines) })
}
