package render

import _ "embed"

//go:embed jobs.sh
var jobsScript string

// JobsScript is the POSIX shell text for pre_build_script under [[runners]] in the runner's
// configuration, which runs in the shell of a job's own script, before it (gitlab-runner 19.4,
// shells/abstract.go, writeUserScript). With it, the tools of the job trust GitLab besides what
// they trust already. Its first and last lines are the markers by which it is found again. It has
// no backslash and no quotes in threes, so that any multi-line string of TOML can hold it.
func JobsScript() string { return jobsScript }
