//go:build gitops

package e2e

import (
	"crypto/tls"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"helm-runnertrust/e2e/internal/helm"
	"helm-runnertrust/e2e/internal/tool"
	"helm-runnertrust/trust/trusttest"
)

// startSites serves the chart's repository and the plugin's, each under its name, and returns the
// file of the authority that the server's certificate is from.
func startSites(t *testing.T) (addr, authority string) {
	t.Helper()
	plugin, err := taggedRepository()
	if err != nil {
		t.Fatal(err)
	}
	sites := http.NewServeMux()
	sites.Handle(exampleCharts+"/", http.FileServer(http.Dir(chartRepository(t))))
	sites.Handle(exampleOrigin+"/", http.FileServer(http.Dir(plugin)))

	from, until := time.Now().Add(-time.Hour), time.Now().AddDate(1, 0, 0)
	root := trusttest.SelfSigned(trusttest.Template{CommonName: "Public Root", CA: true, NotBefore: from, NotAfter: until})
	leaf := root.Issue(trusttest.Template{DNSNames: []string{exampleCharts, exampleOrigin}, NotBefore: from, NotAfter: until})
	server := httptest.NewUnstartedServer(sites)
	server.Config.ErrorLog = log.New(io.Discard, "", 0)
	server.TLS = &tls.Config{Certificates: []tls.Certificate{{Certificate: [][]byte{leaf.Certificate.Raw}, PrivateKey: leaf.Key}}}
	server.StartTLS()
	t.Cleanup(server.Close)
	return server.Listener.Addr().String(), writeFile(t, "public.crt", trusttest.PEM(root.Certificate))
}

// chartRepository is a folder with the test chart, packaged under the name of GitLab's.
func chartRepository(t *testing.T) string {
	t.Helper()
	chart, served := filepath.Join(t.TempDir(), "gitlab-runner"), t.TempDir()
	if err := os.CopyFS(chart, os.DirFS("chart")); err != nil {
		t.Fatal(err)
	}
	metadata := filepath.Join(chart, "Chart.yaml")
	content, err := os.ReadFile(metadata)
	if err != nil {
		t.Fatal(err)
	}
	renamed := strings.NewReplacer("name: runner", "name: gitlab-runner", "version: 0.1.0", "version: "+exampleChart)
	if err := os.WriteFile(metadata, []byte(renamed.Replace(string(content))), 0o644); err != nil {
		t.Fatal(err)
	}
	h := helm.New(t, tool.Path(t, "helm3"), "")
	h.Run(t, "package", chart, "--destination", served)
	h.Run(t, "repo", "index", served)
	return served
}

// taggedRepository is a folder with what is committed, as git reads it over plain HTTP: one commit,
// with the tag of the version that examples install. Every CI job of theirs clones it.
var taggedRepository = sync.OnceValues(func() (string, error) {
	source, err := repository()
	if err != nil {
		return "", err
	}
	git := func(args ...string) (string, error) {
		cmd := exec.Command("git", append([]string{"-c", "user.name=e2e", "-c", "user.email=e2e@example.com"}, args...)...)
		cmd.Dir = source
		out, err := cmd.CombinedOutput()
		if err != nil {
			err = fmt.Errorf("git %s: %w\n%s", args[0], err, out)
		}
		return strings.TrimSpace(string(out)), err
	}
	folder := filepath.Join(packageDir, "origin")
	bare := filepath.Join(folder, "helm-runnertrust.git")
	commit, err := git("commit-tree", "HEAD^{tree}", "-m", "all")
	if err != nil {
		return "", err
	}
	for _, args := range [][]string{
		{"init", "--quiet", "--bare", "--initial-branch=main", bare},
		{"push", "--quiet", bare, commit + ":refs/heads/main", commit + ":refs/tags/v" + exampleVersion},
		{"-C", bare, "update-server-info"},
	} {
		if _, err := git(args...); err != nil {
			return "", err
		}
	}
	return folder, nil
})
