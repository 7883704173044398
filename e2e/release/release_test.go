package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"sigs.k8s.io/yaml"
)

func write(t *testing.T, path, content string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(content), 0o644); err != nil {
		t.Fatal(err)
	}
}

func TestVersionsOfThePluginsAgree(t *testing.T) {
	folder := t.TempDir()
	write(t, filepath.Join(folder, "plugin.yaml"), "name: a\nversion: 1.2.3\n")
	write(t, filepath.Join(folder, "postrenderer", "plugin.yaml"), "name: b\nversion: 1.2.4\n")
	if _, err := readPlugins(folder); err == nil || !strings.Contains(err.Error(), "1.2.4") {
		t.Errorf("got %v", err)
	}
	if p, err := readPlugins("../.."); err != nil || p.version == "" {
		t.Errorf("got %q, %v", p.version, err)
	}
}

func TestCommandsReplaceTheCommandAndTheHooks(t *testing.T) {
	m := metadata{"name": "a", "command": "x", "hooks": map[string]any{"install": "y"}, "runtimeConfig": map[string]any{"platformCommand": "old", "other": 1}}
	got, err := yaml.Marshal(m.with([]string{"runtimeConfig"}, forAllPlatforms()[:1]))
	if err != nil {
		t.Fatal(err)
	}
	want := "command: x\nhooks:\n  install: \"y\"\nname: a\nruntimeConfig:\n  other: 1\n  platformCommand:\n" +
		"  - arch: amd64\n    command: ${HELM_PLUGIN_DIR}/bin/darwin-amd64/helm-runnertrust\n    os: darwin\n"
	if string(got) != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	legacy, err := yaml.Marshal(m.with(nil, nil))
	if err != nil || strings.Contains(string(legacy), "hooks") || strings.Contains(string(legacy), "\ncommand") {
		t.Errorf("got\n%s%v", legacy, err)
	}
	if m["hooks"] == nil || m["command"] == nil {
		t.Error("the original was changed")
	}
}

func TestChecksumsFindWhatIsChangedOrMissing(t *testing.T) {
	folder := t.TempDir()
	write(t, filepath.Join(folder, "a"), "a")
	write(t, filepath.Join(folder, "b"), "b")
	if err := writeChecksums(folder, "1.2.3"); err != nil {
		t.Fatal(err)
	}
	list, err := os.ReadFile(filepath.Join(folder, "runnertrust-1.2.3-checksums.txt"))
	want := "ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afee48bb  a\n" +
		"3e23e8160039594a33894f6564e1b1348bbd7a0088d42c4acb73eeaed59c009d  b\n"
	if err != nil || string(list) != want {
		t.Fatalf("%v, got\n%s", err, list)
	}
	first, err := readChecksums(folder)
	if err != nil || len(first) != 2 {
		t.Fatalf("got %v, %v", first, err)
	}
	write(t, filepath.Join(folder, "b"), "c")
	if _, err := readChecksums(folder); err == nil || !strings.Contains(err.Error(), filepath.Join(folder, "b")) {
		t.Errorf("a changed file: %v", err)
	}
	if err := os.Remove(filepath.Join(folder, "b")); err != nil {
		t.Fatal(err)
	}
	if _, err := readChecksums(folder); err == nil {
		t.Error("a missing file was not found")
	}

	for name, second := range map[string]map[string]string{
		"other":   {"a": first["a"], "b": "1"},
		"missing": {"a": first["a"]},
		"more":    {"a": first["a"], "b": first["b"], "c": "1"},
		"none":    nil,
	} {
		if err := sameFiles(first, second); err == nil {
			t.Errorf("%s: no difference", name)
		}
	}
	if err := sameFiles(first, first); err != nil {
		t.Error(err)
	}
	if err := sameFiles(nil, nil); err == nil {
		t.Error("no files are the same files")
	}
}

func TestSigningNeedsAKey(t *testing.T) {
	for _, key := range []signingKey{{}, {keyring: "x"}, {name: "x"}, {keyring: "no-such-file", name: "x"}} {
		if err := key.sign(t.TempDir()); err == nil {
			t.Errorf("%+v signed", key)
		}
	}
}
