package e2e

import (
	"encoding/pem"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"helm-runnertrust/e2e/internal/tool"
)

// An archive is downloaded with its checksum, or not at all; what failed is
// said, left behind as the plugin's own answer, and mended by the command that
// the hint names.
func TestInstallDownloads(t *testing.T) {
	release := theRelease(t)
	server := release.serve(t)
	for fault, says := range map[string]string{
		"good":           "",
		"redirected":     "",
		"cut-once":       "",
		"nothing":        "404",
		"no-checksums":   release.checksums() + ": curl: (22) The requested URL returned error: 404",
		"no-archive":     release.archive() + ": curl: (22) The requested URL returned error: 404",
		"not-listed":     release.checksums() + ": it has no " + release.archive(),
		"wrong-checksum": "its SHA-256 is ",
		"other-archive":  "its SHA-256 is ",
		"cut":            release.archive(),
	} {
		for _, bin := range helms {
			if bin == "helm4" && fault != "good" && fault != "wrong-checksum" {
				continue // the hook is the same
			}
			t.Run(fault+"/"+bin, func(t *testing.T) {
				t.Parallel()
				h := bareHome(t, bin)
				h.Setenv("PATH", h.Getenv("PATH")+string(os.PathListSeparator)+bareTools(t, "curl"))
				h.Setenv("RUNNERTRUST_RELEASES", server.URL+"/"+fault)
				plugin := freshClone(t, t.TempDir())
				_, said, err := h.Try("plugin", "install", plugin)
				if says == "" {
					if err != nil {
						t.Fatal(said)
					}
					has(t, said, ", from "+server.URL+"/"+fault+"/"+release.archive()+", SHA-256 checked\n")
					has(t, h.Run(t, "runnertrust", "version"), release.version+" (commit ")
					return
				}
				installed := filepath.Join(h.Getenv("HELM_PLUGINS"), "helm-runnertrust")
				mend := "sh " + installed + "/install-binary.sh"
				if err == nil {
					t.Fatalf("the installation went well:\n%s", said)
				}
				has(t, said, "runnertrust: error: ", says, mend+"\n")
				_, answer, err := h.Try("runnertrust", "version")
				if err == nil {
					t.Error("the plugin works")
				}
				has(t, answer, "runnertrust: error: not installed: ", says, "runnertrust: hint: ", mend)
				left, _ := filepath.Glob(filepath.Join(installed, "bin", "*"))
				hidden, _ := filepath.Glob(filepath.Join(installed, "bin", ".*"))
				if len(left) != 1 || len(hidden) != 0 {
					t.Errorf("left in bin/: %q %q", left, hidden)
				}

				env := []string{"RUNNERTRUST_RELEASES=" + server.URL + "/good", "HOME=" + h.Getenv("HOME"),
					"PATH=" + h.Getenv("PATH"), "HELM_BIN=" + tool.Path(t, bin)}
				command(t, "", env, "sh", "-c", mend)
				has(t, h.Run(t, "runnertrust", "version"), release.version+" (commit ")
			})
		}
	}
}

// install-binary.sh runs in every shell that is somebody's sh, in folders with
// spaces, with either program that downloads.
func TestInstallerInEveryShell(t *testing.T) {
	release := theRelease(t)
	server := release.serve(t)
	for name, test := range map[string]struct {
		shell []string
		tools string
	}{
		"dash, curl":    {[]string{"dash"}, bareTools(t, append(installerTools, "curl")...)},
		"bash, wget":    {[]string{"bash", "--posix"}, bareTools(t, append(installerTools, "wget")...)},
		"bash, openssl": {[]string{"bash"}, bareTools(t, append(without(installerTools, "sha256sum"), "curl", "openssl")...)},
		"dash, shasum":  {[]string{"dash"}, bareTools(t, append(without(installerTools, "sha256sum"), "curl", "shasum", "perl")...)},
		"busybox":       {[]string{"busybox", "sh"}, busyboxTools(t)},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			folder := filepath.Join(t.TempDir(), "it's a folder")
			clone := freshClone(t, folder)
			home := filepath.Join(folder, "home")
			shell, err := exec.LookPath(test.shell[0])
			if err != nil {
				t.Fatal(err)
			}
			env := []string{"HOME=" + home, "PATH=" + test.tools, "HELM_BIN=" + tool.Path(t, "helm3"),
				"RUNNERTRUST_BIN_DIR=" + home + "/bin", "RUNNERTRUST_RELEASES=" + server.URL + "/good/"}
			said := command(t, clone, env, shell, append(test.shell[1:], "install-binary.sh")...)
			has(t, said, "installed "+release.version+" (commit ", "SHA-256 checked\n",
				` --post-renderer '`+strings.ReplaceAll(home, "'", `'\''`)+`/bin/helm-runnertrust' --post-renderer-args`)
			has(t, command(t, "", nil, filepath.Join(home, "bin", "helm-runnertrust"), "version"), release.version+" (commit ")
		})
	}
}

// A proxy of the environment is used, here for a name that nothing resolves.
func TestInstallerUsesTheProxy(t *testing.T) {
	release := theRelease(t)
	proxy := release.serve(t)
	for _, program := range []string{"curl", "wget"} {
		t.Run(program, func(t *testing.T) {
			t.Parallel()
			env := []string{"HOME=" + t.TempDir(), "PATH=" + bareTools(t, append(installerTools, program)...),
				"HELM_BIN=" + tool.Path(t, "helm3"), "http_proxy=" + proxy.URL, "RUNNERTRUST_RELEASES=http://release.invalid/good"}
			said := command(t, "", env, "sh", freshClone(t, t.TempDir())+"/install-binary.sh")
			has(t, said, ", from http://release.invalid/good/"+release.archive()+", SHA-256 checked\n")
		})
	}
}

// busyboxTools is a PATH in which every program is busybox's, but Helm's git.
func busyboxTools(t *testing.T) string {
	t.Helper()
	folder := bareTools(t, "busybox", "git")
	for _, name := range append(without(installerTools, "git"), "wget") {
		if err := os.Symlink("busybox", filepath.Join(folder, name)); err != nil {
			t.Fatal(err)
		}
	}
	return folder
}

func without(names []string, name string) []string {
	return strings.Fields(strings.ReplaceAll(" "+strings.Join(names, " ")+" ", " "+name+" ", " "))
}

// What is not on the machine is named.
func TestInstallerNamesWhatIsMissing(t *testing.T) {
	release := theRelease(t)
	server := release.serve(t)
	for name, test := range map[string]struct {
		tools    string
		releases string // none when empty
		says     []string
	}{
		"nothing that downloads": {bareTools(t, installerTools...), server.URL + "/good", []string{"neither curl nor GNU wget is installed"}},
		"nothing that checks": {bareTools(t, append(without(installerTools, "sha256sum"), "curl")...), server.URL + "/good",
			[]string{"nothing to check the SHA-256", "install sha256sum, shasum or openssl"}},
		"busybox's wget and https": {busyboxTools(t), "https://127.0.0.1:1", []string{"neither curl nor GNU wget"}},
		"a folder without it":      {bareTools(t, installerTools...), t.TempDir(), []string{release.checksums(), "No such file"}},
		"no Go":                    {bareTools(t, installerTools...), "", []string{"no Go to build it", release.archive(), "/dist,"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			env := []string{"HOME=" + t.TempDir(), "PATH=" + test.tools, "HELM_BIN=" + tool.Path(t, "helm3")}
			if test.releases != "" {
				env = append(env, "RUNNERTRUST_RELEASES="+test.releases)
			}
			cmd := exec.Command("sh", freshClone(t, t.TempDir())+"/install-binary.sh")
			cmd.Env = env
			said, err := cmd.CombinedOutput()
			if err == nil {
				t.Error("it went well")
			}
			has(t, string(said), append(test.says, "runnertrust: error: ", "runnertrust: hint: ")...)
		})
	}
}

// serveTLS serves by https, as 127.0.0.1 and example.com, until the test ends. The authority is the
// file of the server's certificate.
func serveTLS(t *testing.T, handler http.Handler) (address, authority string) {
	t.Helper()
	server := httptest.NewUnstartedServer(handler)
	server.StartTLS()
	t.Cleanup(server.Close)
	authority = writeFile(t, "server.crt", pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw}))
	return server.Listener.Addr().String(), authority
}

// Without RUNNERTRUST_RELEASES the release is looked for where the clone comes
// from, by https alone, in the forms of the usual servers, and a password in
// the clone's URL is not shown.
func TestReleaseOfTheOrigin(t *testing.T) {
	release := theRelease(t)
	address, authority := serveTLS(t, release.serve(t).Config.Handler)
	for name, test := range map[string]struct{ origin, from string }{
		"GitHub, Gitea, Forgejo": {"https://user:SECRET@" + address + "/group/project.git", "/group/project/releases/download/v"},
		"GitLab":                 {"https://" + address + "/gitlab/project/", "/gitlab/project/-/releases/v"},
		"capitals":               {"HTTPS://user:SECRET@" + address + "/lost/project.git", ""},
		"no release":             {"https://" + address + "/lost/project.git", ""},
		"not by https":           {"http://" + address + "/group/project.git", ""},
		"documentation":          {"https://example.com/project.git", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			clone := freshClone(t, t.TempDir())
			command(t, clone, nil, "git", "remote", "set-url", "origin", test.origin)
			cmd := exec.Command("sh", clone+"/install-binary.sh")
			cmd.Env = []string{"HOME=" + t.TempDir(), "PATH=" + bareTools(t, append(installerTools, "curl")...),
				"HELM_BIN=" + tool.Path(t, "helm3"), "CURL_CA_BUNDLE=" + authority}
			out, err := cmd.CombinedOutput()
			said := string(out)
			if strings.Contains(said, "SECRET") {
				t.Errorf("the password is shown:\n%s", said)
			}
			if test.from == "" {
				if err == nil {
					t.Error("it went well")
				}
				has(t, said, "no Go to build it")
				return
			}
			if err != nil {
				t.Fatal(said)
			}
			has(t, said, ", from https://"+address+test.from+release.version+"/", release.archive()+", SHA-256 checked\n")
		})
	}
}
