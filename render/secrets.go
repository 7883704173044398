package render

import (
	"bytes"

	"helm-runnertrust/render/yamledit"
)

// MaskSecrets is a stream in which the values of Secrets are replaced by "***", for people to look
// at. It has the same lines. A document with the word Secret that does not parse is hidden whole.
func MaskSecrets(stream []byte) []byte {
	var masked [][]byte
	for _, doc := range yamledit.Split(stream).Documents {
		if !doc.Contains("Secret") {
			masked = append(masked, doc.Text())
			continue
		}
		masked = append(masked, doc.Masked(secretFields))
	}
	return bytes.Join(masked, nil)
}

// secretFields are the fields of a Secret that hold its values. kubectl keeps a copy of them.
func secretFields(object map[string]string) [][]string {
	switch object["kind"] {
	case "Secret":
		return [][]string{{"data"}, {"stringData"}, {"metadata", "annotations", "kubectl.kubernetes.io/last-applied-configuration"}}
	case "SecretList": // whose items may leave out their kind
		return [][]string{{"items"}}
	}
	return nil
}
