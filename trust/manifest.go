package trust

import (
	"bytes"
	"regexp"
	"sync"
)

// manifestKind finds the kind of an object in YAML or JSON.
var manifestKind = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`(?m)(?:^|[\s{,])["']?kind["']?\s*:\s*["']?(Secret|ConfigMap|SealedSecret|List)\b`)
})

// manifestFault is about a manifest that was taken for the certificate in it; nil for other texts.
func manifestFault(text []byte) *fault {
	if kind := manifestKind().FindSubmatch(text); kind != nil && bytes.Contains(text, []byte("apiVersion")) {
		return &fault{code: CodeManifest, message: "this is the manifest of a " + string(kind[1]) + ", not a certificate"}
	}
	if bytes.Contains(text, []byte(base64Begin)) {
		return &fault{code: CodeManifest, message: "no certificate in it, but PEM in base64, as in the manifest of a Secret"}
	}
	return nil
}

// base64Begin is what "-----BEGIN" becomes in base64.
const base64Begin = "LS0tLS1CRUdJTi"
