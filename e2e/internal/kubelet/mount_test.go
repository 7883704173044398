package kubelet

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// objects are what the lookup of these tests finds, all in namespace ops.
var objects = map[string]string{
	"ConfigMap/ours":   `{"data": {"host.crt": "ours"}}`,
	"ConfigMap/binary": `{"data": {"text": "t"}, "binaryData": {"bytes": "AP8="}}`,
	"ConfigMap/nested": `{"data": {"a": "1"}}`,
	"Secret/theirs":    `{"data": {"ca.crt": "dGhlaXJz", "host.crt": "dGhlaXIgaG9zdA=="}}`,
	"Secret/broken":    `{"data": {"ca.crt": "not base64"}}`,
}

func lookup(kind, namespace, name string) (map[string]any, error) {
	if name == "unreachable" {
		return nil, errors.New("connection refused")
	}
	text, ok := objects[kind+"/"+name]
	if !ok || namespace != "ops" {
		return nil, nil
	}
	var object map[string]any
	err := json.Unmarshal([]byte(text), &object)
	return object, err
}

// mount lays out the container main of a Deployment with these volumes and
// volumeMounts, both the inside of a JSON list.
func mount(t *testing.T, volumes, mounts string) (root string, err error) {
	t.Helper()
	var object map[string]any
	text := fmt.Sprintf(`{"metadata": {"namespace": "ops"}, "spec": {"template": {"spec": {
		"containers": [{"name": "sidecar"}, {"name": "main", "volumeMounts": [%s]}], "volumes": [%s]}}}}`, mounts, volumes)
	if err := json.Unmarshal([]byte(text), &object); err != nil {
		t.Fatalf("the test's own JSON: %v", err)
	}
	root = t.TempDir()
	return root, Mount(root, object, "main", lookup)
}

// files returns what a reader finds below root, by path; folders end with a
// slash and hold an empty string, the writer's own entries are left out.
func files(t *testing.T, root string) map[string]string {
	t.Helper()
	found := map[string]string{}
	var walk func(dir string)
	walk = func(dir string) {
		entries, err := os.ReadDir(filepath.Join(root, dir))
		if err != nil {
			t.Fatal(err)
		}
		for _, entry := range entries {
			path := filepath.Join(dir, entry.Name())
			info, err := os.Stat(filepath.Join(root, path))
			if err != nil {
				t.Fatal(err)
			}
			switch {
			case strings.HasPrefix(entry.Name(), ".."):
			case info.IsDir():
				found["/"+path+"/"] = ""
				walk(path)
			default:
				content, err := os.ReadFile(filepath.Join(root, path))
				if err != nil {
					t.Fatal(err)
				}
				found["/"+path] = string(content)
			}
		}
	}
	walk(".")
	return found
}

const home = `{"name": "home", "emptyDir": {"medium": "Memory"}}`

func TestMount(t *testing.T) {
	cases := map[string]struct {
		volumes, mounts string
		want            map[string]string
	}{
		"configMap below an emptyDir, listed first": {
			volumes: home + `, {"name": "certs", "configMap": {"name": "ours", "defaultMode": 420, "items": [{"key": "host.crt", "path": "gitlab.crt"}]}}`,
			mounts:  `{"name": "certs", "mountPath": "/home/certs/", "readOnly": true}, {"name": "home", "mountPath": "/home"}`,
			want:    map[string]string{"/home/": "", "/home/certs/": "", "/home/certs/gitlab.crt": "ours"},
		},
		"configMap without items, with binary data": {
			volumes: `{"name": "v", "configMap": {"name": "binary"}}`,
			mounts:  `{"name": "v", "mountPath": "/v"}`,
			want:    map[string]string{"/v/": "", "/v/text": "t", "/v/bytes": "\x00\xff"},
		},
		"secret with items in a folder": {
			volumes: `{"name": "v", "secret": {"secretName": "theirs", "items": [{"key": "ca.crt", "path": "tls/root.crt"}]}}`,
			mounts:  `{"name": "v", "mountPath": "/v"}`,
			want:    map[string]string{"/v/": "", "/v/tls/": "", "/v/tls/root.crt": "theirs"},
		},
		"projected: the later source wins": {
			volumes: `{"name": "v", "projected": {"sources": [{"secret": {"name": "theirs"}}, {"configMap": {"name": "ours", "items": [{"key": "host.crt", "path": "host.crt"}]}}]}}`,
			mounts:  `{"name": "v", "mountPath": "/v"}`,
			want:    map[string]string{"/v/": "", "/v/ca.crt": "theirs", "/v/host.crt": "ours"},
		},
		"optional: missing objects and keys": {
			volumes: `{"name": "a", "configMap": {"name": "absent", "optional": true}},
				{"name": "b", "secret": {"secretName": "theirs", "optional": true, "items": [{"key": "absent", "path": "x"}]}},
				{"name": "c", "projected": {"sources": [{"secret": {"name": "absent", "optional": true}}]}}`,
			mounts: `{"name": "a", "mountPath": "/a"}, {"name": "b", "mountPath": "/b"}, {"name": "c", "mountPath": "/c"}`,
			want:   map[string]string{"/a/": "", "/b/": "", "/c/": ""},
		},
		"the same folder with and without a slash: one hides the other": {
			volumes: `{"name": "a", "secret": {"secretName": "theirs"}}, {"name": "b", "configMap": {"name": "ours"}}`,
			mounts:  `{"name": "a", "mountPath": "/v/"}, {"name": "b", "mountPath": "/v"}`,
			want:    map[string]string{"/v/": "", "/v/host.crt": "ours"},
		},
		"below a read-only mount that has the folder": {
			volumes: `{"name": "a", "configMap": {"name": "nested", "items": [{"key": "a", "path": "sub/a"}]}}, {"name": "b", "configMap": {"name": "ours"}}`,
			mounts:  `{"name": "a", "mountPath": "/v"}, {"name": "b", "mountPath": "/v/sub"}`,
			want:    map[string]string{"/v/": "", "/v/sub/": "", "/v/sub/host.crt": "ours"},
		},
		"a volume that is mounted nowhere": {
			volumes: home + `, {"name": "v", "configMap": {"name": "ours"}}`,
			mounts:  `{"name": "home", "mountPath": "/home"}`,
			want:    map[string]string{"/home/": ""},
		},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			root, err := mount(t, c.volumes, c.mounts)
			if err != nil {
				t.Fatal(err)
			}
			if got := files(t, root); !maps.Equal(got, c.want) {
				t.Errorf("got  %q\nwant %q", got, c.want)
			}
		})
	}
}

func TestMountRefuses(t *testing.T) {
	const ours = `{"name": "v", "configMap": {"name": "ours"}}`
	cases := map[string]struct{ volumes, mounts, want string }{
		"missing ConfigMap":        {`{"name": "v", "configMap": {"name": "absent"}}`, ``, `volume "v": ConfigMap ops/absent not found`},
		"missing Secret":           {`{"name": "v", "secret": {"secretName": "absent"}}`, ``, `volume "v": Secret ops/absent not found`},
		"missing projected Secret": {`{"name": "v", "projected": {"sources": [{"secret": {"name": "absent"}}]}}`, ``, `Secret ops/absent not found`},
		"failing lookup":           {`{"name": "v", "configMap": {"name": "unreachable", "optional": true}}`, ``, `connection refused`},
		"no object name":           {`{"name": "v", "configMap": {}}`, ``, `ConfigMap without a name`},
		"missing key":              {`{"name": "v", "configMap": {"name": "ours", "items": [{"key": "other.crt", "path": "x"}]}}`, ``, `ConfigMap ours has no key "other.crt"`},
		"broken base64":            {`{"name": "v", "secret": {"secretName": "broken"}}`, ``, `Secret ops/broken: illegal base64`},
		"item without a path":      {`{"name": "v", "configMap": {"name": "ours", "items": [{"key": "host.crt"}]}}`, ``, `invalid or repeated path ""`},
		"absolute item":            {`{"name": "v", "configMap": {"name": "ours", "items": [{"key": "host.crt", "path": "/etc/x"}]}}`, ``, `invalid or repeated path "/etc/x"`},
		"item outside":             {`{"name": "v", "configMap": {"name": "ours", "items": [{"key": "host.crt", "path": "a/../../x"}]}}`, ``, `invalid or repeated path "a/../../x"`},
		"item of the writer":       {`{"name": "v", "configMap": {"name": "ours", "items": [{"key": "host.crt", "path": "..data"}]}}`, ``, `invalid or repeated path "..data"`},
		"two items at one path": {`{"name": "v", "projected": {"sources": [{"secret": {"name": "theirs", "items": [{"key": "ca.crt", "path": "x"}]}},
			{"configMap": {"name": "ours", "items": [{"key": "host.crt", "path": "x"}]}}]}}`, ``, `invalid or repeated path "x"`},
		"projected of two kinds": {`{"name": "v", "projected": {"sources": [{"secret": {"name": "theirs"}, "configMap": {"name": "ours"}}]}}`, ``, `more than one kind`},
		"projected of a token":   {`{"name": "v", "projected": {"sources": [{"serviceAccountToken": {"path": "t"}}]}}`, ``, `projected source 0: not an emptyDir, a configMap or a secret`},
		"other kind of volume":   {`{"name": "v", "hostPath": {"path": "/"}}`, ``, `not an emptyDir`},
		"same volume name":       {ours + "," + ours, ``, `volume "v": the name is taken`},
		"unknown volume":         {ours, `{"name": "w", "mountPath": "/v"}`, `volumeMount "/v" of volume "w": no such volume`},
		"no mountPath":           {ours, `{"name": "v"}`, `no mountPath`},
		"same mountPath":         {ours + "," + home, `{"name": "v", "mountPath": "/v"}, {"name": "home", "mountPath": "/v"}`, `volumeMount "/v" of volume "home": must be unique`},
		"subPath":                {ours, `{"name": "v", "mountPath": "/v", "subPath": "host.crt"}`, `subPath is not supported`},
		"below a readOnly emptyDir": {
			ours + "," + home, `{"name": "home", "mountPath": "/home", "readOnly": true}, {"name": "v", "mountPath": "/home/certs"}`,
			`volumeMount "/home/certs" of volume "v": cannot create the folder: /home is mounted read-only`,
		},
		"below a configMap": {
			ours + "," + home, `{"name": "v", "mountPath": "/v"}, {"name": "home", "mountPath": "/v/a/b"}`,
			`cannot create the folder: /v is mounted read-only`,
		},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			_, err := mount(t, c.volumes, c.mounts)
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got  %v\nwant %s", err, c.want)
			}
		})
	}
}

func TestUnknownContainer(t *testing.T) {
	err := Mount(t.TempDir(), map[string]any{}, "main", lookup)
	if err == nil || !strings.Contains(err.Error(), `container "main"`) {
		t.Errorf("got %v", err)
	}
}

// A program that lists the folder meets the links of the kubelet's writer.
func TestFolderListsTheWritersLinks(t *testing.T) {
	root, err := mount(t, `{"name": "v", "configMap": {"name": "ours"}}`, `{"name": "v", "mountPath": "/v"}`)
	if err != nil {
		t.Fatal(err)
	}
	entries, err := os.ReadDir(filepath.Join(root, "v"))
	if err != nil {
		t.Fatal(err)
	}
	var links []string
	for _, entry := range entries {
		if entry.Type() == fs.ModeSymlink {
			target, err := os.Readlink(filepath.Join(root, "v", entry.Name()))
			if err != nil {
				t.Fatal(err)
			}
			links = append(links, entry.Name()+" -> "+target)
		}
	}
	if len(entries) != 3 || len(links) != 2 || !slices.Contains(links, "host.crt -> ..data/host.crt") {
		t.Errorf("%d entries, links %q", len(entries), links)
	}
}
