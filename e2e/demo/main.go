// Command demo shows the main job on a machine that has nothing but Go: a
// stand-in for GitLab with a certificate of a private CA, the error that its
// runner gets, and how the error goes away. All of it is real but the server:
// the binary is the one that ships, the client follows the runner's rule, and
// the certificate comes to it through the volumes of the patched Deployment.
package main

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"helm-runnertrust/e2e/internal/tool"
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
	folder, err := os.MkdirTemp("", "runnertrust-demo-*")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(folder) }()
	d := &demo{out: out, folder: folder}
	if err := tool.Program(d.file("helm-runnertrust"), ".."); err != nil {
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
	out    io.Writer
	folder string
	server string // host:port on loopback
}

// tell is the story.
func (d *demo) tell() error {
	d.say("A runner looks for its GitLab, whose certificate comes from a private CA.")
	if err := connect(d.server, nil); err == nil {
		return fmt.Errorf("the client trusted a private CA without being told to")
	} else {
		d.show("runner: %v\n", err)
	}
	d.say("fetch gets the CAs of the chain, and says what is the case.")
	if err := d.command("fetch", host, "--connect", d.server, "--save", d.file("gitlab.crt")); err != nil {
		return err
	}
	d.say("render shows what the post-renderer does to the chart's manifests.")
	if err := d.command("render", "-f", fixture, "--cert="+d.file("gitlab.crt"), "--diff"); err != nil {
		return err
	}
	d.say("verify proves it, from the manifests alone and with a handshake.")
	var patched bytes.Buffer
	if err := d.start(&patched, "render", "-f", fixture, "--cert="+d.file("gitlab.crt")); err != nil {
		return err
	}
	if err := os.WriteFile(d.file("patched.yaml"), patched.Bytes(), 0o600); err != nil {
		return err
	}
	if err := d.command("verify", "-f", d.file("patched.yaml"), "--online", "--connect", d.server); err != nil {
		return err
	}
	d.say("The volumes, laid out as a kubelet does, and the same runner once more.")
	pem, err := mountedFile(d.file("pod"), patched.Bytes())
	if err != nil {
		return err
	}
	if err := connect(d.server, pem); err != nil {
		return err
	}
	d.show("runner: connected to https://%s with %s\n", host, certFile)
	return nil
}

func (d *demo) say(text string) { d.show("\n=== %s\n\n", text) }

// show writes a part of the story; who does not listen is not told twice.
func (d *demo) show(format string, args ...any) { _, _ = fmt.Fprintf(d.out, format, args...) }

func (d *demo) file(name string) string { return d.folder + string(filepath.Separator) + name }

// command runs the program as a person would, and shows the command and what comes back.
func (d *demo) command(args ...string) error {
	d.show("$ helm runnertrust %s\n", strings.ReplaceAll(strings.Join(args, " "), d.file(""), ""))
	return d.start(d.out, args...)
}

func (d *demo) start(out io.Writer, args ...string) error {
	cmd := exec.Command(d.file("helm-runnertrust"), args...)
	cmd.Stdout, cmd.Stderr = out, d.out
	if err := cmd.Run(); err != nil {
		return fmt.Errorf("%s: %w", args[0], err)
	}
	return nil
}
