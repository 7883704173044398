package audit

import (
	"strings"
	"testing"

	"helm-runnertrust/render/pod"
	"helm-runnertrust/trust"
)

// TestStart has what keeps a pod from starting, or may: the container runtime finds a file where it needs a folder,
// a user that the kubelet refuses, a volume that cannot be laid out.
func TestStart(t *testing.T) {
	const (
		file    = "gitlab.example.com.crt"
		shown   = "      - {name: ro, configMap: {name: ours, items: [{key: " + file + ", path: x}, {key: " + file + ", path: y/z}]}}\n"
		scratch = "      - {name: e, emptyDir: {}}\n"
		claim   = "      - {name: claim, persistentVolumeClaim: {claimName: c}}\n"
		ro      = "        - {name: ro, mountPath: /ro}\n"
	)
	ours := document("ConfigMap", "ours", "data", file, certificate(t, "ca.crt"))
	for name, c := range map[string]struct {
		mounts, volumes, env string
		envFrom              string // a ConfigMap named vars
		init                 string // an initContainer's fields behind its name
		security             string // the pod's
		status               trust.Status
	}{
		"a scratch folder for a file":         {mounts: ro + "        - {name: e, mountPath: /ro/x, subPath: sub}\n", volumes: shown + scratch, status: trust.StatusFailed},
		"a claim's file or folder for a file": {mounts: ro + "        - {name: claim, mountPath: /ro/x, subPath: sub}\n", volumes: shown + claim, status: trust.StatusUnknown},
		"a file for a folder":                 {mounts: ro + "        - {name: ro, mountPath: /ro/y, subPath: x}\n", volumes: shown, status: trust.StatusFailed},
		"a host's file for a file":            {mounts: ro + "        - {name: h, mountPath: /ro/x}\n", volumes: shown + "      - {name: h, hostPath: {path: /h}}\n", status: trust.StatusUnknown},
		"a file in a volume of all keys":      {mounts: "        - {name: all, mountPath: /all}\n        - {name: ro, mountPath: /all/" + file + ", subPath: x}\n", volumes: shown + "      - {name: all, configMap: {name: ours}}\n", status: trust.StatusUnknown},
		"a folder in a volume of all keys":    {mounts: "        - {name: all, mountPath: /all}\n        - {name: e, mountPath: /all/x}\n", volumes: scratch + "      - {name: all, configMap: {name: ours}}\n", status: trust.StatusFailed},
		"a key that is not there for a file":  {mounts: ro + "        - {name: certs, mountPath: /ro/x, subPath: none}\n", volumes: shown, status: trust.StatusFailed},
		"a key for a file":                    {mounts: ro + "        - {name: certs, mountPath: /ro/x, subPath: " + file + "}\n", volumes: shown, status: trust.StatusOK},
		"an object's key for a file":          {mounts: ro + "        - {name: u, mountPath: /ro/x, subPath: k}\n", volumes: shown + "      - {name: u, secret: {secretName: unseen}}\n", status: trust.StatusUnknown},
		"one place by two paths": {mounts: "        - {name: e, mountPath: /a}\n        - {name: e, mountPath: /b}\n        - {name: ro, mountPath: /a/f, subPath: x}\n        - {name: ro, mountPath: /b/f}\n",
			volumes: shown + scratch, status: trust.StatusUnknown},
		"one place in two containers": {mounts: "        - {name: e, mountPath: /a}\n        - {name: ro, mountPath: /a/f, subPath: x}\n", volumes: shown + scratch,
			init: "volumeMounts: [{name: e, mountPath: /b}, {name: ro, mountPath: /b/f}]", status: trust.StatusUnknown},
		"the same in two containers": {mounts: "        - {name: e, mountPath: /a}\n        - {name: ro, mountPath: /a/f, subPath: x}\n", volumes: shown + scratch,
			init: "volumeMounts: [{name: e, mountPath: /b}, {name: ro, mountPath: /b/f, subPath: x}]", status: trust.StatusOK},
		"a path of two containers":          {mounts: "        - {name: ro, mountPath: /f, subPath: x}\n", volumes: shown, init: "volumeMounts: [{name: ro, mountPath: /f}]", status: trust.StatusOK},
		"a folder in a read-only claim":     {mounts: "        - {name: claim, mountPath: /c}\n        - {name: e, mountPath: /c/x}\n", volumes: scratch + "      - {name: claim, persistentVolumeClaim: {claimName: c, readOnly: true}}\n", status: trust.StatusUnknown},
		"a folder in an image":              {mounts: "        - {name: claim, mountPath: /c}\n        - {name: e, mountPath: /c/x}\n", volumes: scratch + "      - {name: claim, image: {reference: r}}\n", status: trust.StatusUnknown},
		"a subPathExpr of no variable":      {mounts: "        - {name: e, mountPath: /c, subPathExpr: $(NOPE)}\n", volumes: scratch, status: trust.StatusFailed},
		"a subPathExpr of a variable":       {mounts: "        - {name: e, mountPath: /c, subPathExpr: $$(NOPE)-$(P)}\n", volumes: scratch, env: "        - {name: P, value: ''}\n", status: trust.StatusOK},
		"a subPathExpr of an empty key":     {mounts: "        - {name: e, mountPath: /c, subPathExpr: $(P)}\n", volumes: scratch, envFrom: "---\nkind: ConfigMap\nmetadata: {name: vars}\ndata: {P: ''}\n", status: trust.StatusOK},
		"a Secret by a ConfigMap's key":     {volumes: "      - {name: s, secret: {name: x}}\n", status: trust.StatusFailed},
		"a projected one by a Secret's key": {volumes: "      - {name: s, projected: {sources: [{secret: {secretName: x}}]}}\n", status: trust.StatusFailed},
		"an item at the folder itself":      {volumes: "      - {name: s, configMap: {name: ours, items: [{key: " + file + ", path: ./}]}}\n", status: trust.StatusFailed},
		"an item without a key":             {volumes: "      - {name: s, configMap: {name: unseen, items: [{path: a}]}}\n", status: trust.StatusFailed},
		"an item with a long name":          {volumes: "      - {name: s, configMap: {name: ours, items: [{key: " + file + ", path: " + strings.Repeat("x", 256) + "}]}}\n", status: trust.StatusFailed},
		"one path in two spellings":         {volumes: "      - {name: s, configMap: {name: ours, items: [{key: " + file + ", path: ./a}, {key: " + file + ", path: a/b}]}}\n", status: trust.StatusFailed},
		"root in an initContainer":          {init: "securityContext: {runAsUser: 0, runAsNonRoot: true}", status: trust.StatusFailed},
		"root's image":                      {security: "{runAsNonRoot: true}", status: trust.StatusUnknown},
		"root's image in an initContainer":  {security: "{}", init: "securityContext: {runAsNonRoot: true}", status: trust.StatusUnknown},
	} {
		t.Run(name, func(t *testing.T) {
			stream := auditCase{env: c.env, mounts: certsMount + c.mounts, volumes: certsVolume + c.volumes, objects: ours + c.envFrom}.stream()
			if c.envFrom != "" {
				stream = strings.Replace(stream, "        env:\n", "        envFrom: [{configMapRef: {name: vars}}]\n        env:\n", 1)
			}
			if c.init != "" {
				stream = strings.Replace(stream, "      containers:\n", "      initContainers: [{name: first, "+c.init+"}]\n      containers:\n", 1)
			}
			if c.security != "" {
				stream = strings.Replace(stream, "{runAsUser: 100}", c.security, 1)
			}
			audited, err := Run([]byte(stream), Options{Now: now})
			if err != nil {
				t.Fatal(err)
			}
			code := pod.CodeNeverStarts
			if c.status == trust.StatusOK {
				code = CodeFileOK
			}
			if got := audited[0]; got.Status != c.status || got.Finding.Code != code {
				t.Errorf("got %s %s (%s), want %s %s", got.Status, got.Finding.Code, got.Finding.Message, c.status, code)
			}
		})
	}
}
