package jobs

import (
	"os"
	"testing"
)

// mounted is where every container of a job's pod has GitLab's CAs. The tests write the file there:
// what a container runtime mounts looks the same to those who read it.
const mounted = "/etc/ssl/certs/helm-runnertrust.crt"

// goPrograms are the clients that read the folder of the mounted file.
var goPrograms = []string{"go", "skopeo"}

// layout is where an image has its bundle, and the links in front of it.
type layout struct {
	bundle string
	links  map[string]string // by path
}

// extracted is where Fedora and RHEL have their bundle.
const extracted = "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem"

var layouts = map[string]layout{
	"Debian": {bundle: debian},
	"Alpine": {bundle: debian, links: map[string]string{"/etc/ssl/cert.pem": "certs/ca-certificates.crt"}},
	"UBI": {bundle: extracted, links: map[string]string{
		"/etc/pki/tls/certs/ca-bundle.crt": extracted,
		"/etc/ssl/certs":                   "../pki/tls/certs",
	}},
	"no folder": {},
}

// image makes an image with the clients, this layout and the mounted file.
func (l layout) image(t *testing.T, w world) image {
	t.Helper()
	i := newImage(t, shells["dash"])
	i.install(t, orAll(nil)...)
	i.install(t, goClient)
	for path, target := range l.links {
		i.symlink(t, target, path)
	}
	if l.bundle != "" {
		i.write(t, l.bundle, w.ca)
	}
	i.write(t, caFile, w.private)
	i.write(t, mounted, w.private)
	return i
}

// reaches runs a script as root and as nobody, in a job, or without what pre_build_script sets, as
// the helper, services and after_script are.
func reaches(t *testing.T, i image, inJob bool, env []string, script, want string) {
	t.Helper()
	env = append(env, "GIT_CONFIG_NOSYSTEM=1")
	if inJob {
		env = append(env, "CI_SERVER_TLS_CA_FILE="+caFile)
	}
	for _, uid := range []int{0, nobody} {
		for _, folder := range []string{"/state", "/tmp"} { // the other user's
			if err := os.RemoveAll(i.path(folder)); err != nil {
				t.Fatal(err)
			}
			i.folder(t, folder, 0o777)
		}
		o := job{image: i, shell: shells["dash"], uid: uid, env: env, script: script}.run(t)
		if o.stdout != want {
			t.Errorf("uid %d, in a job: %t: reached\n%s\nwant\n%s\n%s", uid, inJob, o.stdout, want, o.stderr)
		}
	}
}

// TestCacheClient has a Go client without RootCAs, which the cache's archiver and extractor are, reach
// a cache with a private CA through the mounted file only, and one with a public CA with and without it.
func TestCacheClient(t *testing.T) {
	w := newWorld(t)
	i := layouts["Debian"].image(t, w)
	cache := []string{"go"}
	reaches(t, i, false, nil, w.visits(cache...), reachedBy(cache, gitlab, public))
	if err := os.Remove(i.path(mounted)); err != nil {
		t.Fatal(err)
	}
	reaches(t, i, false, nil, w.visits(cache...), reachedBy(cache, public))
}

// TestMount has the mounted file serve Go programs in every container, and take nothing from what
// the script does in the job, whatever the image looks like.
func TestMount(t *testing.T) {
	w := newWorld(t)
	for name, l := range layouts {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			servers := []string{gitlab, public}
			if l.bundle == "" {
				servers = servers[:1]
			}
			i := l.image(t, w)
			reaches(t, i, false, nil, w.visits(goPrograms...), reachedBy(goPrograms, servers...))
			reaches(t, i, true, nil, w.visits(), reached(servers...))
		})
	}
}

// TestMountAlone has clients on OpenSSL miss the mounted file, as it is not named after a hash: they
// need the script. git on GnuTLS, which is Debian's, reads each file of the folder.
func TestMountAlone(t *testing.T) {
	w := newWorld(t)
	i := w.image(t, shells["dash"], true)
	i.write(t, mounted, w.private)
	onOpenSSL, onGnuTLS := []string{"curl", "openssl"}, []string{"git"}
	reaches(t, i, false, nil, w.visits(onOpenSSL...), reachedBy(onOpenSSL, public))
	reaches(t, i, false, nil, w.visits(onGnuTLS...), reachedBy(onGnuTLS, gitlab, public))
}

// TestKaniko has a Go program in an image that names another folder, as kaniko's does: the mounted
// file is not found, what the script sets is, and the image's CAs stay.
func TestKaniko(t *testing.T) {
	w := newWorld(t)
	i := layout{bundle: "/kaniko/ssl/certs/ca-certificates.crt"}.image(t, w)
	env := []string{"SSL_CERT_DIR=/kaniko/ssl/certs"}
	only := []string{"go"}
	reaches(t, i, false, env, w.visits(only...), reachedBy(only, public))
	reaches(t, i, true, env, w.visits(only...), reachedBy(only, gitlab, public))
}

// TestUpdateCACertificates has Debian's tool run beside the mounted file, which stays as it is: all
// clients then reach GitLab too, if the file is among the tool's.
func TestUpdateCACertificates(t *testing.T) {
	w := newWorld(t)
	i := w.image(t, shells["dash"], false)
	i.install(t, "basename", "ln", "mv", "readlink", "sort", "wc", "sed", "find", "update-ca-certificates")
	i.link(t, "/bin/dash", "/bin/sh")
	i.write(t, mounted, w.private)
	i.write(t, "/usr/share/ca-certificates/public.crt", w.ca)
	i.write(t, "/etc/ca-certificates.conf", "public.crt\n")
	update := func(script string) {
		t.Helper()
		job{image: i, shell: shells["dash"], before: "set -e", script: script + "update-ca-certificates"}.run(t)
		if got := i.read(t, mounted); got != w.private {
			t.Errorf("the mounted file is %q", got)
		}
	}
	update("")
	reaches(t, i, false, nil, w.visits(goPrograms...), reachedBy(goPrograms, gitlab, public))
	i.write(t, caFile, w.private)
	i.folder(t, "/usr/local/share/ca-certificates", 0o755)
	update("cat " + caFile + " >/usr/local/share/ca-certificates/gitlab.crt\n")
	reaches(t, i, false, nil, w.visits(), reached(gitlab, public))
}
