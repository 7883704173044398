package jobs

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"
)

// The programs that images are made of, by the Debian package that has each.
var packages = map[string]string{
	"dash": "dash", "bash": "bash", "busybox": "busybox",
	"cat": "coreutils", "chmod": "coreutils", "env": "coreutils", "mktemp": "coreutils", "rm": "coreutils",
	"basename": "coreutils", "ln": "coreutils", "mv": "coreutils", "readlink": "coreutils", "sort": "coreutils",
	"wc": "coreutils", "sed": "sed", "find": "findutils", "update-ca-certificates": "ca-certificates",
	"git": "git", "curl": "curl", "openssl": "openssl", "skopeo": "skopeo",
}

// goClient is a name of this test binary, by which it is a job's client written in Go.
const goClient = "go-client"

// programs is the folder that images are linked from: it has each program as /bin/NAME, and the
// libraries. needs are the files of a program in it, itself among them.
var (
	programs string
	needs    = map[string][]string{}
)

func TestMain(m *testing.M) {
	if filepath.Base(os.Args[0]) == goClient {
		os.Exit(get(os.Args[1]))
	}
	os.Exit(runWithPrograms(m))
}

// get prints what a URL has, with the certificates that Go finds by itself.
func get(url string) int {
	response, err := (&http.Client{Timeout: 30 * time.Second}).Get(url)
	if err == nil {
		defer response.Body.Close()
		_, err = io.Copy(os.Stdout, response.Body)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return 0
}

func runWithPrograms(m *testing.M) int {
	syscall.Umask(0o022) // jobs of other users read what is laid out here
	var err error
	if programs, err = os.MkdirTemp("", "runnertrust-jobs-*"); err == nil {
		defer func() { _ = os.RemoveAll(programs) }() // at worst a leftover in the temporary folder
		err = collect()
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return m.Run()
}

// collect fills the folder of programs.
func collect() error {
	if os.Geteuid() != 0 {
		return errors.New("these tests change their root and their user: run them as root")
	}
	for name, pkg := range packages {
		path, err := exec.LookPath(name)
		if err != nil {
			return fmt.Errorf("%w: apt-get install %s", err, pkg)
		}
		if err := copyProgram(name, path, "/bin/"+name); err != nil {
			return err
		}
	}
	self, err := os.Executable()
	if err != nil {
		return err
	}
	if err := copyProgram(goClient, self, "/bin/"+goClient); err != nil {
		return err
	}
	folder, err := exec.Command("git", "--exec-path").Output()
	if err != nil {
		return fmt.Errorf("git --exec-path: %w", err)
	}
	https := filepath.Join(strings.TrimSpace(string(folder)), "git-remote-https")
	return copyProgram("git", https, https)
}

// loaded are the libraries, and the loader, in what ldd prints.
var loaded = regexp.MustCompile(`(?m)(/\S+) \(0x`)

// copyProgram copies a program to a path in the folder of programs, and its libraries to theirs.
func copyProgram(name, program, to string) error {
	// ldd fails on programs that load nothing, and says so.
	libraries, err := exec.Command("ldd", program).CombinedOutput()
	if err != nil && !strings.Contains(string(libraries), "not a dynamic executable") {
		return fmt.Errorf("ldd %s: %w: %s", program, err, libraries)
	}
	needs[name] = append(needs[name], to)
	for _, library := range loaded.FindAllSubmatch(libraries, -1) {
		path := string(library[1])
		if err := copyFile(path, path); err != nil {
			return err
		}
		needs[name] = append(needs[name], path)
	}
	return copyFile(program, to)
}

// copyFile copies an executable file; one that is there already is the same.
func copyFile(from, to string) error {
	to = filepath.Join(programs, to)
	if _, err := os.Stat(to); err == nil {
		return nil
	}
	content, err := os.ReadFile(from)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(to), 0o755); err != nil {
		return err
	}
	return os.WriteFile(to, content, 0o755)
}
