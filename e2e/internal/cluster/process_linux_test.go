package cluster

import (
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// dyingParent names the folder in which this test binary, run again, starts a
// process and dies without a cleanup.
const dyingParent = "E2E_DYING_PARENT"

func TestProcessEndsWhenTheTestProcessIsKilled(t *testing.T) {
	if dir := os.Getenv(dyingParent); dir != "" {
		if _, err := startProcess(dir, "child", filepath.Join(dir, "script")); err != nil {
			t.Fatal(err)
		}
		select {}
	}
	// The child holds the FIFO open for writing, so its end is read as EOF.
	path := script(t, "exec 3>fifo; echo started >&3; exec sleep 300")
	fifo := filepath.Join(filepath.Dir(path), "fifo")
	if err := syscall.Mkfifo(fifo, 0o600); err != nil {
		t.Fatal(err)
	}
	parent := exec.Command(os.Args[0], "-test.run=^"+t.Name()+"$")
	parent.Env = append(os.Environ(), dyingParent+"="+filepath.Dir(path))
	if err := parent.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = parent.Process.Kill() })
	reader, err := os.OpenFile(fifo, os.O_RDONLY, 0) // returns when the child opens it too
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = reader.Close() }()
	if err := reader.SetReadDeadline(time.Now().Add(time.Minute)); err != nil {
		t.Fatal(err)
	}
	line := make([]byte, len("started\n"))
	if _, err := io.ReadFull(reader, line); err != nil || strings.TrimSpace(string(line)) != "started" {
		t.Fatalf("the child said %q, %v", line, err)
	}
	if err := parent.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = parent.Wait() // it was killed
	if rest, err := io.ReadAll(reader); err != nil {
		t.Fatalf("the child outlived its parent: %q, %v", rest, err)
	}
}
