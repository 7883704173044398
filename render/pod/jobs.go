package pod

import (
	"errors"

	"helm-runnertrust/render/manifest"
)

// ScriptVariable is the pre_build_script of `gitlab-runner register`, which wins over its template.
const ScriptVariable = "RUNNER_PRE_BUILD_SCRIPT"

// kubernetesExecutor is the executor whose jobs run in pods.
const kubernetesExecutor = "kubernetes"

// RefuseJobs refuses a runner whose jobs a script in its template would not reach, or could not run.
func (r *Runner) RefuseJobs(t *Template) error {
	config, err := t.Config()
	if err != nil {
		return err
	}
	field := "data " + TemplateKey
	if executor, line, set := config.String("executor"); set && executor != kubernetesExecutor {
		return t.ConfigMap.Refuse(manifest.ExecutorUnfit, field, "line %d: executor is %q, and the script is for %q", line, executor, kubernetesExecutor)
	}
	if shell, line, set := config.String("shell"); set && !isPOSIX(shell) {
		return t.ConfigMap.Refuse(manifest.ShellUnfit, field, "line %d: shell is %q, and the script is for POSIX shells", line, shell)
	}
	for _, c := range r.Containers {
		if err := c.refuseScript(); err != nil {
			return err
		}
		if executor, found, err := c.Variable("RUNNER_EXECUTOR"); found && err == nil && executor != kubernetesExecutor {
			return r.Refuse(manifest.ExecutorUnfit, c.Field("env RUNNER_EXECUTOR"), "it is %q, and the script is for %q", executor, kubernetesExecutor)
		}
	}
	return nil
}

// refuseScript refuses variables of registration that win over the template's settings.
func (c *Container) refuseScript() error {
	if _, found, _ := c.Variable(ScriptVariable); found {
		return c.Runner.Refuse(manifest.ScriptSet, c.Field("env "+ScriptVariable), "it is set, and wins over the script in %s", TemplateKey)
	}
	if shell, found, err := c.Variable("RUNNER_SHELL"); found && (err != nil || !isPOSIX(shell)) {
		return c.Runner.Refuse(manifest.ShellUnfit, c.Field("env RUNNER_SHELL"), "it is %q, and the script is for POSIX shells", shell)
	}
	return nil
}

// ScriptFromObject returns the object of the stream by which envFrom sets ScriptVariable; "" for none.
func (c *Container) ScriptFromObject(stream *manifest.Stream) (object string, err error) {
	_, from, err := c.fromObjects(stream, ScriptVariable)
	if from == nil || err != nil && !errors.Is(err, ErrUnknown) {
		return "", err
	}
	return from.String(), nil
}

func isPOSIX(shell string) bool { return shell == "bash" || shell == "sh" }

// HasScript reports whether our script is in a runner's template, and nothing wins over it.
func (t *Templates) HasScript(r *Runner) bool {
	template, err := t.Of(r)
	if err != nil {
		return false
	}
	config, err := template.Config()
	if err != nil {
		return false
	}
	if _, set := config.OwnScript(); !set {
		return false
	}
	for _, c := range r.Containers {
		if c.refuseScript() != nil {
			return false
		}
	}
	return true
}
