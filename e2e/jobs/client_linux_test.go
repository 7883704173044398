package jobs

import (
	"fmt"
	"maps"
	"net"
	"os/exec"
	"slices"
	"strings"
	"testing"
	"time"

	"helm-runnertrust/trust/trusttest"
)

// clients are commands that reach a server, $1 being HOST:PORT, or fail.
var clients = map[string]string{
	"git":     "git ls-remote https://$1/" + trusttest.Repository,
	"curl":    "curl --silent --show-error --fail https://$1/",
	"openssl": "openssl s_client -connect $1 -verify_return_error -brief </dev/null",
	"go":      goClient + " https://$1/",
	"skopeo":  "skopeo list-tags docker://$1/" + trusttest.Image,
}

// Servers, by who trusts them.
const (
	gitlab = "GitLab" // only who has GitLab's certificate
	public = "public" // who has the bundle of the image
)

// world has a GitLab with a private CA, and a server whose CA is in bundles.
type world struct {
	addr         map[string]string // of the servers
	private, ca  string            // PEM text of the two CAs
	hashed       string            // where OpenSSL finds the latter without a bundle
	certificates string            // OpenSSL's folder for that, which Debian links to /etc/ssl/certs
}

func newWorld(t *testing.T) world {
	t.Helper()
	w := world{addr: map[string]string{}}
	start := func(name string) string {
		ca := newCA(name)
		now := time.Now()
		leaf := ca.Issue(trusttest.Template{
			CommonName: name + " server", IPs: []net.IP{net.IPv4(127, 0, 0, 1)},
			NotBefore: now.AddDate(0, 0, -1), NotAfter: now.AddDate(0, 0, 30),
		})
		server := trusttest.StartTLS("127.0.0.1:0", nil, leaf)
		t.Cleanup(server.Close)
		w.addr[name] = server.Addr
		return string(trusttest.PEM(ca.Certificate))
	}
	w.private, w.ca = start(gitlab), start(public)
	w.hashed = "/etc/ssl/certs/" + openssl(t, w.ca, "x509", "-noout", "-hash") + ".0"
	folder := strings.TrimPrefix(openssl(t, "", "version", "-d"), "OPENSSLDIR: ")
	w.certificates = strings.Trim(folder, `"`) + "/certs"
	return w
}

// openssl runs this machine's, and returns what it prints.
func openssl(t *testing.T, stdin string, args ...string) string {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "openssl", args...)
	cmd.Stdin = strings.NewReader(stdin)
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("openssl %v: %v", args, err)
	}
	return strings.TrimSpace(string(out))
}

// visits is a script that has clients, all if none is named, reach every server, and prints a line
// for each success.
func (w world) visits(names ...string) string {
	var script strings.Builder
	for _, client := range orAll(names) {
		for _, server := range []string{gitlab, public} {
			fmt.Fprintf(&script, "set -- %s\n{ %s; } >/tmp/out 2>&1 && echo %s %s || cat /tmp/out >&2\n",
				w.addr[server], clients[client], client, server)
		}
	}
	return script.String()
}

// reached are the lines of visits when all clients reach these servers and no others.
func reached(servers ...string) string { return reachedBy(nil, servers...) }

// reachedBy is reached for named clients.
func reachedBy(names []string, servers ...string) string {
	var lines strings.Builder
	for _, client := range orAll(names) {
		for _, server := range servers {
			fmt.Fprintf(&lines, "%s %s\n", client, server)
		}
	}
	return lines.String()
}

// orAll are the names in order, those of all clients if there are none.
func orAll(names []string) []string {
	if len(names) == 0 {
		return slices.Sorted(maps.Keys(clients))
	}
	return slices.Sorted(slices.Values(names))
}

// image makes an image with the clients, and the certificates of Debian's package, or none.
func (w world) image(t *testing.T, shell []string, bundled bool) image {
	t.Helper()
	i := newImage(t, shell)
	i.install(t, "git", "curl", "openssl", "skopeo", goClient)
	i.folder(t, "/etc/ssl/certs", 0o777)
	i.symlink(t, "/etc/ssl/certs", w.certificates)
	if bundled {
		i.write(t, debian, w.ca)
		i.write(t, w.hashed, w.ca)
	}
	return i
}

// TestClients has real clients reach two servers from a job: without GitLab's certificate, in
// an image with a bundle, in one without, and in one that gets it later, from the user's script.
func TestClients(t *testing.T) {
	w := newWorld(t)
	install := fmt.Sprintf("cat /package >%s\ncat /package >%s\n", debian, w.hashed)
	cases := map[string]struct {
		private string // what the runner leaves
		bundled bool
		script  string
		want    string
	}{
		"no certificate": {"", true, "", reached(public)},
		"bundle":         {w.private, true, "", reached(gitlab, public)},
		"no bundle":      {w.private, false, "", reached(gitlab)},
		"bundle later":   {w.private, false, install, reached(gitlab, public)},
	}
	for shell, argv := range shells {
		for name, c := range cases {
			for _, uid := range []int{0, nobody} {
				t.Run(fmt.Sprintf("%s/%s/%d", shell, name, uid), func(t *testing.T) {
					t.Parallel()
					i := w.image(t, argv, c.bundled)
					i.write(t, caFile, c.private)
					i.write(t, "/package", w.ca)
					env := []string{"CI_SERVER_TLS_CA_FILE=" + caFile, "GIT_CONFIG_NOSYSTEM=1"}
					script := c.script + w.visits()
					o := job{image: i, shell: argv, uid: uid, env: env, before: "set -e", script: script}.run(t)
					if o.stdout != c.want {
						t.Errorf("reached\n%s\nwant\n%s\n%s", o.stdout, c.want, o.stderr)
					}
				})
			}
		}
	}
}
