package audit

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"helm-runnertrust/render/manifest"
	"helm-runnertrust/render/pod"
	"helm-runnertrust/trust"
)

// TestTemplate has what registration takes for its template: the file in the chart's folder, as a kubelet lays it out.
func TestTemplate(t *testing.T) {
	const (
		plain     = "      - {name: config, configMap: {name: config}}\n"
		elsewhere = "[[runners]]\n  tls-ca-file = \"/nonexistent\""
		over      = "      - {name: config, projected: {sources: [{configMap: {name: config}}, "
		item      = "items: [{key: mine, path: " + configName + "}]}}]}}\n"
		shadow    = templateMount + "        - {name: mine, mountPath: /configmaps/" + configName + ", subPath: mine}\n"
		subPath   = "        - {name: config, mountPath: /configmaps/entrypoint, subPath: entrypoint}\n"
		spare     = "        - {name: config, mountPath: /spare}\n"
	)
	chart := document("ConfigMap", "config", "data", configName, "[[runners]]\n  name = \"x\"")
	names := document("ConfigMap", "config", "data", configName, elsewhere)
	mine := func(kind, field, key, text string) string { return chart + document(kind, "mine", field, key, text) }
	for name, c := range map[string]struct {
		mounts, volumes, objects string

		way    pod.Way
		status trust.Status
		code   trust.Code
	}{
		"the chart's":                       {templateMount, plain, chart, pod.WayCertsDir, trust.StatusOK, CodeFileOK},
		"another file":                      {templateMount, plain, names, pod.WayConfig, trust.StatusUnknown, CodeFileUnknown},
		"a key with an escape":              {templateMount, plain, strings.Replace(names, "tls-ca-file", `"tls\u002dca-file"`, 1), pod.WayConfig, trust.StatusUnknown, CodeFileUnknown},
		"not in the stream":                 {templateMount, plain, "", pod.WayCertsDir, trust.StatusUnknown, manifest.BadTemplate},
		"a host's folder":                   {templateMount, "      - {name: config, hostPath: {path: /x}}\n", "", pod.WayCertsDir, trust.StatusUnknown, manifest.BadTemplate},
		"a source not in it":                {templateMount, over + "{secret: {name: mine}}]}}\n", chart, pod.WayCertsDir, trust.StatusUnknown, manifest.BadTemplate},
		"a Secret":                          {templateMount, over + "{secret: {name: mine}}]}}\n", mine("Secret", "stringData", configName, elsewhere), pod.WayConfig, trust.StatusUnknown, CodeFileUnknown},
		"an item of a Secret":               {templateMount, over + "{secret: {name: mine, " + item, mine("Secret", "stringData", "mine", elsewhere), pod.WayConfig, trust.StatusUnknown, CodeFileUnknown},
		"an item over it":                   {templateMount, over + "{configMap: {name: mine, " + item, mine("ConfigMap", "data", "mine", elsewhere), pod.WayConfig, trust.StatusUnknown, CodeFileUnknown},
		"an optional item":                  {templateMount, over + "{configMap: {name: mine, optional: true, " + item, mine("ConfigMap", "data", "other", "x"), pod.WayCertsDir, trust.StatusOK, CodeFileOK},
		"two, the last counts":              {templateMount, over + "{configMap: {name: mine}}]}}\n", mine("ConfigMap", "data", configName, elsewhere), pod.WayConfig, trust.StatusUnknown, CodeFileUnknown},
		"two, the last is none":             {templateMount, over + "{configMap: {name: mine}}]}}\n", mine("ConfigMap", "data", configName, "[[runners]]\n[[runners]]"), pod.WayCertsDir, trust.StatusFailed, manifest.BadTemplate},
		"a mount over it":                   {shadow, strings.Replace(plain, "config}}", "config, items: [{key: "+configName+", path: "+configName+"}]}}", 1) + "      - {name: mine, configMap: {name: mine}}\n", mine("ConfigMap", "data", "mine", elsewhere), pod.WayConfig, trust.StatusUnknown, CodeFileUnknown},
		"only other files":                  {subPath, plain, names, pod.WayCertsDir, trust.StatusOK, CodeFileOK},
		"in another folder":                 {templateMount + "        - {name: mine, mountPath: /spare}\n", plain + "      - {name: mine, configMap: {name: mine}}\n", mine("ConfigMap", "data", configName, elsewhere), pod.WayCertsDir, trust.StatusOK, CodeFileOK},
		"without the chart's":               {spare, plain, names, pod.WayConfig, trust.StatusUnknown, CodeFileUnknown},
		"as one file":                       {"        - {name: config, mountPath: /x/" + configName + ", subPath: " + configName + "}\n", plain, names, pod.WayConfig, trust.StatusUnknown, CodeFileUnknown},
		"the copied file":                   {templateMount, plain, document("ConfigMap", "config", "data", "config.toml", elsewhere), pod.WayCertsDir, trust.StatusUnknown, manifest.BadTemplate},
		"a copied file of a wrong type":     {templateMount, plain, document("ConfigMap", "config", "data", "config.toml", "concurrent = \"4\""), pod.WayCertsDir, trust.StatusUnknown, manifest.BadTemplate},
		"a copied file that does not parse": {templateMount, plain, document("ConfigMap", "config", "data", "config.toml", "check_interval = 30s"), pod.WayCertsDir, trust.StatusUnknown, manifest.BadTemplate},
		"the chart's copied file":           {templateMount, plain, document("ConfigMap", "config", "data", "config.toml", "shutdown_timeout = 0\nconcurrent = 10\ncheck_interval = 30\nlog_level = \"info\"\n"), pod.WayCertsDir, trust.StatusOK, CodeFileOK},
		"a string for a number outside":     {templateMount, plain, document("ConfigMap", "config", "data", configName, "concurrent = \"4\"\n[[runners]]"), pod.WayCertsDir, trust.StatusUnknown, manifest.BadTemplate},
		"how often to try":                  {templateMount, plain, document("ConfigMap", "config", "data", configName, "[[runners]]\n[runners.kubernetes]\nretry_limit = 5"), pod.WayCertsDir, trust.StatusOK, CodeFileOK},
		"a wrong type":                      {templateMount, plain, document("ConfigMap", "config", "data", configName, "[[runners]]\n  limit = \"10\""), pod.WayCertsDir, trust.StatusUnknown, manifest.BadTemplate},
		"another container":                 {templateMount + "      - name: second\n        env:\n        - {name: CI_SERVER_URL, value: 'https://gitlab.example.com'}\n        volumeMounts:\n" + certsMount, plain, chart, pod.WayCertsDir, trust.StatusUnknown, manifest.BadTemplate},
		"a folder of none":                  {templateMount, strings.Replace(plain, "config}}", "config, defaultMode: 0400}}", 1), chart, pod.WayCertsDir, trust.StatusUnknown, manifest.BadTemplate},
		"of another namespace":              {templateMount, plain, strings.Replace(chart, "name: config", "name: config, namespace: other", 1), pod.WayCertsDir, trust.StatusUnknown, manifest.BadTemplate},
		"a number for a string":             {templateMount, plain, document("ConfigMap", "config", "data", configName, "[[runners]]\n[runners.kubernetes]\nhelper_memory_limit = 512"), pod.WayCertsDir, trust.StatusUnknown, manifest.BadTemplate},
		"a number as a label":               {templateMount, plain, document("ConfigMap", "config", "data", configName, "[[runners]]\n[runners.kubernetes.pod_labels]\na = 1"), pod.WayCertsDir, trust.StatusUnknown, manifest.BadTemplate},
		"a string as a switch":              {templateMount, plain, document("ConfigMap", "config", "data", configName, "[[runners]]\n[runners.feature_flags]\nFF_X = \"true\""), pod.WayCertsDir, trust.StatusUnknown, manifest.BadTemplate},
		"a switch":                          {templateMount, plain, document("ConfigMap", "config", "data", configName, "[[runners]]\n[runners.feature_flags]\nFF_X = true"), pod.WayCertsDir, trust.StatusOK, CodeFileOK},
		"a number as a limit":               {templateMount, plain, document("ConfigMap", "config", "data", configName, "[[runners]]\n[runners.kubernetes]\ncpu_limit_overwrite_max_allowed = 2"), pod.WayCertsDir, trust.StatusUnknown, manifest.BadTemplate},
		"a string as a permission":          {templateMount, plain, document("ConfigMap", "config", "data", configName, "[[runners]]\n[runners.kubernetes]\nbearer_token_overwrite_allowed = \"true\""), pod.WayCertsDir, trust.StatusUnknown, manifest.BadTemplate},
		"a list for a string":               {templateMount, plain, document("ConfigMap", "config", "data", configName, "[[runners]]\n[runners.kubernetes]\nNode_Selector_Overwrite_Allowed = [\".*\"]"), pod.WayCertsDir, trust.StatusUnknown, manifest.BadTemplate},
		"strings":                           {templateMount, plain, document("ConfigMap", "config", "data", configName, "[[runners]]\n[runners.kubernetes]\ncpu_limit_overwrite_max_allowed = \"2\"\nbearer_token_overwrite_allowed = true"), pod.WayCertsDir, trust.StatusOK, CodeFileOK},
		"a byte order mark":                 {templateMount, plain, document("ConfigMap", "config", "data", configName, "\ufeff[[runners]]\nname = \"x\""), pod.WayCertsDir, trust.StatusUnknown, manifest.BadTemplate},
		"binary data":                       {templateMount, plain, document("ConfigMap", "config", "binaryData", configName, "W1tydW5uZXJzXV0KbmFtZT0ieCIK"), pod.WayCertsDir, trust.StatusOK, CodeFileOK},
	} {
		c.objects += document("ConfigMap", "ours", "data", "gitlab.example.com.crt", certificate(t, "ca.crt"))
		audited, err := Run([]byte(auditCase{mounts: certsMount + c.mounts, volumes: certsVolume + c.volumes, objects: c.objects}.stream()), Options{Now: now})
		if err != nil {
			t.Fatal(err)
		}
		if got := audited[0]; got.Way != c.way || got.Status != c.status || got.Finding.Code != c.code {
			t.Errorf("%s: got %s %s %+v", name, got.Way, got.Status, got.Finding)
		}
	}
}

// TestManyContainers has a large template, which is parsed once and not for each container: also one that registration
// takes none of.
func TestManyContainers(t *testing.T) {
	keys := &strings.Builder{}
	for i := range 4000 {
		fmt.Fprintf(keys, "  key-%d = 1\n", i)
	}
	for _, several := range []string{"", "[[runners]]\n"} {
		text := document("ConfigMap", "config", "data", configName, several+"[[runners]]\n"+keys.String())
		stream := auditCase{mounts: templateMount, volumes: "      - {name: config, configMap: {name: config}}\n", objects: text}.stream()
		begin, end := strings.Index(stream, "      - name: runner\n"), strings.Index(stream, "      volumes:\n")
		var took [2]time.Duration
		for at, count := range []int{1, 100} {
			start := time.Now()
			audited, err := Run([]byte(stream[:begin]+strings.Repeat(stream[begin:end], count)+stream[end:]), Options{Now: now})
			if took[at] = time.Since(start); err != nil || len(audited) != count {
				t.Fatalf("%d runners, %v", len(audited), err)
			}
		}
		if took[1] > 30*took[0] {
			t.Errorf("%v for 100 containers, %v for one", took[1], took[0])
		}
	}
}
