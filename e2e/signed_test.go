package e2e

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/ProtonMail/go-crypto/openpgp"
	"github.com/google/go-containerregistry/pkg/registry"

	"helm-runnertrust/e2e/internal/helm"
	"helm-runnertrust/e2e/internal/tool"
)

// packages are what Helm 4 installs without a hook.
var packages = []string{"runnertrust", "helm-runnertrust"}

// A keyring is a throw-away key, as GnuPG exports it.
type keyring struct{ public, private, passphrase string } // paths

func newKeyring(t *testing.T) keyring {
	t.Helper()
	key, err := openpgp.NewEntity("Test Releaser", "", "releaser@example.com", nil)
	if err != nil {
		t.Fatal(err)
	}
	var public, private bytes.Buffer
	if err := key.Serialize(&public); err != nil {
		t.Fatal(err)
	}
	if err := key.EncryptPrivateKeys([]byte("a passphrase"), nil); err != nil {
		t.Fatal(err)
	}
	if err := key.SerializePrivateWithoutSigning(&private, nil); err != nil {
		t.Fatal(err)
	}
	return keyring{writeFile(t, "pubring.gpg", public.Bytes()), writeFile(t, "secring.gpg", private.Bytes()),
		writeFile(t, "passphrase", []byte("a passphrase\n"))}
}

// signed returns a folder with the packages and this machine's archive, signed
// as `make dist-sign` does.
func (d dist) signed(t *testing.T, key keyring) string {
	t.Helper()
	folder := t.TempDir()
	d.copyTo(t, folder, d.archive(), d.pkg(packages[0]), d.pkg(packages[1]))
	command(t, "", nil, "go", "run", "./release", "sign", "-keyring", key.private, "-key", "releaser@example.com",
		"-passphrase-file", key.passphrase, folder)
	return folder
}

func (d dist) pkg(name string) string { return name + "-" + d.version + ".tgz" }

// Helm 4 installs the two packages, from a file, a web server or a registry,
// when the key is the releaser's, and refuses them otherwise.
func TestSignedPackages(t *testing.T) {
	release, key := theRelease(t), newKeyring(t)
	folder, other := release.signed(t, key), newKeyring(t)
	web := httptest.NewServer(http.FileServer(http.Dir(folder)))
	t.Cleanup(web.Close)
	oci := httptest.NewServer(registry.New(registry.Logger(log.New(io.Discard, "", 0))))
	t.Cleanup(oci.Close)
	for _, name := range packages {
		push(t, oci.URL, name, release.version, folder)
	}
	for name, source := range map[string]func(name string) []string{
		"file": func(name string) []string { return []string{filepath.Join(folder, release.pkg(name))} },
		"web":  func(name string) []string { return []string{web.URL + "/" + release.pkg(name)} },
		"registry": func(name string) []string {
			return []string{strings.Replace(oci.URL, "http:", "oci:", 1) + "/plugins/" + name + ":" + release.version, "--plain-http"}
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := bareHome(t, "helm4")
			for _, name := range packages {
				args := append([]string{"plugin", "install", "--keyring"}, other.public)
				if _, said, err := h.Try(append(args, source(name)...)...); err == nil || !strings.Contains(said, "verification failed") {
					t.Errorf("another key: %v, %s", err, said)
				}
			}
			if list := h.Run(t, "plugin", "list"); strings.Contains(list, "runnertrust") {
				t.Errorf("refused, but there:\n%s", list)
			}
			for _, name := range packages {
				out := h.Run(t, append([]string{"plugin", "install", "--keyring", key.public}, source(name)...)...)
				has(t, out, "Signed by: Test Releaser <releaser@example.com>", "Plugin Hash Verified: sha256:")
			}
			works(t, h, release.version)
			h.Run(t, "plugin", "uninstall", packages[0], packages[1])
		})
	}
}

// Helm 4 installs the signed archive too; its hook registers the post-renderer.
func TestSignedArchive(t *testing.T) {
	t.Parallel()
	release, key := theRelease(t), newKeyring(t)
	h := bareHome(t, "helm4")
	h.Run(t, "plugin", "install", "--keyring", key.public, filepath.Join(release.signed(t, key), release.archive()))
	works(t, h, release.version)
}

// Two plugins of one name stop Helm 4, so where the package of the
// post-renderer is installed, the hook registers no second one.
func TestArchiveBesideThePackage(t *testing.T) {
	t.Parallel()
	release := theRelease(t)
	h := bareHome(t, "helm4")
	h.Run(t, "plugin", "install", "--verify=false", filepath.Join(release.folder, release.pkg("helm-runnertrust")))
	_, said, err := h.Try("plugin", "install", release.unpack(t, t.TempDir()))
	if err != nil {
		t.Fatal(said)
	}
	has(t, said, "runnertrust: left the post-renderer to "+h.Getenv("HELM_PLUGINS")+"/helm-runnertrust\n")
	works(t, h, release.version)
}

// A package whose bytes are others than those that were signed is refused.
func TestSignatureOfAnotherPackage(t *testing.T) {
	t.Parallel()
	release, key := theRelease(t), newKeyring(t)
	folder := release.signed(t, key)
	path := filepath.Join(folder, release.pkg(packages[0]))
	content, err := os.ReadFile(filepath.Join(folder, release.pkg(packages[1])))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, content, 0o644); err != nil {
		t.Fatal(err)
	}
	h := helm.New(t, tool.Path(t, "helm4"), "")
	if _, said, err := h.Try("plugin", "install", "--keyring", key.public, path); err == nil || !strings.Contains(said, "sha256 sum does not match") {
		t.Errorf("%v, %s", err, said)
	}
}

// works uses both plugins.
func works(t *testing.T, h *helm.Helm, version string) {
	t.Helper()
	has(t, h.Run(t, "runnertrust", "version"), version+" (commit ")
	g := newGitLab(t, chartHost)
	has(t, h.Run(t, append([]string{"template", "my", "chart"}, filteredWith(g.certFile)...)...), chartHost+".crt: ")
}

// push stores a package and its signature as Helm 4 reads them (pkg/registry,
// plugin.go, v4.3.1): an OCI artifact whose layers have the files' names.
func push(t *testing.T, url, name, version, folder string) {
	t.Helper()
	repository := url + "/v2/plugins/" + name
	type descriptor struct {
		MediaType   string            `json:"mediaType"`
		Digest      string            `json:"digest"`
		Size        int               `json:"size"`
		Annotations map[string]string `json:"annotations,omitempty"`
	}
	upload := func(mediaType, title string, content []byte) descriptor {
		digest := fmt.Sprintf("sha256:%x", sha256.Sum256(content))
		request(t, http.MethodPost, repository+"/blobs/uploads/?digest="+digest, "application/octet-stream", content)
		d := descriptor{MediaType: mediaType, Digest: digest, Size: len(content)}
		if title != "" {
			d.Annotations = map[string]string{"org.opencontainers.image.title": title}
		}
		return d
	}
	const manifestType = "application/vnd.oci.image.manifest.v1+json"
	var layers []descriptor
	for _, suffix := range []string{".tgz", ".tgz.prov"} {
		file := name + "-" + version + suffix
		content, err := os.ReadFile(filepath.Join(folder, file))
		if err != nil {
			t.Fatal(err)
		}
		layers = append(layers, upload("application/vnd.oci.image.layer.v1.tar", file, content))
	}
	manifest, err := json.Marshal(map[string]any{
		"schemaVersion": 2,
		"mediaType":     manifestType,
		"artifactType":  "application/vnd.helm.plugin.v1+json",
		"config":        upload("application/vnd.oci.empty.v1+json", "", []byte("{}")),
		"layers":        layers,
	})
	if err != nil {
		t.Fatal(err)
	}
	request(t, http.MethodPut, repository+"/manifests/"+version, manifestType, manifest)
}

func request(t *testing.T, method, url, contentType string, content []byte) {
	t.Helper()
	req, err := http.NewRequest(method, url, bytes.NewReader(content))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", contentType)
	response, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = response.Body.Close() }()
	if response.StatusCode != http.StatusCreated {
		t.Fatalf("%s %s: %s", method, url, response.Status)
	}
}
