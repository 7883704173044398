package render

import (
	"bytes"
	"strings"
	"testing"
)

// TestMaskSettings hides what has the name of a secret outside of Secrets, and nothing else.
func TestMaskSettings(t *testing.T) {
	const stream = `kind: ConfigMap
data:
  config.template.toml: |
    [[runners]]
      token = "glrt-HIDDEN"
      [runners.cache.s3]
        SecretKey = 'HIDDEN'
        BucketName = "shown"
      password = "a\"HIDDEN"
      token = """HIDDEN"""
---
kind: Deployment
spec:
  template:
    spec:
      containers:
      - env:
        - name: CI_SERVER_URL
          value: https://oauth2:HIDDEN@gitlab.example.com/shown
        - name: CI_SERVER_TOKEN
          value: "HIDDEN" # not HIDDEN
        - name: DEPLOY_PASSWD # HIDDEN
          value: HIDDEN
        - {name: REGISTRATION_TOKEN, value: 'HIDDEN'} # nor HIDDEN
        - name: OTHER # shown
          value: shown
`
	masked := MaskSecrets([]byte(stream))
	if strings.Contains(string(masked), "HIDDEN") || bytes.Count(masked, []byte("shown")) != 4 {
		t.Errorf("got\n%s", masked)
	}
	if bytes.Count(masked, []byte("\n")) != strings.Count(stream, "\n") {
		t.Error("it has other lines")
	}
}
