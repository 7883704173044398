package e2e

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"compress/gzip"
	"debug/buildinfo"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"sigs.k8s.io/yaml"

	"helm-runnertrust/e2e/internal/helm"
	"helm-runnertrust/e2e/internal/tool"
)

// A packed file is one of an archive.
type packed struct {
	content    []byte
	executable bool
}

// platforms are what programs are released for.
var platforms = []string{"darwin/amd64", "darwin/arm64", "linux/amd64", "linux/arm64", "windows/amd64", "windows/arm64"}

// The commands of the packages for Helm 4 lead, on each platform, to its own
// program, by the rule of both Helms: the one whose os and arch both fit.
func TestPackagesHaveAProgramForEachPlatform(t *testing.T) {
	release := theRelease(t)
	for name, commands := range map[string]func(map[string]any) any{
		"runnertrust":      func(m map[string]any) any { return m["platformCommand"] },
		"helm-runnertrust": func(m map[string]any) any { return at(m, "runtimeConfig", "platformCommand") },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			files := untar(t, filepath.Join(release.folder, release.pkg(name)))
			metadata := object{}
			if err := yaml.Unmarshal(files[name+"/plugin.yaml"].content, &metadata); err != nil {
				t.Fatal(err)
			}
			if metadata["hooks"] != nil || metadata["command"] != nil {
				t.Errorf("plugin.yaml has hooks or a command: %v", metadata)
			}
			found := map[string]string{}
			for _, entry := range commands(metadata).([]any) {
				entry := entry.(map[string]any)
				found[entry["os"].(string)+"/"+entry["arch"].(string)] = entry["command"].(string)
			}
			for _, platform := range platforms {
				path := strings.Replace(found[platform], "${HELM_PLUGIN_DIR}", name, 1)
				isProgram(t, path, files[path], platform)
			}
			if len(found) != len(platforms) {
				t.Errorf("commands: %v", found)
			}
			completes := files[name+"/plugin.complete"].executable && files[name+"/completion.yaml"].content != nil
			if completes != (name == "runnertrust") {
				t.Errorf("has what Helm completes with: %v", completes)
			}
		})
	}
}

// The archive of each platform has the plugin's folder with its own program.
func TestArchivesHaveTheProgramOfTheirPlatform(t *testing.T) {
	release := theRelease(t)
	for _, platform := range platforms {
		t.Run(platform, func(t *testing.T) {
			t.Parallel()
			archive := filepath.Join(release.folder, "runnertrust-"+release.version+"-"+strings.ReplaceAll(platform, "/", "-"))
			program := "runnertrust/bin/helm-runnertrust"
			var files map[string]packed
			if strings.HasPrefix(platform, "windows/") {
				program += ".exe"
				files = unzip(t, archive+".zip")
			} else {
				files = untar(t, archive+".tar.gz")
				if !files["runnertrust/install-binary.sh"].executable || files["runnertrust/postrenderer/plugin.yaml"].content == nil {
					t.Error("the installer or the post-renderer is missing")
				}
				if !files["runnertrust/plugin.complete"].executable {
					t.Error("plugin.complete is missing")
				}
			}
			isProgram(t, program, files[program], platform)
			for _, name := range []string{"plugin.yaml", "completion.yaml", "LICENSE", "README.md"} {
				if len(files["runnertrust/"+name].content) == 0 {
					t.Errorf("no %s", name)
				}
			}
			sbom, err := os.ReadFile(archive + ".cdx.json")
			if err != nil {
				t.Fatal(err)
			}
			has(t, string(sbom), `"bomFormat": "CycloneDX"`, `"version": "v`+release.version+`"`, "github.com/spf13/cobra")
		})
	}
}

// The Windows archive is unpacked into the plugin folder. Its plugin.yaml loads
// in both Helms, has no hook, as Windows has no sh, and names the program.
func TestWindowsPluginLoads(t *testing.T) {
	release := theRelease(t)
	files := unzip(t, filepath.Join(release.folder, "runnertrust-"+release.version+"-windows-amd64.zip"))
	content := files["runnertrust/plugin.yaml"].content
	has(t, string(content), "$HELM_PLUGIN_DIR/bin/helm-runnertrust.exe", "os: windows")
	if strings.Contains(strings.ToLower(string(content)), "hooks") {
		t.Errorf("it has hooks:\n%s", content)
	}
	for _, bin := range helms {
		h := helm.New(t, tool.Path(t, bin), "")
		folder := filepath.Join(h.Getenv("HELM_PLUGINS"), "runnertrust")
		if err := os.MkdirAll(folder, 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(folder, "plugin.yaml"), content, 0o644); err != nil {
			t.Fatal(err)
		}
		has(t, h.Run(t, "plugin", "list"), "runnertrust", release.version)
		if _, said, err := h.Try("runnertrust", "version"); err == nil || !strings.Contains(said, "no plugin command is applicable") {
			t.Errorf("%s runs it here: %v, %s", bin, err, said)
		}
	}
}

// isProgram tells whether a file is the program built for a platform.
func isProgram(t *testing.T, path string, file packed, platform string) {
	t.Helper()
	info, err := buildinfo.Read(bytes.NewReader(file.content))
	if err != nil {
		t.Errorf("%s: %q: %v", platform, path, err)
		return
	}
	settings := map[string]string{}
	for _, setting := range info.Settings {
		settings[setting.Key] = setting.Value
	}
	if got := settings["GOOS"] + "/" + settings["GOARCH"]; got != platform || info.Path != "helm-runnertrust" {
		t.Errorf("%s: %s is %s for %s", platform, path, info.Path, got)
	}
	if settings["vcs.modified"] != "false" || settings["CGO_ENABLED"] != "0" || settings["-trimpath"] != "true" {
		t.Errorf("%s: %s is built with %v", platform, path, settings)
	}
	if !file.executable {
		t.Errorf("%s: %s is not executable", platform, path)
	}
}

func untar(t *testing.T, path string) map[string]packed {
	t.Helper()
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	plain, err := gzip.NewReader(bytes.NewReader(content))
	if err != nil {
		t.Fatal(err)
	}
	files := map[string]packed{}
	for archive := tar.NewReader(plain); ; {
		header, err := archive.Next()
		if errors.Is(err, io.EOF) {
			return files
		}
		if err != nil {
			t.Fatal(err)
		}
		if header.Uname != "root" || header.Gname != "root" {
			t.Errorf("%s tells who made it: %s", path, header.Uname)
		}
		content, err := io.ReadAll(archive)
		if err != nil {
			t.Fatal(err)
		}
		files[header.Name] = packed{content, header.Mode&0o111 == 0o111}
	}
}

func unzip(t *testing.T, path string) map[string]packed {
	t.Helper()
	archive, err := zip.OpenReader(path)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = archive.Close() }()
	files := map[string]packed{}
	for _, file := range archive.File {
		opened, err := file.Open()
		if err != nil {
			t.Fatal(err)
		}
		content, err := io.ReadAll(opened)
		if err != nil {
			t.Fatal(err)
		}
		files[file.Name] = packed{content, file.Mode()&0o111 == 0o111}
	}
	return files
}
