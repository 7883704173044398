package main

import (
	"os"
	"time"

	"helm-runnertrust/trust/trusttest"
)

// writeRoot writes a root certificate, which fits every host; its key is
// thrown away.
func writeRoot(path string) error {
	now := time.Now()
	root := trusttest.SelfSigned(trusttest.Template{
		CommonName: "compat", CA: true, NotBefore: now.Add(-time.Hour), NotAfter: now.AddDate(1, 0, 0),
	})
	return os.WriteFile(path, trusttest.PEM(root.Certificate), 0o600)
}
