package render

import (
	"bytes"
	"regexp"
	"sync"

	"helm-runnertrust/render/yamledit"
)

// MaskSecrets is a stream in which the values of Secrets, of variables and settings that have the name
// of one, and the user info of URLs are replaced by "***", for people to look at. It has the same
// lines. A document that may have such a value and does not parse is hidden whole.
func MaskSecrets(stream []byte) []byte {
	var masked [][]byte
	for _, doc := range yamledit.Split(stream).Documents {
		text := doc.Text()
		if doc.Contains("Secret") || secretName().Match(text) {
			text = doc.Masked(secretFields)
		}
		text = secretSetting().ReplaceAll(text, []byte("${1}***"))
		masked = append(masked, userInfo().ReplaceAll(text, []byte("${1}***@")))
	}
	return bytes.Join(masked, nil)
}

// secretName is a part of the name of an environment variable that holds a secret.
var secretName = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`TOKEN|PASSWORD|PASSWD|SECRET|PRIVATE_KEY`)
})

// secretSetting is a setting of a config.toml, or of a shell script, that holds a secret: token,
// registration_token, AccessKey, SecretKey and the like.
var secretSetting = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`(?i)(\b[a-z_-]*(?:token|password|secret_?key|access_?key|account_?key|private_?key)["']?[ \t]*=[ \t]*)` +
		`(?:"""[^\r\n]*|'''[^\r\n]*|\\"[^"\r\n]*"|"(?:[^"\\\r\n]|\\[^\r\n])*"|'[^'\r\n]*'|[^\s"'{}\[\],;]+)`)
})

// userInfo is what a URL has in front of its host.
var userInfo = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`(\b[a-zA-Z][-+.a-zA-Z0-9]*://)[^\s"]+@`) })

// secretFields are the fields of a Secret that hold its values. kubectl keeps a copy of them.
func secretFields(object map[string]string) [][]string {
	switch object["kind"] {
	case "Secret":
		return [][]string{{"data"}, {"stringData"}, {"metadata", "annotations", "kubectl.kubernetes.io/last-applied-configuration"}}
	case "SecretList": // whose items may leave out their kind
		return [][]string{{"items"}}
	}
	if secretName().MatchString(object["name"]) { // a variable
		return [][]string{{"value"}}
	}
	return nil
}
