package matrix

import (
	"crypto/x509"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"
	"testing"

	"helm-runnertrust/trust"
)

// fetching is what came of fetch.
type fetching struct {
	outcome
	transcript string
	written    []*x509.Certificate // nil: nothing
	fetchJSON                      // of a second run, where the first one wrote a file
}

// fetch runs the command as a person would, and again for its JSON.
func (v visit) fetch(t *testing.T) fetching {
	t.Helper()
	path := v.path("saved/gitlab.crt")
	args := append([]string{"fetch", v.URL()}, v.flags("--save", path)...)
	f := fetching{outcome: v.runnertrust(t, args...)}
	content, err := os.ReadFile(path)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		t.Fatal(err)
	}
	if (err == nil) != (f.code == 0) || f.code > 1 {
		t.Errorf("exit code %d, the file: %v", f.code, err)
	}
	if f.stdout != "" {
		t.Errorf("stdout has %q", f.stdout)
	}
	if err == nil {
		f.written = certificates(t, content)
		f.fetchJSON = v.fetchJSON(t, content)
	} else {
		entries(t, v.path("saved")) // nothing, not even a part
		complaint(t, behindReport(f.stderr))
	}
	text := typed(args, f.outcome)
	for _, c := range f.written {
		text += fmt.Sprintf("written: %q %v\n", c.Subject.String(), trust.CoveredNames(c))
	}
	f.transcript = mask("# "+v.About+"\n"+text, v.dir, append(f.written, v.Sends...))
	v.checkChain(t, f.written)
	return f
}

// behindReport is what stderr holds besides the report of what fetch found.
func behindReport(stderr string) string {
	if at := strings.Index(stderr, "\n"+errorMark); at >= 0 {
		return stderr[at+1:]
	}
	return stderr
}

// fetchJSON runs fetch for scripts, and holds the result against the file.
func (v visit) fetchJSON(t *testing.T, content []byte) fetchJSON {
	t.Helper()
	result := v.runnertrust(t, append([]string{"fetch", v.URL()}, v.flags("-o", "json")...)...)
	if result.code != 0 || result.stderr != "" {
		t.Errorf("-o json: exit code %d: %s", result.code, result.stderr)
	}
	f := decode[fetchJSON](t, result.stdout)
	if f.PEM != string(content) {
		t.Errorf("-o json has other certificates than the file: %q", f.PEM)
	}
	if f.FingerprintVerified {
		t.Error("-o json says that a fingerprint was verified")
	}
	sameCertificates(t, "sent", f.Sent, v.Sends)
	sameCertificates(t, "file", f.File, certificates(t, content))
	if f.Fault != nil {
		t.Errorf("-o json has a fault: %+v", f.Fault)
	}
	return f
}

// runnertrust runs the program that trusts the public CAs of the visit.
func (v visit) runnertrust(t *testing.T, args ...string) outcome {
	t.Helper()
	return command{program: publicProgram, args: args, env: v.env()}.run(t)
}

// verifying is what came of verify.
type verifying struct {
	transcript string
	verifyJSON
}

// verify runs the command with a file, unless its path is empty, as a person
// would, and again for its JSON.
func (v visit) verify(t *testing.T, file string) verifying {
	t.Helper()
	args := append([]string{"verify", v.URL()}, v.flags()...)
	if file != "" {
		args = append(args, "--cert="+file)
	}
	people := v.runnertrust(t, args...)
	scripts := v.runnertrust(t, append(args, "-o", "json")...)
	verified := decode[verifyJSON](t, scripts.stdout)
	if verified.OK != (verified.Runner.OK && verified.Git.OK) {
		t.Errorf("ok is %t, the runner's %+v, git's %+v", verified.OK, verified.Runner, verified.Git)
	}
	for _, result := range []outcome{people, scripts} {
		if verified.OK != (result.code == 0) || result.code > 1 {
			t.Errorf("exit code %d, ok is %t", result.code, verified.OK)
		}
	}
	if len(verified.Sent) > 0 {
		sameCertificates(t, "sent", verified.Sent, v.Sends)
	}
	return verifying{mask(typed(args, people), v.dir, v.Sends), verified}
}

// typed is a command with what it said.
func typed(args []string, said outcome) string {
	return fmt.Sprintf("$ helm-runnertrust %s\n%s%sexit code %d\n", strings.Join(args, " "), said.stdout, said.stderr, said.code)
}
