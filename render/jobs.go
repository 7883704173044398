package render

import (
	_ "embed"
	"strings"

	"helm-runnertrust/render/added"
	"helm-runnertrust/render/tomledit"
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

// addJobs puts the script that makes the jobs' own programs trust GitLab into the template.
func (f *filter) addJobs(d *added.Deployment) error {
	t, err := f.run.Templates.Of(d.Runner)
	if err != nil {
		return err
	}
	if err := d.RefuseJobs(t); err != nil {
		return err
	}
	return d.AddScript(JobsScriptLines())
}
