package main

import (
	"fmt"
	"os"
	"path/filepath"

	"sigs.k8s.io/yaml"
)

// A platform is one that programs are built for, by Go's names.
type platform struct{ os, arch string }

var platforms = []platform{
	{"darwin", "amd64"}, {"darwin", "arm64"},
	{"linux", "amd64"}, {"linux", "arm64"},
	{"windows", "amd64"}, {"windows", "arm64"},
}

// program is the platform's program in a package for all platforms.
func (p platform) program() string {
	path := "bin/" + p.os + "-" + p.arch + "/helm-runnertrust"
	if p.os == "windows" {
		path += ".exe"
	}
	return path
}

// metadata is a plugin.yaml.
type metadata map[string]any

// plugins are the two plugins of the repository, of one version.
type plugins struct {
	version           string
	cli, postRenderer metadata
}

func readPlugins(clone string) (p plugins, err error) {
	if p.cli, err = readMetadata(filepath.Join(clone, "plugin.yaml")); err != nil {
		return p, err
	}
	if p.postRenderer, err = readMetadata(filepath.Join(clone, "postrenderer", "plugin.yaml")); err != nil {
		return p, err
	}
	p.version = fmt.Sprint(p.cli["version"])
	if other := p.postRenderer["version"]; other != p.version {
		return p, fmt.Errorf("plugin.yaml has version %s, postrenderer/plugin.yaml %v", p.version, other)
	}
	return p, nil
}

func readMetadata(path string) (m metadata, err error) {
	content, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	if err := yaml.UnmarshalStrict(content, &m); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return m, nil
}

// writeWindows writes the plugin.yaml of the Windows archives. They are
// unpacked into the plugin folder, so nothing is installed by a hook: the hooks
// that every Helm 3 knows run in sh, which Windows does not have, and
// platformHooks make a Helm 3 before 3.18 load no plugin.
func (p plugins) writeWindows(folder string) error {
	return writeMetadata(folder, p.cli.with(nil, []map[string]any{
		{"os": "windows", "command": "$HELM_PLUGIN_DIR/bin/helm-runnertrust.exe"},
	}))
}

// forAllPlatforms are the commands of a package that has all programs. Helm
// takes the one whose os and arch are its own.
func forAllPlatforms() []map[string]any {
	var commands []map[string]any
	for _, p := range platforms {
		commands = append(commands, map[string]any{"os": p.os, "arch": p.arch, "command": "${HELM_PLUGIN_DIR}/" + p.program()})
	}
	return commands
}

// with returns the metadata with these commands in the mapping that is the
// value of the keys of path, and without hooks.
func (m metadata) with(path []string, commands []map[string]any) metadata {
	changed := metadata{}
	for key, value := range m {
		changed[key] = value
	}
	if len(path) > 0 {
		inner, _ := m[path[0]].(map[string]any)
		changed[path[0]] = metadata(inner).with(path[1:], commands)
		return changed
	}
	delete(changed, "hooks")
	delete(changed, "command") // Helm 4 refuses both
	changed["platformCommand"] = commands
	return changed
}

func writeMetadata(folder string, m metadata) error {
	content, err := yaml.Marshal(m)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(folder, "plugin.yaml"), content, 0o644)
}
