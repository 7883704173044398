package cli

import (
	"strings"
	"testing"

	"sigs.k8s.io/kustomize/kyaml/kio"
)

// FuzzFunction runs the function on lists that end in a Secret, which no message may repeat. It
// ends well, or says why; what comes out then is a list, or nothing.
func FuzzFunction(f *testing.F) {
	const marker = "TOPSECRET1"
	const secret = "- {apiVersion: v1, kind: Secret, metadata: {name: s}, stringData: {a: " + marker + "}}\n"
	for _, start := range []string{
		listHead + listConfig + "items:\n",
		listHead + listConfig + listConfig + "items:\n",
		listHead + listConfig + "items: []\nitems:\n",
		listHead + listConfig + "results:\n- {message: a}\nitems:\n",
		listHead + listConfig + "items:\n- {kind: ConfigMap, metadata: {name: q, annotations: [a]}}\n",
		listHead + listConfig + "items:\n- {apiVersion: v1, kind: Secret, metadata: 'a: b'}\n- 3\n- ~\n",
		listHead + "functionConfig: {apiVersion: helm-runnertrust/v1, kind: RunnerTrustVerify, spec: {expiresWithin: 30d}}\nitems:\n",
		listHead + "functionConfig: {apiVersion: v1, kind: ConfigMap}\nitems:\n",
		listHead + "functionConfig: {apiVersion: helm-runnertrust/v1, kind: RunnerTrust, spec: {fromSecret: [~], via: '', jobs: 1}}\nitems:\n",
		"# a\n---\n" + listHead + "items:\n- &a {kind: A}\n- *a\n- {<<: *a, '---': |\n   b}\n",
		"kind: A\n---\n" + listHead + listConfig + "---\n",
		functionInput(f, "accept/ingress/input.yaml", config(filterKind, "{certificate: no}")) + "items:\n",
		strings.Replace(functionInput(f, "accept/ingress/input.yaml", config(filterKind, "{jobs: true}")), "items:\n", "items:\n"+secret, 1) + "results:\n",
		strings.Replace(functionInput(f, "accept/current/output.yaml", config(verifyKind, "{}")), "items:\n", "items:\n"+secret, 1) + "results:\n",
	} {
		f.Add(start)
	}
	f.Fuzz(func(t *testing.T, start string) {
		if strings.Contains(start, "ertificateFile") || strings.Contains(start, "\n---") {
			return // reads files, or is none of what kyaml writes: it reads a marker inside of texts too
		}
		run := runFunction(start + secret)
		if run.code != exitDone && run.code != exitError || run.code == exitError && !strings.HasPrefix(run.stderr, "runnertrust: ") {
			t.Errorf("exit code %d: %s", run.code, run.stderr)
		}
		if strings.Contains(run.stderr, marker) {
			t.Errorf("it says: %s", run.stderr)
		}
		if run.code == exitDone || run.stdout == "" {
			return
		}
		rw := kio.ByteReadWriter{Reader: strings.NewReader(run.stdout), OmitReaderAnnotations: true}
		if _, err := rw.Read(); err != nil || rw.WrappingKind != kio.ResourceListKind || rw.Results == nil ||
			!strings.Contains(rw.Results.MustString(), "severity: error") {
			t.Errorf("with the error %s\nthere is no list with results, but (%v):\n%s", run.stderr, err, run.stdout)
		}
	})
}
