package e2e

import (
	"encoding/json"
	"strings"
	"testing"

	"helm-runnertrust/e2e/internal/helm"
	"helm-runnertrust/gitlabrunner"
)

// Every way to look at a release tells the same: what Helm would install, what
// it has installed, what the API server holds, and what the plugin says of it.
func TestViewsOfAReleaseAgree(t *testing.T) {
	underEachHelm(t, func(t *testing.T, r *release) {
		g := newGitLab(t, chartHost)
		flags := filteredWith(g.certFile)
		var planned struct{ Manifest string }
		plan := r.Run(t, r.args("install", append(flags, "--dry-run=server", "--output", "json"))...)
		if err := json.Unmarshal([]byte(plan), &planned); err != nil {
			t.Fatalf("%v in\n%s", err, plan)
		}
		want := objects(t, planned.Manifest)
		same(t, "template and dry run", objects(t, r.Run(t, r.args("template", append(flags, "--no-hooks"))...)), want)
		if deployment := r.get(t, "Deployment", "my-gitlab-runner"); deployment != nil {
			t.Fatal("the dry run installed something")
		}

		r.install(t, flags...)
		manifest := r.in(t, "get", "manifest", r.name)
		same(t, "manifest and dry run", objects(t, manifest), want)
		for name, o := range want {
			kind, _, _ := strings.Cut(name, " ")
			held := r.get(t, kind, textAt(o, "metadata", "name"))
			same(t, "the API server's data of "+name, at(held, "data"), at(o, "data"))
		}
		connects(t, r.cluster.Get, r.deployment(t), g)

		rendered := r.in(t, "runnertrust", "render", "--release", r.name, "--cert="+g.certFile)
		if rendered != manifest {
			t.Errorf("render --release changes what the filter wrote:\n%s", differences(objects(t, rendered), want))
		}
		r.in(t, "runnertrust", "render", "--release", r.name, "--cert="+g.certFile, "--detailed-exitcode")
		r.wantVerified(t, manifest)
		r.wantAmongAll(t)
	})
}

// wantVerified fails the test unless verify finds the runner of the release in
// good order, be it told the release or handed its manifest.
func (r *release) wantVerified(t *testing.T, manifest string) {
	t.Helper()
	released := r.in(t, "runnertrust", "verify", "--release", r.name, "--output", "json")
	piped, stderr, err := r.TryInput(manifest, "runnertrust", "verify", "--output", "json")
	if err != nil || piped != released {
		t.Errorf("verify of the manifest: %v\n%s%s\nof the release:\n%s", err, stderr, piped, released)
	}
	var verdict struct {
		OK      bool
		Runners []struct{ Deployment, Host, File, Status string }
	}
	if err := json.Unmarshal([]byte(released), &verdict); err != nil {
		t.Fatal(err)
	}
	file := certsDir + "/" + gitlabrunner.ForHost(chartHost).CertFile
	if !verdict.OK || len(verdict.Runners) != 1 || verdict.Runners[0].Host != chartHost || verdict.Runners[0].File != file {
		t.Errorf("verify says %+v, want the file %s", verdict, file)
	}
}

// wantAmongAll fails the test unless verify --all says of the release what verify says of it alone.
// Other releases come and go meanwhile, so its exit code is theirs too.
func (r *release) wantAmongAll(t *testing.T) {
	t.Helper()
	out, stderr, _ := r.Try("runnertrust", "verify", "--all", "--output", "json")
	var verdict struct {
		Runners []struct{ Release, Deployment, Host, Status string }
	}
	if err := json.Unmarshal([]byte(out), &verdict); err != nil {
		t.Fatalf("%v\n%s%s", err, stderr, out)
	}
	found := 0
	for _, runner := range verdict.Runners {
		if runner.Release == r.namespace+"/"+r.name && runner.Host == chartHost && runner.Status == "ok" {
			found++
		}
	}
	if found != 1 {
		t.Errorf("verify --all says of %s/%s:\n%s", r.namespace, r.name, out)
	}
}

// Before the filter, verify says that the runner would not connect, and render
// shows what the next upgrade would do.
func TestViewsOfAReleaseWithoutTheFilter(t *testing.T) {
	underEachHelm(t, func(t *testing.T, r *release) {
		g := newGitLab(t, chartHost)
		r.install(t)
		render := []string{"runnertrust", "render", "--release", r.name, "--cert=" + g.certFile, "--namespace", r.namespace}
		want := objects(t, r.Run(t, render...))
		if _, stderr, err := r.Try(append(render, "--detailed-exitcode")...); helm.ExitCode(err) != 2 {
			t.Errorf("render --detailed-exitcode: %v, want the exit code 2\n%s", err, stderr)
		}
		server := "--connect=" + g.addr
		verify := []string{"runnertrust", "verify", "--release", r.name, "--online", server, "--namespace", r.namespace}
		if stdout, _, err := r.Try(verify...); helm.ExitCode(err) != 1 {
			t.Errorf("verify: %v, want the exit code 1\n%s", err, stdout)
		}

		r.upgrade(t, filteredWith(g.certFile)...)

		same(t, "manifest and rendering", objects(t, r.in(t, "get", "manifest", r.name)), want)
		r.Run(t, verify...)
	})
}
