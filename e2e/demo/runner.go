package main

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"regexp"

	"sigs.k8s.io/yaml"

	"helm-runnertrust/e2e/internal/kubelet"
	"helm-runnertrust/trust"
)

// connect asks the server for a page by the runner's rule: it trusts the
// system's certificates and those of its file, which may be nil. The host's
// name leads to the stand-in.
func connect(ctx context.Context, server string, file []byte) error {
	system, err := x509.SystemCertPool()
	if err != nil {
		return err
	}
	client := http.Client{Transport: &http.Transport{
		TLSClientConfig: &tls.Config{RootCAs: trust.RunnerPool(system, file)},
		DialContext: func(ctx context.Context, network, _ string) (net.Conn, error) {
			return new(net.Dialer).DialContext(ctx, network, server)
		},
		DisableKeepAlives: true,
	}}
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, "https://"+host, nil)
	if err != nil {
		return err
	}
	response, err := client.Do(request)
	if err != nil {
		return err
	}
	return response.Body.Close()
}

// mountedFile lays out the volumes of the runner in a manifest stream below a
// folder, and reads the file that the runner would open.
func mountedFile(folder string, stream []byte) ([]byte, error) {
	objects, err := decode(stream)
	if err != nil {
		return nil, err
	}
	find := func(kind, _, name string) (map[string]any, error) {
		for _, object := range objects {
			metadata, _ := object["metadata"].(map[string]any)
			if object["kind"] == kind && (name == "" || metadata["name"] == name) {
				return object, nil
			}
		}
		return nil, nil
	}
	deployment, err := find("Deployment", "", "")
	if err != nil {
		return nil, err
	}
	if err := os.Mkdir(folder, 0o700); err != nil {
		return nil, err
	}
	if err := kubelet.Mount(folder, deployment, "ci-gitlab-runner", find); err != nil {
		return nil, err
	}
	return os.ReadFile(filepath.Join(folder, certFile))
}

func decode(stream []byte) ([]map[string]any, error) {
	var objects []map[string]any
	for _, document := range regexp.MustCompile(`(?m)^---$`).Split(string(stream), -1) {
		var object map[string]any
		if err := yaml.Unmarshal([]byte(document), &object); err != nil {
			return nil, fmt.Errorf("decode the manifests: %w", err)
		}
		if object != nil {
			objects = append(objects, object)
		}
	}
	return objects, nil
}
