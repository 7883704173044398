package render

import (
	"bytes"
	"strings"
	"testing"

	"helm-runnertrust/render/manifest"
)

// TestJobVolume mounts the certificates in the job pods only where that stops no job.
func TestJobVolume(t *testing.T) {
	const namespace, env = `        namespace = "ci"` + "\n", "        - name: CI_SERVER_URL\n"
	volume := func(kind, name, at string) string {
		return "      [[runners.kubernetes.volumes." + kind + "]]\n        name = \"" + name + "\"\n        mount_path = \"" + at + "\"\n"
	}
	for name, test := range map[string]struct{ old, new, configMap, want string }{
		"as rendered":            {},
		"no namespace":           {old: namespace, want: `jobs run in the namespace "default"`},
		"another namespace":      {old: namespace, new: `        namespace = "jobs"` + "\n", want: `jobs run in the namespace "jobs"`},
		"one for each job":       {old: namespace, new: namespace + "        namespace_per_job = true\n", want: "each job has a namespace of its own"},
		"chosen by jobs":         {old: namespace, new: namespace + `        namespace_overwrite_allowed = "ci-.*"` + "\n", want: "jobs may choose their namespace"},
		"variable":               {old: env, new: "        - {name: KUBERNETES_NAMESPACE, value: jobs}\n" + env, want: `jobs run in the namespace "jobs"`},
		"empty variable":         {old: env, new: "        - {name: KUBERNETES_NAMESPACE, value: ''}\n" + env},
		"variable of an object":  {old: env, new: "        - {name: KUBERNETES_NAMESPACE, valueFrom: {}}\n" + env, want: "the value of KUBERNETES_NAMESPACE is not in the manifest"},
		"dot in the name":        {configMap: "gitlab.ca", want: "no volume can have this name"},
		"64 characters":          {configMap: strings.Repeat("a", 64), want: "no volume can have this name"},
		"63 characters":          {configMap: strings.Repeat("a", 63)},
		"the executor's name":    {configMap: "scripts", want: "the executor has a volume of this name"},
		"name is taken":          {old: namespace, new: namespace + volume("config_map", "ci-gitlab-runner-certs", "/x"), want: "another volume of the job pods has this name"},
		"another volume":         {old: namespace, new: namespace + volume("pvc", "other", "/etc/ssl/certificates")},
		"folder is mounted":      {old: namespace, new: namespace + volume("host_path", "bundle", "/etc/ssl/certs/"), want: `the volume "bundle" is mounted at /etc/ssl/certs/ already`},
		"folder above":           {old: namespace, new: namespace + volume("empty_dir", "etc", "/etc"), want: `the volume "etc" is mounted at /etc already`},
		"somewhere":              {old: namespace, new: namespace + volume("empty_dir", "etc", "$WHERE"), want: `the volume "etc" is mounted at $WHERE already`},
		"runner's own namespace": {old: "  namespace: \"ci\"\n", want: "the manifest does not name the runner's namespace"},
	} {
		t.Run(name, func(t *testing.T) {
			input := bytes.ReplaceAll(fixtureInput(t, "current"), []byte(test.old), []byte(test.new))
			if test.old == "" {
				input = fixtureInput(t, "current")
			} else if bytes.Equal(input, fixtureInput(t, "current")) {
				t.Fatalf("the base has no %q", test.old)
			}
			o := options(t)
			o.Jobs, o.ConfigMapName = true, test.configMap
			result, err := Filter(input, o)
			if err != nil {
				t.Fatal(err)
			}
			if has := bytes.Contains(result.Bytes(), []byte("helm-runnertrust: volumes begin")); has != (test.want == "") {
				t.Errorf("volume: %t, in\n%s", has, result.Bytes())
			}
			code := manifest.JobVolume
			if strings.Contains(strings.ToLower(test.want), "namespace") {
				code = manifest.JobNamespace
			}
			switch {
			case test.want == "" && len(result.Warnings) > 0:
				t.Errorf("got %v", result.Warnings)
			case test.want != "" && (len(result.Warnings) != 1 || result.Warnings[0].Code != code || !strings.Contains(result.Warnings[0].Message, test.want)):
				t.Errorf("got %v, want %s", result.Warnings, test.want)
			}
			o.Jobs = false
			plain, err := Filter(input, o)
			again, againErr := Filter(result.Bytes(), o)
			if err != nil || againErr != nil || !bytes.Equal(again.Bytes(), plain.Bytes()) {
				t.Errorf("%v, %v", err, againErr)
			}
		})
	}
}

// TestConfigMapName: the name of the volume of job pods is that of the ConfigMap, which has to fit; with
// other options it is as without the earlier ones.
func TestConfigMapName(t *testing.T) {
	const runner, namespace = "name: ci-gitlab-runner\n", `        namespace = "ci"` + "\n"
	long := strings.Repeat("a", 57)
	for name, test := range map[string]struct{ old, new, plain, jobs string }{
		"fits":              {runner, runner, "ci-gitlab-runner-certs", "ci-gitlab-runner-certs"},
		"57 characters":     {runner, "name: " + long + "\n", long + "-certs", long + "-certs"},
		"63 characters":     {runner, "name: " + long + "aaaaaa\n", long + "aaaaaa-certs", long[:48] + "-7d3e74a0-certs"},
		"dot":               {runner, "name: ci.runner\n", "ci.runner-certs", "ci-runner-59ec1b49-certs"},
		"dash":              {runner, "name: ci-runner\n", "ci-runner-certs", "ci-runner-certs"},
		"cut at a dash":     {runner, "name: " + long[:47] + "-aaaaaaaaaaaaaa\n", long[:47] + "-aaaaaaaaaaaaaa-certs", long[:47] + "-a28705c2-certs"},
		"253 characters":    {runner, "name: " + strings.Repeat("a.", 126) + "a\n", strings.TrimRight(strings.Repeat("a.", 119), ".") + "-6b9a7168-certs", strings.Repeat("a-", 24) + "6b9a7168-certs"},
		"another volume":    {namespace, namespace + "      [[runners.kubernetes.volumes.secret]]\n        name = \"ci-gitlab-runner-certs\"\n        mount_path = \"/x\"\n", "ci-gitlab-runner-certs", "ci-gitlab-runner-e3c0564b-certs"},
		"volume of its own": {namespace, namespace + "      [[runners.kubernetes.volumes.config_map]]\n        name = \"ci-gitlab-runner-certs\"\n        mount_path = \"/etc/ssl/certs/helm-runnertrust.crt\"\n        sub_path = \"gitlab.example.com.crt\"\n", "ci-gitlab-runner-certs", "ci-gitlab-runner-certs"},
	} {
		t.Run(name, func(t *testing.T) {
			input := fixtureInput(t, "current")
			for doc := range bytes.SplitSeq(input, []byte("---\n")) {
				if bytes.Contains(doc, []byte("kind: Deployment")) || test.old != runner {
					input = bytes.Replace(input, doc, bytes.Replace(doc, []byte(test.old), []byte(test.new), 1), 1)
				}
			}
			var results [][]byte
			for _, jobs := range []bool{false, true} {
				o := options(t)
				o.Jobs = jobs
				result, err := Filter(input, o)
				if err != nil {
					t.Fatal(err)
				}
				if want := map[bool]string{false: test.plain, true: test.jobs}[jobs]; !bytes.Contains(result.Bytes(), []byte("\n  name: "+want+"\n")) || len(result.Warnings) > 0 {
					t.Errorf("--jobs=%t: want %s and no %v, in\n%s", jobs, want, result.Warnings, result.Bytes())
				}
				results = append(results, result.Bytes())
			}
			for first := range results {
				for second := range results {
					o := options(t)
					o.Jobs = second == 1
					if again, err := Filter(results[first], o); err != nil || !bytes.Equal(again.Bytes(), results[second]) {
						t.Errorf("%d, then %d: %v", first, second, err)
					}
				}
			}
		})
	}
}

// TestScriptVariable: a script of registration wins over the template, wherever it comes from.
func TestScriptVariable(t *testing.T) {
	const env = "        - name: CI_SERVER_URL\n"
	with := func(old, new string) []byte {
		input := bytes.Replace(fixtureInput(t, "current"), []byte(old), []byte(new+old), 1)
		return append(input, "---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: settings, namespace: ci}\ndata: {PRE_BUILD_SCRIPT: x}\n"...)
	}
	o := options(t)
	o.Jobs = true
	for _, entry := range []string{"value: x", "valueFrom: {}"} {
		_, err := Filter(with(env, "        - {name: RUNNER_PRE_BUILD_SCRIPT, "+entry+"}\n"), o)
		if got := codes(err); len(got) != 1 || got[0] != manifest.ScriptSet {
			t.Errorf("%s: got %v", entry, err)
		}
	}
	for prefix, want := range map[string]string{"RUNNER_": "[script-set]", "OTHER_": "[]"} {
		result, err := Filter(with("        env:        \n", "        envFrom:\n        - {prefix: "+prefix+", configMapRef: {name: settings}}\n"), o)
		if err != nil || findings(result) != want {
			t.Errorf("%s: got %v, %v, want %s", prefix, result, err, want)
		}
	}
}
