package jobs

import (
	"fmt"
	"maps"
	"os"
	"path"
	"path/filepath"
	"strings"
	"testing"

	"helm-runnertrust/render"
)

// options are what a shell may have set when the script begins. The runner sets errexit, and
// pipefail where there is such a thing.
var options = map[string]string{
	"plain":     "",
	"runner's":  `case "$(set -o)" in *"pipefail"*) set -o pipefail;; esac; set -o errexit; set +o noclobber`,
	"strict":    `case "$(set -o)" in *"pipefail"*) set -o pipefail;; esac; set -eu`,
	"surprises": "set -aCfx; IFS=/; umask 077; CDPATH=/; all=1 more=2 gitlab=3 file=4 ca=5",
}

// TestScript runs every scene under every shell, with every set of options, as root and not.
func TestScript(t *testing.T) {
	for shell, argv := range shells {
		for name, s := range scenes {
			for _, uid := range s.users() {
				for set, commands := range options {
					t.Run(fmt.Sprintf("%s/%s/%d/%s", shell, name, uid, set), func(t *testing.T) {
						t.Parallel()
						j := s.job(t, argv, uid)
						j.before = commands + "\n" + j.before
						s.check(t, j, j.run(t), 1)
					})
				}
			}
		}
	}
}

// TestTwice runs the script two times in one shell. The second changes nothing; only a file in the
// temporary folder is another one.
func TestTwice(t *testing.T) {
	for shell, argv := range shells {
		for _, name := range []string{"Debian and Alpine", "no bundle", "other variables", "no TMPDIR", "unset"} {
			t.Run(shell+"/"+name, func(t *testing.T) {
				t.Parallel()
				s := scenes[name]
				j := s.job(t, argv, nobody)
				j.before += "\nset -eu\n" + render.JobsScript()
				o := j.run(t)
				s.check(t, j, o, 2)
				if anew := strings.Contains(s.file, "?"); !anew && !maps.Equal(o.had, o.env) {
					t.Errorf("the environment was %q, and is %q", o.had, o.env)
				}
			})
		}
	}
}

// TestStderrIsClosed has the job go on where the script cannot say anything.
func TestStderrIsClosed(t *testing.T) {
	for shell, argv := range shells {
		for _, name := range []string{"Debian and Alpine", "empty"} {
			t.Run(shell+"/"+name, func(t *testing.T) {
				t.Parallel()
				j := scenes[name].job(t, argv, nobody)
				j.before = "set -e; exec 2>&-"
				if o := j.run(t); o.stdout != "" {
					t.Errorf("stdout has %q", o.stdout)
				}
			})
		}
	}
}

// users are the uids of a scene's jobs.
func (s scene) users() []int {
	if s.uids == nil {
		return []int{0, nobody}
	}
	return s.uids
}

// job lays a scene out.
func (s scene) job(t *testing.T, shell []string, uid int) job {
	t.Helper()
	i := newImage(t, shell)
	i.write(t, caFile, gitlabPEM)
	for name, content := range s.files {
		i.write(t, name, content)
	}
	if s.prepare != nil {
		s.prepare(t, i)
	}
	env := append([]string{"CI_SERVER_TLS_CA_FILE=" + caFile}, s.env...)
	return job{image: i, shell: shell, uid: uid, env: env, before: s.before}
}

// check holds what came of a scene in which the script ran a number of times.
func (s scene) check(t *testing.T, j job, o outcome, times int) {
	t.Helper()
	want := maps.Clone(o.had)
	file := ""
	if s.file != "" {
		file = o.env["SSL_CERT_FILE"]
		if match, err := path.Match(s.file, file); err != nil || !match {
			t.Fatalf("SSL_CERT_FILE is %q, want %q: %s", file, s.file, o.stderr)
		}
		s.checkFile(t, j.image, file)
		for _, name := range s.variables() {
			want[name] = file
		}
		if !s.joined {
			want["NODE_EXTRA_CA_CERTS"] = caFile
		}
	}
	if !maps.Equal(o.env, want) {
		t.Errorf("the environment is %q, want %q", o.env, want)
	}
	says := s.says + file
	if lines := o.said(); o.stdout != "" || len(lines) != times || lines[times-1] != says {
		t.Errorf("stdout has %q, stderr %q, want %q", o.stdout, lines, says)
	}
	s.checkLeftovers(t, j.image, times)
}

// variables are those that name the file with everything in it. The last two are for an image
// with a bundle: Python would take them in place of CAs of its own.
func (s scene) variables() []string {
	names := []string{"SSL_CERT_FILE", "GIT_SSL_CAINFO", "NODE_EXTRA_CA_CERTS"}
	if s.file == caFile {
		return names
	}
	return append(names, "CURL_CA_BUNDLE", "REQUESTS_CA_BUNDLE")
}

// checkFile holds the file that the tools are pointed to: its content, and that all can read it.
func (s scene) checkFile(t *testing.T, i image, file string) {
	t.Helper()
	if got := i.read(t, file); got != s.has {
		t.Errorf("%s has %q, want %q", file, got, s.has)
	}
	status, err := os.Lstat(i.path(file))
	if err != nil {
		t.Fatal(err)
	}
	if mode := status.Mode(); !mode.IsRegular() || mode&0o444 != 0o444 {
		t.Errorf("%s is %s", file, mode)
	}
}

// checkLeftovers holds that no other file was written, and what was there is as it was.
func (s scene) checkLeftovers(t *testing.T, i image, times int) {
	t.Helper()
	for name, content := range s.files {
		if i.read(t, name) != content {
			t.Errorf("%s has been changed", name)
		}
	}
	var found []string
	for _, pattern := range []string{"/tmp/*", "/home/runnertrust.*"} {
		paths, err := filepath.Glob(i.path(pattern))
		if err != nil {
			t.Fatal(err)
		}
		found = append(found, paths...)
	}
	if !strings.Contains(s.file, "?") {
		times = 0
	}
	if len(found) != times {
		t.Errorf("temporary files: %q, want %d", found, times)
	}
	status, err := os.Lstat(i.path(bundleFile))
	if err == nil && status.Mode().IsRegular() && s.file != bundleFile {
		t.Errorf("%s was left behind", bundleFile)
	}
}
