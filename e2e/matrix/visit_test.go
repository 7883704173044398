package matrix

import (
	"context"
	"crypto/tls"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"helm-runnertrust/trust"
	"helm-runnertrust/trust/trusttest"
)

// visit is a server, and the folder from which it is visited.
type visit struct {
	trusttest.Scenario
	dir string
}

// newVisit lays out the folder: the public CAs and an empty home.
func newVisit(t *testing.T, s trusttest.Scenario) visit {
	t.Helper()
	v := visit{s, t.TempDir()}
	writeFile(t, v.path("public.pem"), trusttest.PEM(s.Public...))
	for _, folder := range []string{"home", "saved", "no-certificates"} {
		if err := os.Mkdir(v.path(folder), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	return v
}

func (v visit) path(name string) string { return filepath.Join(v.dir, name) }

// patience is how long a client waits. Only the servers that send no chain can
// keep one waiting; for all others it is longer than any machine needs.
func (v visit) patience() time.Duration {
	if len(v.Sends) == 0 {
		return 3 * time.Second
	}
	return 30 * time.Second
}

// env is the environment of the program under test: this machine trusts what all trust.
func (v visit) env() []string {
	public := v.path("public.pem")
	env := []string{"MOZILLA=" + public, "SSL_CERT_FILE=" + public, "SSL_CERT_DIR=" + v.path("no-certificates")}
	if v.Proxy != nil {
		env = append(env, "HTTPS_PROXY="+v.Proxy.String())
	}
	return env
}

// flags tell the program where the server is. A proxy finds it by itself, and
// Go never goes through one to a loopback address.
func (v visit) flags(more ...string) []string {
	flags := []string{"--timeout", v.patience().String()}
	if v.Proxy == nil && v.Addr != "" {
		flags = append(flags, "--connect", v.Addr)
	}
	return append(flags, more...)
}

// resolve is HOST:PORT:ADDRESS for curl and git; empty where the host is an
// address, or is left to the proxy or the resolver.
func (v visit) resolve(t *testing.T) string {
	t.Helper()
	if _, err := netip.ParseAddr(v.Host); err == nil || v.Proxy != nil || v.Addr == "" {
		return ""
	}
	address, _, err := net.SplitHostPort(v.Addr)
	if err != nil {
		t.Fatal(err)
	}
	return v.Host + ":" + v.Port + ":" + address
}

// greeting is what the servers answer to a request that is not git's.
const greeting = "stand-in for GitLab\n"

// runner makes a request as the runner does with this content of its file, nil
// for none (gitlab-runner's network/client.go: trust.RunnerPool).
func (v visit) runner(file []byte) error {
	transport := &http.Transport{TLSClientConfig: &tls.Config{RootCAs: trust.RunnerPool(trust.RunnerPool(nil, trusttest.PEM(v.Public...)), file)}}
	defer transport.CloseIdleConnections()
	switch {
	case v.Proxy != nil:
		transport.Proxy = http.ProxyURL(v.Proxy)
	case v.Addr != "":
		transport.DialContext = func(ctx context.Context, network, _ string) (net.Conn, error) {
			return new(net.Dialer).DialContext(ctx, network, v.Addr)
		}
	}
	response, err := (&http.Client{Transport: transport, Timeout: v.patience()}).Get(v.URL())
	if err != nil {
		return err
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err == nil && string(body) != greeting {
		err = fmt.Errorf("%s: %q", response.Status, body)
	}
	return err
}

// git lists the references of the server's repository, as a job's clone
// begins, with the file as GIT_SSL_CAINFO; an empty path is no file.
func (v visit) git(t *testing.T, file string) error {
	t.Helper()
	var settings []string
	if resolve := v.resolve(t); resolve != "" {
		settings = append(settings, "-c", "http.curloptResolve="+resolve)
	}
	if v.Proxy != nil {
		settings = append(settings, "-c", "http.proxy="+v.Proxy.String())
	}
	env := append(isolated(v.path("home")), "GIT_CONFIG_NOSYSTEM=1", "GIT_TERMINAL_PROMPT=0")
	if file != "" {
		env = append(env, "GIT_SSL_CAINFO="+file)
	}
	return command{
		program: client(t, "git"), args: append(settings, "ls-remote", v.URL()+"/"+trusttest.Repository),
		env: env, dir: v.path("home"), patience: v.patience(),
	}.run(t).expect("refs/heads/main\n")
}

// curl gets a page with the file as --cacert; an empty path is no file.
func (v visit) curl(t *testing.T, file string) error {
	t.Helper()
	args := []string{"--silent", "--show-error", v.URL() + "/"}
	if file != "" {
		args = append(args, "--cacert", file)
	}
	if resolve := v.resolve(t); resolve != "" {
		args = append(args, "--resolve", resolve)
	}
	if v.Proxy != nil {
		args = append(args, "--proxy", v.Proxy.String())
	}
	return command{
		program: client(t, "curl"), args: args,
		env: isolated(v.path("home")), dir: v.path("home"), patience: v.patience(),
	}.run(t).expect(greeting)
}

// expect returns an error unless a client went well, and with this answer.
func (o outcome) expect(answer string) error {
	if o.code == 0 && strings.HasSuffix(o.stdout, answer) {
		return nil
	}
	return fmt.Errorf("exit code %d: %s%s", o.code, o.stdout, o.stderr)
}
