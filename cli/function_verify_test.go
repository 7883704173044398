package cli

import (
	"bytes"
	"strings"
	"testing"
)

// TestFunctionVerify has what passes, by each field of its spec: the list comes back as it came, a
// results field more.
func TestFunctionVerify(t *testing.T) {
	for name, c := range map[string]struct{ fixture, spec string }{
		"passes":                {"accept/current/output.yaml", "{}"},
		"passes expiresWithin":  {"accept/current/output.yaml", "{expiresWithin: 30d}"},
		"passes unknown":        {"accept/current/input.yaml", "{allowUnknown: true}"},
		"passes deployment":     {"accept/deployment-flag-one-of-two/output.yaml", "{deployment: other-gitlab-runner}"},
		"passes certsDir":       {"accept/certs-dir/output.yaml", "{certsDir: /var/lib/runner/certs}"},
		"passes with a warning": {"accept/cert-sha1/output.yaml", "{}"},
	} {
		t.Run(name, func(t *testing.T) {
			input := strings.ReplaceAll(functionInput(t, c.fixture, config(verifyKind, c.spec)), "mountPath: /configmaps", "mountPath: /scripts") // which need not show a template
			run := runFunction(input)
			if run.code != exitDone {
				t.Fatalf("exit code %d: %s", run.code, run.stderr)
			}
			_, results := run.parts(t)
			if !strings.HasPrefix(run.stdout, input+"results:\n") {
				t.Errorf("the list was changed to:\n%s", run.stdout)
			}
			run.holdSaid(t, name, results)
		})
	}
}

// TestFunctionKeepsResults has results of earlier functions in the list.
func TestFunctionKeepsResults(t *testing.T) {
	const earlier = "results:\n- message: earlier\n  severity: info\n"
	for kind, fixture := range map[string]string{filterKind: "accept/ingress/input.yaml", verifyKind: "accept/current/output.yaml"} {
		run := runFunction(functionInput(t, fixture, config(kind, "{}")) + earlier)
		_, results := run.parts(t)
		if run.code != exitDone || !strings.HasPrefix(results, strings.TrimPrefix(earlier, "results:\n")) || strings.Count(results, "message:") != 2 {
			t.Errorf("%s: exit code %d, %s\n%s", kind, run.code, run.stderr, results)
		}
	}
}

// TestFunctionResources holds that results name the file of their item, and no namespace where
// items of several have the name.
func TestFunctionResources(t *testing.T) {
	input := functionInput(t, "accept/url-http/input.yaml", config(filterKind, "{certificateFile: "+fixturesDir+"/certs/ca.crt}"))
	input = strings.Replace(input, "kind: Deployment\n  metadata:\n", "kind: Deployment\n  metadata:\n    annotations: {config.kubernetes.io/path: runner.yaml, config.kubernetes.io/index: '3'}\n", 1)
	_, results := runFunction(input).parts(t)
	if !strings.HasSuffix(results, "    namespace: ci\n  file:\n    path: runner.yaml\n    index: 3\n") {
		t.Errorf("results:\n%s", results)
	}
	input = strings.ReplaceAll(functionInput(t, "accept/same-name-two-namespaces/input.yaml", config(verifyKind, "{}")), "mountPath: /configmaps", "mountPath: /scripts")
	run := runFunction(input)
	_, results = run.parts(t)
	run.holdSaid(t, "two namespaces", results)
}

// TestFunctionTakesNoFlags has flags on the command line.
func TestFunctionTakesNoFlags(t *testing.T) {
	input := functionInput(t, "accept/current/input.yaml", config(filterKind, "{}"))
	for _, flag := range []string{"--cert=ca.crt", "--from-secret=a", "--from-ingress", "--via=env", "--pipe=cat"} {
		run := runFunction(input, flag)
		name, _, _ := strings.Cut(flag, "=")
		if run.code != exitError || run.stdout != "" || !strings.HasPrefix(run.stderr, "runnertrust: error: "+name+": a KRM function takes no flags") {
			t.Errorf("exit code %d, stdout %q, stderr:\n%s", run.code, run.stdout, run.stderr)
		}
	}
}

// TestFunctionIgnoresVariables holds that the same list gives the same items, whatever the
// variables of the filter are.
func TestFunctionIgnoresVariables(t *testing.T) {
	variables := map[string]string{"RUNNERTRUST_VIA": "bogus", "RUNNERTRUST_CERT": "/nowhere", "RUNNERTRUST_FROM_SECRET": "a", "RUNNERTRUST_JOBS": "maybe"}
	input := functionInput(t, "accept/ingress/input.yaml", config(filterKind, "{}"))
	want := runFunction(input)
	var stdout, stderr bytes.Buffer
	process := fixtureProcess(nil, input, &stdout, &stderr)
	process.Env = func(name string) string { return variables[name] }
	if code := Run(process); code != exitDone || stdout.String() != want.stdout || stderr.String() != want.stderr {
		t.Errorf("exit code %d: %s\n%s", code, stderr.String(), stdout.String())
	}
}
