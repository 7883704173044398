// Command compat runs the filter over a folder of chart renderings and proves
// what it promises for them: that it only adds lines, that it changes no
// object but the runner, and that a second run changes nothing.
//
//	compat BINARY FOLDER
//
// Objects are decoded by sigs.k8s.io/yaml, which shares no parser with the
// filter, and keeps the last of duplicate keys as Kubernetes does.
package main

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

func main() {
	if len(os.Args) != 3 {
		fmt.Fprintln(os.Stderr, "usage: compat BINARY FOLDER")
		os.Exit(1)
	}
	if err := run(os.Args[1], os.Args[2]); err != nil {
		fmt.Fprintln(os.Stderr, "compat:", err)
		os.Exit(1)
	}
}

// run checks every rendering and reports all that fail.
func run(binary, folder string) error {
	renderings, err := filepath.Glob(filepath.Join(folder, "*.yaml"))
	if err != nil {
		return err
	}
	if len(renderings) == 0 {
		return fmt.Errorf("no *.yaml in %s", folder)
	}
	material, err := os.MkdirTemp("", "runnertrust-compat-*")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(material) }()
	root := filepath.Join(material, "ca.crt")
	if err := writeRoot(root); err != nil {
		return err
	}
	failed := 0
	for _, rendering := range renderings {
		if err := check(binary, root, rendering); err != nil {
			failed++
			fmt.Printf("FAIL %s: %v\n", filepath.Base(rendering), err)
		} else {
			fmt.Printf("ok   %s\n", filepath.Base(rendering))
		}
	}
	fmt.Printf("%d passed, %d failed\n", len(renderings)-failed, failed)
	if failed > 0 {
		return fmt.Errorf("%d of %d renderings", failed, len(renderings))
	}
	return nil
}

func check(binary, root, rendering string) error {
	before, err := os.ReadFile(rendering)
	if err != nil {
		return err
	}
	after, cert, err := patch(binary, root, before)
	if err != nil {
		return err
	}
	if err := compare(before, after); err != nil {
		return err
	}
	again, err := filter(binary, cert, after)
	if err != nil {
		return fmt.Errorf("second run: %w", err)
	}
	if !bytes.Equal(after, again) {
		return fmt.Errorf("a second run changes its own output")
	}
	return nil
}

// patch filters a rendering. A chart rendered without values does not name
// its server, so the host is given then; cert is the flag that worked.
func patch(binary, root string, before []byte) (after []byte, cert string, err error) {
	cert = root
	if after, err = filter(binary, cert, before); err != nil && strings.Contains(err.Error(), "CI_SERVER_URL: its value") {
		cert = "gitlab.example.com=" + root
		after, err = filter(binary, cert, before)
	}
	return after, cert, err
}

func filter(binary, cert string, stream []byte) ([]byte, error) {
	var stdout, stderr bytes.Buffer
	cmd := exec.Command(binary, "--cert="+cert)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = bytes.NewReader(stream), &stdout, &stderr
	if err := cmd.Run(); err != nil {
		return nil, fmt.Errorf("%w: %s", err, bytes.TrimSpace(stderr.Bytes()))
	}
	return stdout.Bytes(), nil
}
