package audit

import (
	"strings"
	"testing"

	"helm-runnertrust/render/manifest"
	"helm-runnertrust/render/pod"
	"helm-runnertrust/trust"
)

// TestJobs has templates with which jobs do not start, or their programs may read other certificates than they seem to.
func TestJobs(t *testing.T) {
	const head, cache = "[[runners]]\n", "  [runners.cache]\n    Type = \"s3\"\n    [runners.cache.s3]\n      ServerAddress = \"gitlab.example.com\"\n"
	volume := func(kind, name, path, rest string) string {
		return "  [[runners.kubernetes.volumes." + kind + "]]\n    name = \"" + name + "\"\n    mount_path = \"" + path + "\"\n" + rest
	}
	const (
		file  = "/etc/ssl/certs/x.crt"
		key   = "    sub_path = \"gitlab.example.com.crt\"\n"
		items = "    [runners.kubernetes.volumes.config_map.items]\n      \"none\" = \"x\"\n"
	)
	ca := certificate(t, "ca.crt")
	objects := document("ConfigMap", "ours", "data", "gitlab.example.com.crt", ca) + document("ConfigMap", "o.urs", "data", "gitlab.example.com.crt", ca) +
		document("Secret", "tls", "stringData", "tls.crt", certificate(t, "chain.crt")) +
		"---\napiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata: {name: minio}\nspec: {tls: [{hosts: [gitlab.example.com], secretName: tls}]}\n"
	perJob := strings.NewReplacer("    namespace = \"ci\"", "    namespace_per_job = true", "        env:\n", "        env:\n        - {name: KUBERNETES_NAMESPACE_PER_JOB, value: 'false'}\n", "  name: ci\n", "  name: ci\n  namespace: ci\n")
	for name, c := range map[string]struct {
		template   string
		git, cache trust.Code
	}{
		"a volume":                  {head + volume("config_map", "ours", file, key), CodeFileOK, trust.CodeTrusted},
		"another folder":            {"[[runners]]\n  environment = [\"SSL_CERT_DIR=/x\"]\n" + volume("config_map", "ours", file, key), CodeFileOK, CodeStoreUnknown},
		"a folder below":            {head + volume("config_map", "ours", "/etc/ssl/certs/x/x.crt", key), CodeFileOK, CodeCacheFailed},
		"no such item":              {head + volume("config_map", "ours", file, key+items), pod.CodeNeverStarts, pod.CodeNeverStarts},
		"an item of another one":    {head + volume("config_map", "ours", file, key) + volume("config_map", "o.urs", "/x", items), pod.CodeNeverStarts, pod.CodeNeverStarts},
		"no such key":               {head + volume("config_map", "ours", file, "    sub_path = \"none\"\n"), pod.CodeNeverStarts, pod.CodeNeverStarts},
		"items without the file":    {head + volume("config_map", "ours", file, key+strings.Replace(items, "none", "gitlab.example.com.crt", 1)), CodeFileOK, CodeStoreUnknown},
		"no name of a volume":       {head + volume("config_map", "o.urs", file, key), pod.CodeNeverStarts, pod.CodeNeverStarts},
		"a variable in a name":      {head + volume("config_map", "ours", file, key) + volume("pvc", "Build-$CI_CONCURRENT_ID", "/builds", ""), CodeFileOK, trust.CodeTrusted},
		"a claim twice":             {head + volume("config_map", "ours", file, key) + volume("pvc", "a", "/a", "") + volume("pvc", "a", "/b", ""), CodeFileOK, trust.CodeTrusted},
		"two volumes of one name":   {head + volume("config_map", "ours", file, key) + volume("secret", "ours", "/x", ""), pod.CodeNeverStarts, pod.CodeNeverStarts},
		"two at one path":           {head + volume("config_map", "ours", file, key) + volume("secret", "a", file, ""), pod.CodeNeverStarts, pod.CodeNeverStarts},
		"one inside of another":     {head + volume("config_map", "ours", file, key) + volume("empty_dir", "a", "/a", "") + volume("empty_dir", "b", "/a/b", ""), CodeFileOK, trust.CodeTrusted},
		"a script before clones":    {head + "  pre_get_sources_script = \"export GIT_SSL_CAINFO=/x\"\n" + volume("config_map", "ours", file, key), trust.CodeUndecided, trust.CodeTrusted},
		"by its old name":           {head + "  pre_clone_script = \"git config --global http.sslcainfo /x\"\n" + volume("config_map", "ours", file, key), trust.CodeUndecided, trust.CodeTrusted},
		"configuration of git":      {head + "  environment = [\"GIT_CONFIG_KEY_0=http.https://gitlab.example.com.sslCAInfo\"]\n" + volume("config_map", "ours", file, key), trust.CodeUndecided, trust.CodeTrusted},
		"a client's certificate":    {head + "  environment = [\"GIT_SSL_CERT=/x\"]\n" + volume("config_map", "ours", file, key), trust.CodeUndecided, trust.CodeTrusted},
		"another way to a host":     {head + "  pre_get_sources_script = \"git config --global url.https://gitlab.example.com/.insteadOf git@gitlab.example.com:\"\n" + volume("config_map", "ours", file, key), CodeFileOK, trust.CodeTrusted},
		"another host, by key":      {head + "  environment = [\"GIT_CONFIG_KEY_0=url.https://mirror.example.com/.insteadOf\"]\n" + volume("config_map", "ours", file, key), trust.CodeUndecided, trust.CodeTrusted},
		"another host, by variable": {head + "  pre_get_sources_script = \"git config --global url.https://mirror.example.com/.insteadOf $CI_SERVER_URL\"\n" + volume("config_map", "ours", file, key), trust.CodeUndecided, trust.CodeTrusted},
		"another file of settings":  {head + "  environment = [\"GIT_CONFIG_KEY_0=include.path\"]\n" + volume("config_map", "ours", file, key), trust.CodeUndecided, trust.CodeTrusted},
		"a pod that is changed":     {head + volume("config_map", "ours", file, key) + "  [[runners.kubernetes.pod_spec]]\n    patch = \"- name: GIT_SSL_CAINFO\"\n", trust.CodeUndecided, trust.CodeTrusted},
		"a pod and another CA":      {head + "  [[runners.kubernetes.pod_spec]]\n    patch = \"hostname: x\"\n" + volume("config_map", "ours", "/x", key), CodeFileOK, CodeStoreUnknown},
		"a helper that adds CAs":    {head + "  pre_get_sources_script = \"update-ca-certificates\"\n" + volume("config_map", "ours", "/x", key), CodeFileOK, CodeStoreUnknown},
		"a dot behind the host":     {head + "  clone_url = \"https://gitlab.example.com.\"\n" + volume("config_map", "ours", file, key), manifest.BadURL, trust.CodeTrusted},
		"a host in other letters":   {head + "  clone_url = \"https://gitläb.example.com\"\n" + volume("config_map", "ours", file, key), manifest.BadURL, trust.CodeTrusted},
		"a host in upper case":      {head + "  clone_url = \"https://GitLab.example.com\"\n" + volume("config_map", "ours", file, key), CodeFileOK, trust.CodeTrusted},
		"a configuration of git":    {head + volume("config_map", "ours", file, key) + volume("secret", "git", "/root/.gitconfig", "    sub_path = \"x\"\n"), trust.CodeUndecided, trust.CodeTrusted},
		"Kubernetes's word":         {head + volume("config_map", "ours", file, key) + "  [runners.kubernetes]\n    namespace = \"ci\"\n    pull_policy = [\"IfNotPresent\"]\n", pod.CodeNeverStarts, pod.CodeNeverStarts},
		"the runner's word":         {head + volume("config_map", "ours", file, key) + "  [runners.kubernetes]\n    namespace = \"ci\"\n    pull_policy = \"always\"\n", CodeFileOK, trust.CodeTrusted},
		"no URL to clone from":      {head + "  clone_url = \"gitlab.example.com\"\n" + volume("config_map", "ours", file, key), manifest.CloneHost, trust.CodeTrusted},
		"a path outside":            {head + volume("config_map", "ours", file, "    sub_path = \"../x\"\n"), pod.CodeNeverStarts, pod.CodeNeverStarts},
		"another bundle of Go":      {head + volume("config_map", "ours", "/etc/pki/tls/certs", ""), CodeFileOK, CodeStoreUnknown},
		"no path of a volume":       {head + volume("config_map", "ours", "", key), pod.CodeNeverStarts, pod.CodeNeverStarts},
		"an item outside":           {head + volume("config_map", "ours", file, strings.Replace(items, "= \"", "= \"../", 1)), pod.CodeNeverStarts, pod.CodeNeverStarts},
		"another type":              {head + strings.Replace(volume("config_map", "ours", file, key), "mount_path", "read_only = 1\n    mount_path", 1), pod.CodeNeverStarts, pod.CodeNeverStarts},
		"another host for git":      {head + "  pre_get_sources_script = \"git config --global url.https://mirror.example.com/.insteadOf https://gitlab.example.com/\"\n" + volume("config_map", "ours", file, key), trust.CodeUndecided, trust.CodeTrusted},
	} {
		text := strings.Replace(c.template, head, head+"  executor = \"kubernetes\"\n", 1) + cache
		if !strings.Contains(text, "[runners.kubernetes]\n") {
			text += "  [runners.kubernetes]\n    namespace = \"ci\"\n"
		}
		stream := auditCase{mounts: certsMount + templateMount, volumes: certsVolume + "      - {name: config, configMap: {name: config}}\n",
			objects: document("ConfigMap", "config", "data", configName, text) + objects}.stream()
		audited, err := Run([]byte(strings.Replace(stream, "  name: ci\n", "  name: ci\n  namespace: ci\n", 1)), Options{Now: now, Namespace: "ci"})
		if err != nil {
			t.Fatal(err)
		}
		if each, err := Run([]byte(perJob.Replace(stream)), Options{Now: now}); err != nil || c.cache == trust.CodeTrusted && each[0].cache.Verdict.Finding.Code != CodeStoreUnknown {
			t.Errorf("%s, with a namespace for each job: %v", name, err)
		}
		clients := audited[0].Clients()
		if clients[0].Verdict.Finding.Code != CodeFileOK || clients[1].Verdict.Finding.Code != c.git || len(clients) != 3 || clients[2].Verdict.Finding.Code != c.cache {
			t.Errorf("%s: got %+v", name, clients)
		}
	}
}
