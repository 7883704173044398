//go:build gitops

package e2e

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"helm-runnertrust/e2e/internal/helm"
)

// What the examples name.
const (
	exampleCharts    = "charts.gitlab.io"
	exampleOrigin    = "example.com"
	exampleVersion   = "0.1.0"
	exampleNamespace = "gitlab-runner"
)

// A stage is where an example is tried: a copy of its folder, the programs that it calls, a GitLab
// and the chart's repository. Their names lead to loopback, and all others nowhere.
type stage struct {
	*release
	folder string
	gitlab *gitlab
	// blocks are the shell blocks of the example's README that have not been run.
	blocks []string
	env    []string // beside that of Helm
}

// newStage prepares an example for one Helm; what it deploys is the release runner. Examples have
// names of their own for namespaces, so they are tried one after the other.
func newStage(t *testing.T, bin, example string) *stage {
	t.Helper()
	c := sharedCluster(t)
	s := &stage{
		release: &release{Helm: withPlugin(t, bin, c.Kubeconfig()), bin: bin, chart: "chart", cluster: c,
			name: "runner", namespace: exampleNamespace},
		folder: t.TempDir(),
		gitlab: newGitLab(t, chartHost),
	}
	if err := os.CopyFS(s.folder, os.DirFS(filepath.Join("../examples", example))); err != nil {
		t.Fatal(err)
	}
	s.blocks = shellBlocks(t, filepath.Join(s.folder, "README.md"))
	net := newInternet(t, s.gitlab)
	proxy, authority := net.Proxy(t), net.Authority
	s.env = []string{
		"HTTPS_PROXY=" + proxy, "HTTP_PROXY=" + proxy, "NO_PROXY=127.0.0.1,localhost",
		"SSL_CERT_FILE=" + authority, "GIT_SSL_CAINFO=" + authority, "GIT_CONFIG_NOSYSTEM=1", "TMPDIR=" + t.TempDir(),
	}
	s.useHelm(t, s.Helm)
	if found, err := c.Get("namespace", "", exampleNamespace); err != nil {
		t.Fatal(err)
	} else if found == nil {
		c.Kubectl(t, "create", "namespace", exampleNamespace)
	}
	t.Cleanup(func() {
		s.Run(t, "uninstall", s.name, "--namespace", s.namespace, "--ignore-not-found")
		c.Kubectl(t, "delete", "-n", s.namespace, "--ignore-not-found", "deployments,configmaps,secrets", "--all")
		if len(s.blocks) > 0 && !t.Failed() {
			t.Errorf("the README has a block that was not run:\n%s", s.blocks[0])
		}
	})
	return s
}

// useHelm has the example's steps find this Helm, and kubectl, under their names.
func (s *stage) useHelm(t *testing.T, h *helm.Helm) {
	t.Helper()
	s.Helm = h
	useTool(t, h, "helm", s.bin)
	useTool(t, h, "kubectl", "kubernetes")
}

// useImage puts the program into PATH, as in the images that examples name.
func (s *stage) useImage(t *testing.T) {
	t.Helper()
	found, err := filepath.Glob(filepath.Join(s.Getenv("HELM_PLUGINS"), "*", "bin", "helm-runnertrust"))
	if err != nil || len(found) != 1 {
		t.Fatalf("programs of the plugin: %q, %v", found, err)
	}
	s.Setenv("PATH", filepath.Dir(found[0])+string(os.PathListSeparator)+s.Getenv("PATH"))
}

// newMachine gives the example's steps a home without the plugin, as a CI job has.
func (s *stage) newMachine(t *testing.T) {
	t.Helper()
	h := newHome(t, s.bin)
	h.Setenv("KUBECONFIG", s.cluster.Kubeconfig())
	h.Setenv("RUNNERTRUST_RELEASES", theRelease(t).folder)
	s.useHelm(t, h)
}

// command is a program in the folder of the example, found in the PATH of the stage.
func (s *stage) command(ctx context.Context, env []string, name string, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, "env", append([]string{name}, args...)...)
	cmd.Dir = s.folder
	cmd.Env = append(append(s.Command().Env, s.env...), env...)
	cmd.WaitDelay = time.Second
	return cmd
}

// try runs a program to its end, and returns all that it printed.
func (s *stage) try(env []string, name string, args ...string) (printed string, err error) {
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Minute)
	defer cancel()
	out, err := s.command(ctx, env, name, args...).CombinedOutput()
	return string(out), errors.Join(err, ctx.Err())
}

// output runs a program that has to succeed, and returns what it printed to stdout.
func (s *stage) output(t *testing.T, name string, args ...string) string {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Minute)
	defer cancel()
	cmd := s.command(ctx, nil, name, args...)
	var stderr strings.Builder
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%s: %v\n%s\nprinted:\n%s%s", name, err, strings.Join(args, " "), out, stderr.String())
	}
	return string(out)
}

// bash runs commands of which each has to succeed, and returns what they printed to stdout.
func (s *stage) bash(t *testing.T, script string) string {
	t.Helper()
	return s.output(t, "bash", "-euo", "pipefail", "-c", script)
}

// nextBlock runs the README's next shell block.
func (s *stage) nextBlock(t *testing.T) {
	t.Helper()
	if len(s.blocks) == 0 {
		t.Fatal("the README has no more blocks")
	}
	block := s.blocks[0]
	s.blocks = s.blocks[1:]
	s.bash(t, block)
}

// edit replaces a text that has to be in a file of the example once.
func (s *stage) edit(t *testing.T, name, old, with string) {
	t.Helper()
	path := filepath.Join(s.folder, name)
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if count := strings.Count(string(content), old); count != 1 {
		t.Fatalf("%s has %q %d times", name, old, count)
	}
	if err := os.WriteFile(path, []byte(strings.Replace(string(content), old, with, 1)), 0o644); err != nil {
		t.Fatal(err)
	}
}

var shellBlock = regexp.MustCompile("(?ms)^```sh\n(.*?)^```$")

// shellBlocks are the texts of the blocks in a document that are marked as sh.
func shellBlocks(t *testing.T, path string) []string {
	t.Helper()
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var blocks []string
	for _, found := range shellBlock.FindAllStringSubmatch(string(content), -1) {
		blocks = append(blocks, found[1])
	}
	return blocks
}
