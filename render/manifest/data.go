package manifest

import (
	"encoding/base64"
	"slices"
	"strings"

	"sigs.k8s.io/kustomize/kyaml/yaml"

	"helm-runnertrust/render/yamledit"
)

// dataFields are the fields of a ConfigMap or Secret with its keys. The first that has a key counts.
var dataFields = []string{"stringData", "data", "binaryData"}

// DataKeys returns the keys of a ConfigMap or Secret, sorted, also those that are null, which the API
// server takes for an empty text.
func (o *Object) DataKeys() []string {
	var keys []string
	for _, field := range dataFields {
		for _, entry := range yamledit.Fields(Value(o.Node, field)) {
			keys = append(keys, entry.Key)
		}
	}
	slices.Sort(keys)
	return slices.Compact(keys)
}

// Data returns the bytes under a key of a ConfigMap or Secret; ok is false without the key. What is no
// base64, or has a key twice, is an error.
func (o *Object) Data(key string) (content []byte, ok bool, err error) {
	if err := o.Check(dataKeys); err != nil {
		return nil, false, err
	}
	for _, field := range dataFields {
		entry := Value(o.Node, field).Field(key)
		if entry == nil {
			continue
		}
		written := yaml.GetValue(entry.Value)
		if field == "stringData" || field == "data" && o.Kind == "ConfigMap" {
			return []byte(written), true, nil
		}
		content, err = base64.StdEncoding.DecodeString(strings.Join(strings.Fields(written), ""))
		if err != nil {
			return nil, false, o.Refuse(BadDocument, "data "+key, "it is not base64")
		}
		return content, true, nil
	}
	return nil, false, nil
}
