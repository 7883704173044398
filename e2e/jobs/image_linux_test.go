package jobs

import (
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
	"testing"
)

// Where a job finds GitLab's certificates, and where the script puts what it joins.
const (
	caFile     = "/builds/group/project.tmp/CI_SERVER_TLS_CA_FILE"
	bundleFile = caFile + ".bundle"
)

// image is the root folder of a job's container.
type image string

// shells are those that the runner starts in a container: bash under its own name, if there is
// one, else whatever sh is.
var shells = map[string][]string{
	"dash":       {"/bin/dash"},
	"bash":       {"/bin/bash"},
	"bash as sh": {"/bin/bash", "--posix"},
	"busybox":    {"/bin/busybox", "sh"},
}

// everywhere are the programs, besides the shell, that every image has.
var everywhere = []string{"cat", "chmod", "env", "mktemp", "rm"}

// newImage makes an image with a shell, the few programs that every image has, and the folders
// that a job can write to.
func newImage(t *testing.T, shell []string) image {
	t.Helper()
	i := image(t.TempDir())
	for _, folder := range []string{"/dev", "/etc", "/home", "/tmp", "/state", filepath.Dir(caFile)} {
		i.folder(t, folder, 0o777)
	}
	const null = 1<<8 | 3 // major and minor number, null(4)
	if err := syscall.Mknod(i.path("/dev/null"), syscall.S_IFCHR, null); err != nil {
		t.Fatalf("making /dev/null: %v", err)
	}
	i.mode(t, "/dev/null", 0o666)
	i.install(t, filepath.Base(shell[0]))
	if shell[0] != "/bin/busybox" {
		i.install(t, everywhere...)
		return i
	}
	for _, applet := range everywhere {
		i.link(t, "/bin/busybox", "/bin/"+applet)
	}
	return i
}

// path is the path outside of what is at path inside.
func (i image) path(inside string) string { return filepath.Join(string(i), inside) }

// install adds programs.
func (i image) install(t *testing.T, names ...string) {
	t.Helper()
	for _, name := range names {
		for _, file := range needs[name] {
			i.link(t, file, file)
		}
	}
}

// link adds a file of the folder of programs under a path.
func (i image) link(t *testing.T, program, inside string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(i.path(inside)), 0o755); err != nil {
		t.Fatal(err)
	}
	err := os.Link(filepath.Join(programs, program), i.path(inside))
	if err != nil && !os.IsExist(err) {
		t.Fatal(err)
	}
}

// symlink makes a symbolic link; a relative target is relative to the folder of the link.
func (i image) symlink(t *testing.T, target, inside string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(i.path(inside)), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(target, i.path(inside)); err != nil {
		t.Fatal(err)
	}
}

// folder makes a folder with a mode.
func (i image) folder(t *testing.T, inside string, mode fs.FileMode) {
	t.Helper()
	if err := os.MkdirAll(i.path(inside), 0o755); err != nil {
		t.Fatal(err)
	}
	i.mode(t, inside, mode)
}

// mode sets the mode of a file or folder.
func (i image) mode(t *testing.T, inside string, mode fs.FileMode) {
	t.Helper()
	if err := os.Chmod(i.path(inside), mode); err != nil {
		t.Fatal(err)
	}
}

// write makes a file that everybody can read.
func (i image) write(t *testing.T, inside, content string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(i.path(inside)), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(i.path(inside), []byte(content), 0o644); err != nil {
		t.Fatal(err)
	}
}

// read returns what a file has.
func (i image) read(t *testing.T, inside string) string {
	t.Helper()
	content, err := os.ReadFile(i.path(inside))
	if err != nil {
		t.Fatal(err)
	}
	return string(content)
}
