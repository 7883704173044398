// Command demo shows the main job on a machine that has nothing but Go: a
// stand-in for GitLab with a certificate of a private CA, the error that its
// runner gets, and how the error goes away. All of it is real but the server:
// the binary is the one that ships, the client follows the runner's rule, and
// the certificate comes to it through the volumes of the patched Deployment.
package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"helm-runnertrust/trust/trusttest"
)

const (
	host     = "gitlab.example.com"
	fixture  = "../fixtures/base/current.yaml"
	certFile = "/home/gitlab-runner/.gitlab-runner/certs/" + host + ".crt"
)

func main() {
	if err := run(os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "demo:", err)
		os.Exit(1)
	}
}

func run(out io.Writer) error {
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Minute) // the first build takes most of it
	defer cancel()
	folder, err := os.MkdirTemp("", "runnertrust-demo-*")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(folder) }()
	d := &demo{ctx: ctx, out: out, folder: folder, binary: filepath.Join(folder, "helm-runnertrust")}
	if err := d.build(); err != nil {
		return err
	}
	server := startGitLab()
	defer server.Close()
	d.server = server.Addr
	return d.tell()
}

// startGitLab serves with a certificate of a throw-away private CA.
func startGitLab() *trusttest.Server {
	from, until := time.Now().Add(-time.Hour), time.Now().AddDate(0, 6, 0)
	root := trusttest.SelfSigned(trusttest.Template{CommonName: "Demo Root CA", CA: true, NotBefore: from, NotAfter: until})
	issuer := root.Issue(trusttest.Template{CommonName: "Demo Issuing CA", CA: true, NotBefore: from, NotAfter: until})
	leaf := issuer.Issue(trusttest.Template{DNSNames: []string{host}, NotBefore: from, NotAfter: until})
	return trusttest.StartTLS("127.0.0.1:0", nil, leaf, issuer.Certificate, root.Certificate)
}

type demo struct {
	ctx    context.Context //nolint:containedctx // one run, one context
	out    io.Writer
	folder string
	binary string
	server string // host:port on loopback
}

// tell is the story.
func (d *demo) tell() error {
	d.say("A runner looks for its GitLab, whose certificate comes from a private CA.")
	if err := connect(d.ctx, d.server, nil); err == nil {
		return fmt.Errorf("the client trusted a private CA without being told to")
	} else {
		d.show("runner: %v\n", err)
	}
	d.say("fetch gets the CAs of the chain, and says what is the case.")
	if _, err := d.command("fetch", host, "--connect", d.server, "--save", d.file("gitlab.crt")); err != nil {
		return err
	}
	d.say("render shows what the post-renderer does to the chart's manifests.")
	if _, err := d.command("render", "-f", fixture, "--cert="+d.file("gitlab.crt"), "--diff"); err != nil {
		return err
	}
	d.say("verify proves it, from the manifests alone and with a handshake.")
	patched, err := d.quiet("render", "-f", fixture, "--cert="+d.file("gitlab.crt"))
	if err != nil {
		return err
	}
	if err := os.WriteFile(d.file("patched.yaml"), patched, 0o600); err != nil {
		return err
	}
	if _, err := d.command("verify", "-f", d.file("patched.yaml"), "--online", "--connect", d.server); err != nil {
		return err
	}
	d.say("The volumes, laid out as a kubelet does, and the same runner once more.")
	pem, err := mountedFile(d.file("pod"), patched)
	if err != nil {
		return err
	}
	if err := connect(d.ctx, d.server, pem); err != nil {
		return err
	}
	d.show("runner: connected to https://%s with %s\n", host, certFile)
	return nil
}

func (d *demo) say(text string) { d.show("\n=== %s\n\n", text) }

// show writes a part of the story; who does not listen is not told twice.
func (d *demo) show(format string, args ...any) { _, _ = fmt.Fprintf(d.out, format, args...) }

func (d *demo) file(name string) string { return filepath.Join(d.folder, name) }

func (d *demo) build() error {
	cmd := exec.CommandContext(d.ctx, "go", "build", "-trimpath", "-o", d.binary, ".")
	cmd.Dir = ".."
	if output, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("%w: %s", err, output)
	}
	return nil
}

// command runs the binary as a person would, and shows what is typed and what
// comes back.
func (d *demo) command(args ...string) ([]byte, error) {
	shown := strings.ReplaceAll(strings.Join(args, " "), d.folder+string(filepath.Separator), "")
	d.show("$ helm runnertrust %s\n", shown)
	return d.start(d.out, d.out, args)
}

func (d *demo) quiet(args ...string) ([]byte, error) { return d.start(io.Discard, io.Discard, args) }

func (d *demo) start(stdout, stderr io.Writer, args []string) ([]byte, error) {
	var result bytes.Buffer
	cmd := exec.CommandContext(d.ctx, d.binary, args...)
	cmd.Stdout, cmd.Stderr = io.MultiWriter(&result, stdout), stderr
	if err := cmd.Run(); err != nil {
		return nil, fmt.Errorf("%s: %w", args[0], err)
	}
	return result.Bytes(), nil
}
