package e2e

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"
)

// scripted are the flags that make a shell script the post-renderer, with the
// certificate of g: an executable for Helm 3, a plugin for Helm 4. The script
// finds our filter as $FILTER.
func scripted(t *testing.T, r *release, name, script string, g *gitlab) []string {
	t.Helper()
	installed, err := installations[r.bin]()
	if err != nil {
		t.Fatal(err)
	}
	plugins := installed.Getenv("HELM_PLUGINS")
	filter := filepath.Join(plugins, "helm-runnertrust", "bin", "helm-runnertrust")
	own := filepath.Join(r.Getenv("HOME"), "scripts")
	folder := filepath.Join(own, name)
	if err := os.MkdirAll(folder, 0o755); err != nil {
		t.Fatal(err)
	}
	text := fmt.Sprintf("#!/bin/sh\nFILTER=%q\n%s\n", filter, script)
	if err := os.WriteFile(filepath.Join(folder, "run"), []byte(text), 0o755); err != nil {
		t.Fatal(err)
	}
	if r.bin == "helm3" {
		name = filepath.Join(folder, "run")
	} else {
		plugin := fmt.Sprintf("apiVersion: v1\ntype: postrenderer/v1\nname: %s\nversion: 0.1.0\nruntime: subprocess\n"+
			"runtimeConfig:\n  platformCommand:\n  - command: ${HELM_PLUGIN_DIR}/run\n", name)
		if err := os.WriteFile(filepath.Join(folder, "plugin.yaml"), []byte(plugin), 0o644); err != nil {
			t.Fatal(err)
		}
		// HELM_PLUGINS is a list of folders.
		r.Setenv("HELM_PLUGINS", plugins+string(os.PathListSeparator)+own)
	}
	return []string{"--post-renderer", name, "--post-renderer-args", "--cert=" + g.certFile}
}

// brokenFilters are post-renderers that fail, as scripts.
var brokenFilters = map[string]string{
	"crashes after part of its output": `"$FILTER" "$@" | head -c 1000; exit 2`,
	"is killed in the middle":          `"$FILTER" "$@" | head -c 1000; kill -9 $$`,
	"writes to a full disk":            `exec "$FILTER" "$@" > /dev/full`,
	"fails without reading its input":  `exec <&-; exit 1`,
	"is killed, and Helm with it":      `kill -9 $PPID $$`,
}

// Whatever happens to the filter: Helm fails, and the cluster holds what it
// held before.
func TestBrokenFilterChangesNothing(t *testing.T) {
	underEachHelm(t, func(t *testing.T, r *release) {
		g, other := newGitLab(t, chartHost), newGitLab(t, chartHost)
		r.install(t, filteredWith(g.certFile)...)
		r.awaitReplicaSets(t, 1)

		faults := faultyFlags(t)
		for name, script := range brokenFilters {
			faults["the filter "+name] = scripted(t, r, fmt.Sprintf("broken-%d", len(faults)), script, other)
		}
		for name, flags := range faults {
			t.Run(name, func(t *testing.T) {
				before := r.everything(t)
				r.fails(t, "upgrade", flags)
				same(t, "objects after the failed upgrade", r.everything(t), before)

				fresh := *r
				fresh.name = "fresh"
				fresh.fails(t, "install", flags)
				same(t, "objects after the failed install", r.everything(t), before)
			})
		}
		connects(t, r.cluster.Get, r.deployment(t), g)
		// A script that passes everything on works: the others did run.
		r.upgrade(t, scripted(t, r, "sound", `exec "$FILTER" "$@"`, other)...)
		connects(t, r.cluster.Get, r.deployment(t), other)
	})
}

// faultyFlags are calls of the filter that fail by themselves, by name.
func faultyFlags(t *testing.T) map[string][]string {
	t.Helper()
	return map[string][]string{
		"the filter is missing":              {"--post-renderer", "no-such-filter"},
		"the certificate is gone":            filteredWith(filepath.Join(t.TempDir(), "gitlab.crt")),
		"the certificate is a private key":   filteredWith(keyFile(t)),
		"the certificate has expired":        filteredWith(expiredCert(t)),
		"the certificate is of another host": filteredWith(leafCert(t, "git.example.org")),
	}
}

// fails runs a command about the release that must fail.
func (r *release) fails(t *testing.T, verb string, flags []string) {
	t.Helper()
	if stdout, stderr, err := r.Try(r.args(verb, append([]string{"--set", "concurrent=30"}, flags...))...); err == nil {
		t.Errorf("helm %s did not fail:\n%s%s", verb, stdout, stderr)
	}
}

// everything returns the objects of the release's namespace by name, Helm's own
// among them, without what the controllers may write at any time.
func (r *release) everything(t *testing.T) map[string]object {
	t.Helper()
	var list struct{ Items []object }
	r.cluster.JSON(t, &list, "get", "-n", r.namespace,
		"deployments,replicasets,serviceaccounts,secrets,configmaps,roles,rolebindings")
	found := map[string]object{}
	for _, o := range list.Items {
		metadata := at(o, "metadata").(object)
		if at(o, "kind") == "Deployment" || at(o, "kind") == "ReplicaSet" {
			delete(o, "status")
			delete(metadata, "resourceVersion")
			delete(metadata, "managedFields")
		}
		found[nameOf(o)] = o
	}
	return found
}
