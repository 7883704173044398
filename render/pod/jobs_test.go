package pod

import "testing"

// TestIsJobFile knows the files of earlier runs, and no others that somebody puts beside them.
func TestIsJobFile(t *testing.T) {
	for file, want := range map[string]bool{
		JobFile(1):                                true,
		JobFile(2):                                true,
		JobFile(12):                               true,
		"/etc/ssl/certs/helm-runnertrust.pem":     false,
		"/etc/ssl/certs/helm-runnertrust/ca.crt":  false,
		"/etc/ssl/certs/ca.crt":                   false,
		"/etc/pki/tls/certs/helm-runnertrust.crt": false,
	} {
		if got := IsJobFile(file); got != want {
			t.Errorf("%s: got %t", file, got)
		}
	}
}
