package kubelet

import (
	"encoding/json"
	"fmt"
)

// Lookup returns the decoded JSON of an object, nil when there is none of that
// name. kind is ConfigMap or Secret.
type Lookup func(kind, namespace, name string) (map[string]any, error)

type deployment struct {
	Metadata struct{ Namespace string }
	Spec     struct {
		Template struct {
			Spec struct {
				Containers []container
				Volumes    []volume
			}
		}
	}
}

type container struct {
	Name         string
	VolumeMounts []volumeMount
}

type volumeMount struct {
	Name        string
	MountPath   string
	ReadOnly    bool
	SubPath     string
	SubPathExpr string
}

type volume struct {
	Name      string
	EmptyDir  *struct{}
	ConfigMap *source
	Secret    *struct {
		source
		SecretName string
	}
	Projected *struct{ Sources []projection }
}

type projection struct {
	ConfigMap *source
	Secret    *source
}

// source is a ConfigMap or Secret and what a volume shows of it.
type source struct {
	kind     string
	Name     string
	Optional bool
	Items    []item
}

type item struct{ Key, Path string }

// content is a ConfigMap or a Secret. Both have two maps: a Secret's data and
// a ConfigMap's binaryData are base64 in JSON, a ConfigMap's data is not.
type content struct {
	Data       map[string]string
	BinaryData map[string][]byte
}

// sources returns what the volume is made of in the order in which it is
// written; writable says that nothing is, and the container may.
func (v volume) sources() (sources []source, writable bool, err error) {
	switch {
	case v.EmptyDir != nil:
		return nil, true, nil
	case v.ConfigMap != nil:
		s := *v.ConfigMap
		s.kind = "ConfigMap"
		return []source{s}, false, nil
	case v.Secret != nil:
		s := v.Secret.source
		s.kind, s.Name = "Secret", v.Secret.SecretName
		return []source{s}, false, nil
	case v.Projected != nil:
		sources, err = projected(v.Projected.Sources)
		return sources, false, err
	}
	return nil, false, fmt.Errorf("not an emptyDir, configMap, secret or projected volume")
}

func projected(projections []projection) ([]source, error) {
	var sources []source
	paths := map[string]bool{}
	for i, p := range projections {
		var s source
		switch {
		case p.ConfigMap != nil && p.Secret != nil:
			return nil, fmt.Errorf("projected source %d: more than one kind", i)
		case p.ConfigMap != nil:
			s = *p.ConfigMap
			s.kind = "ConfigMap"
		case p.Secret != nil:
			s = *p.Secret
			s.kind = "Secret"
		default:
			return nil, fmt.Errorf("projected source %d: neither a configMap nor a secret", i)
		}
		// Only paths of items can be known to collide before the objects are.
		for _, it := range s.Items {
			if paths[it.Path] {
				return nil, fmt.Errorf("projected source %d: path %q is already another item's", i, it.Path)
			}
			paths[it.Path] = true
		}
		sources = append(sources, s)
	}
	return sources, nil
}

// decode turns an object of maps into one of the types above.
func decode(object map[string]any, out any) error {
	text, err := json.Marshal(object)
	if err != nil {
		return err
	}
	return json.Unmarshal(text, out)
}
