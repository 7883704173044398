package cluster

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

func TestStartServesAndCloseEndsEverything(t *testing.T) {
	c := Start(t)
	var version struct {
		ServerVersion struct{ GitVersion, Major, Minor string }
	}
	c.JSON(t, &version, "version")
	if v := version.ServerVersion; !strings.HasPrefix(v.GitVersion, "v"+v.Major+"."+v.Minor+".") {
		t.Errorf("Helm cannot parse the server's version %+v", v)
	}
	if object, err := c.Get("configmap", "default", "absent"); object != nil || err != nil {
		t.Errorf("absent ConfigMap: %v, %v", object, err)
	}
	if _, stderr, err := c.TryKubectl("", "get", "configmap", "absent"); err == nil || !strings.Contains(stderr, "NotFound") {
		t.Errorf("kubectl get of an absent ConfigMap: %q, %v", stderr, err)
	}
	processes := c.processes
	if len(processes) != 3 {
		t.Fatalf("%d processes, want 3", len(processes))
	}
	if err := c.Close(); err != nil {
		t.Fatal(err)
	}
	for _, p := range processes {
		if err := p.cmd.Process.Signal(syscall.Signal(0)); !errors.Is(err, os.ErrProcessDone) {
			t.Errorf("%s: %v, want it to have ended", p.name, err)
		}
	}
	if err := c.Close(); err != nil {
		t.Errorf("second Close: %v", err)
	}
}

func TestFailedStartShowsTheLog(t *testing.T) {
	etcd := script(t, "echo cannot work today; exit 3")
	_, err := New(t.TempDir(), Tools{Etcd: etcd, Kubernetes: script(t, "[ $1 != kubectl ] && exec sleep 300")})
	if err == nil {
		t.Fatal("started without etcd")
	}
	for _, want := range []string{"etcd had ended: exit status 3", "cannot work today"} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("no %q in: %v", want, err)
		}
	}
}

// script writes a shell script and returns its path.
func script(t *testing.T, body string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "script")
	if err := os.WriteFile(path, []byte("#!/bin/sh\n"+body+"\n"), 0o755); err != nil {
		t.Fatal(err)
	}
	return path
}
