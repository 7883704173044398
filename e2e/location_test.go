package e2e

import (
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"helm-runnertrust/e2e/internal/tool"
	"helm-runnertrust/trust/trusttest"
)

// installer runs install-binary.sh of a clone by hand, for Helm 3 and with these tools alone.
func installer(t *testing.T, clone, tools string, env ...string) (said string, err error) {
	t.Helper()
	cmd := exec.Command("sh", filepath.Join(clone, "install-binary.sh"))
	cmd.Env = append([]string{"PATH=" + tools, "HELM_BIN=" + tool.Path(t, "helm3")}, env...)
	out, err := cmd.CombinedOutput()
	return string(out), err
}

// What is in RUNNERTRUST_RELEASES may be a password, in more ways than a URL has. It is neither
// said nor left behind, whatever downloads.
func TestNoPasswordIsShown(t *testing.T) {
	const neither = "RUNNERTRUST_RELEASES is neither an absolute path nor an http, https or file URL"
	programs := map[string]string{
		"curl":    bareTools(t, append(installerTools, "curl")...),
		"wget":    bareTools(t, append(installerTools, "wget")...),
		"busybox": busyboxTools(t),
	}
	for name, test := range map[string]struct{ location, says string }{
		"ftp":             {"ftp://user:SECRET@127.0.0.1/x", neither},
		"no scheme":       {"user:SECRET@127.0.0.1/x", neither},
		"no host":         {"http:///user:SECRET@127.0.0.1/x", neither},
		"another's file":  {"file://user:SECRET@127.0.0.1/x", neither},
		"an option":       {"-SECRET", neither},
		"capitals":        {"HTTP://user:SECRET@127.0.0.1:9/x", "HTTP://127.0.0.1:9/x/"},
		"with a slash":    {"http://user:TOP/SECRET@127.0.0.1:9/x", "http://127.0.0.1:9/x/"},
		"with an at sign": {"http://us:TOP@SECRET@127.0.0.1:9/x/", "http://127.0.0.1:9/x/"},
		"with a space":    {"http://us:TOP SECRET@127.0.0.1:9/x/", "http://127.0.0.1:9/x/"},
		"in a query":      {"http://127.0.0.1:9/x?token=SECRET", "http://127.0.0.1:9/x/"},
		"in a fragment":   {"http://127.0.0.1:9/x#SECRET", ".txt: the download failed with code "},
		"in both":         {"http://127.0.0.1:9/x#TOP?SECRET", "http://127.0.0.1:9/x/"},
		"@ in a query":    {"http://127.0.0.1:9/x?token=TOP@SECRET", "http:///"},
		"# in a password": {"http://user:TOP#SECRET@127.0.0.1:9/x", "http:///"},
		"a file's query":  {"file:///nonexist?SECRET", "file:///nonexist/"},
		"its fragment":    {"File:///nonexist#TOP@SECRET", "File:///"},
	} {
		for program, tools := range programs {
			if test.says == neither && program != "curl" {
				continue // nothing is downloaded
			}
			t.Run(name+"/"+program, func(t *testing.T) {
				t.Parallel()
				clone := freshClone(t, t.TempDir())
				said, err := installer(t, clone, tools, "RUNNERTRUST_RELEASES="+test.location)
				if err == nil {
					t.Error("it went well")
				}
				stub, err := os.ReadFile(filepath.Join(clone, "bin", "helm-runnertrust"))
				if err != nil {
					t.Fatal(err)
				}
				for _, text := range []string{said, string(stub)} {
					has(t, text, test.says)
					if strings.Contains(text, "TOP") || strings.Contains(text, "SECRET") {
						t.Errorf("the password is shown:\n%s", text)
					}
				}
			})
		}
	}
}

// Nor is it in the message of cp, whatever the shell.
func TestNoQueryOfAFileIsShown(t *testing.T) {
	for shell, program := range shells {
		t.Run(shell, func(t *testing.T) {
			t.Parallel()
			path, err := exec.LookPath(program[0])
			if err != nil {
				t.Fatal(err)
			}
			clone := freshClone(t, t.TempDir())
			for _, secret := range []string{"?SECRET", "#SECRET", "/?a#SECRET", "#a@SECRET"} {
				cmd := exec.Command(path, append(slices.Clone(program[1:]), clone+"/install-binary.sh")...)
				cmd.Env = []string{"PATH=" + bareTools(t, installerTools...), "HELM_BIN=" + tool.Path(t, "helm3"),
					"RUNNERTRUST_RELEASES=file:///nonexist" + secret}
				said, err := cmd.CombinedOutput()
				if err == nil || strings.Contains(string(said), "SECRET") {
					t.Errorf("%v:\n%s", err, said)
				}
				has(t, string(said), "/nonexist/", "No such file")
			}
		})
	}
}

// A checksum file may come from another system, but it says one thing of an archive.
func TestChecksumFiles(t *testing.T) {
	release := theRelease(t)
	list, err := os.ReadFile(filepath.Join(release.folder, release.checksums()))
	if err != nil {
		t.Fatal(err)
	}
	text := string(list)
	other := strings.Repeat("0", 64) + " *" + release.archive() + "\r\n"
	for name, test := range map[string]struct{ list, says string }{
		"CRLF and capitals": {strings.NewReplacer("\n", "\r\n", "a", "A", "f", "F", release.archive(), release.archive()).Replace(text), ""},
		"the line twice":    {text + text, ""},
		"two sums":          {text + other, " and " + strings.Repeat("0", 64)},
		"two sums, wrong":   {other + text, release.checksums() + " has " + strings.Repeat("0", 64) + " and "},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			folder := t.TempDir()
			release.copyTo(t, folder, release.archive())
			if err := os.WriteFile(filepath.Join(folder, release.checksums()), []byte(test.list), 0o644); err != nil {
				t.Fatal(err)
			}
			said, err := installer(t, freshClone(t, t.TempDir()), bareTools(t, installerTools...), "RUNNERTRUST_RELEASES=FILE://"+folder+"/")
			if test.says == "" && err != nil || test.says != "" && err == nil {
				t.Errorf("%v:\n%s", err, said)
			}
			has(t, said, test.says)
		})
	}
}

// A tunnelling proxy of the environment is used by either program, in capitals too, and left out
// for the hosts of NO_PROXY. The host that it leads to has a certificate of an authority of ours.
func TestInstallerUsesTheTunnel(t *testing.T) {
	release := theRelease(t)
	address, authority := serveTLS(t, release.serve(t).Config.Handler)
	proxy := trusttest.StartProxy(address, "", "")
	t.Cleanup(proxy.Close)
	settings := writeFile(t, "wgetrc", []byte("ca_certificate = "+authority+"\n"))
	for _, program := range []string{"curl", "wget"} {
		for host, env := range map[string][]string{
			"example.com": {"HTTPS_PROXY=http://" + proxy.Addr},
			address:       {"HTTPS_PROXY=http://127.0.0.1:9", "NO_PROXY=127.0.0.1"},
		} {
			t.Run(program+" "+host, func(t *testing.T) {
				t.Parallel()
				env := append(env, "CURL_CA_BUNDLE="+authority, "WGETRC="+settings, "RUNNERTRUST_RELEASES=https://"+host+"/good")
				said, err := installer(t, freshClone(t, t.TempDir()), bareTools(t, append(installerTools, program)...), env...)
				if err != nil {
					t.Fatal(said)
				}
				has(t, said, ", from https://"+host+"/good/"+release.archive()+", SHA-256 checked\n")
			})
		}
	}
}

// What was asked for by https does not come by http: whoever can change the one file on the way
// can change the checksum file too.
func TestInstallerStaysWithHTTPS(t *testing.T) {
	release := theRelease(t)
	plain := release.serve(t)
	address, authority := serveTLS(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, plain.URL+"/good/"+filepath.Base(r.URL.Path), http.StatusFound)
	}))
	said, err := installer(t, freshClone(t, t.TempDir()), bareTools(t, append(installerTools, "curl")...),
		"CURL_CA_BUNDLE="+authority, "RUNNERTRUST_RELEASES=https://"+address)
	if err == nil {
		t.Errorf("it went well:\n%s", said)
	}
	has(t, said, `runnertrust: error: https://`+address+"/"+release.checksums()+`: curl: (1) Protocol "http" not supported`)
}

// TestProgramOfAnotherCommit has a program in a clone, of any name, that was built from another commit:
// it is built again where Go is, else there is a warning.
func TestProgramOfAnotherCommit(t *testing.T) {
	clone := filepath.Join(t.TempDir(), "any name")
	if err := os.Rename(installable(t, t.TempDir()), clone); err != nil {
		t.Fatal(err)
	}
	version := strings.TrimSpace(command(t, clone, nil, "sed", "-n", "s/^version: *//p", "plugin.yaml"))
	head := command(t, clone, nil, "git", "rev-parse", "HEAD")[:12]
	program := func(path, commit string) {
		t.Helper()
		text := "#!/bin/sh\necho '" + version + " (commit " + commit + ", go1.26 linux/amd64)'\n"
		if err := os.WriteFile(path, []byte(text), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	binary := filepath.Join(clone, "bin", "helm-runnertrust")
	withoutGo := bareTools(t, installerTools...)
	withGo := bareTools(t, installerTools...)
	built := filepath.Join(t.TempDir(), "built")
	program(built, head)
	script := "#!/bin/sh\nwhile [ \"$1\" != -o ]; do shift; done\ncp " + built + " \"$2\"\n"
	if err := os.WriteFile(filepath.Join(withGo, "go"), []byte(script), 0o755); err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		commit, tools, says, not string
	}{
		{head, withGo, "which was in the folder", "another"},
		{head + "-dirty", withGo, "which was in the folder", "another"},
		{"unknown", withGo, "which was in the folder", "another"},
		{"0123456789ab", withoutGo, "warning: the program is from commit 0123456789ab, and the clone holds another", "built from source"},
		{"0123456789ab", withGo, "(commit " + head + ", go1.26 linux/amd64) in " + clone + ", built from source", "warning"},
	} {
		program(binary, test.commit)
		said, err := installer(t, clone, test.tools, "RUNNERTRUST_NO_LINK=1")
		if err != nil || strings.Contains(said, test.not) {
			t.Errorf("%s: %v, %s", test.commit, err, said)
		}
		has(t, said, test.says)
	}
}
