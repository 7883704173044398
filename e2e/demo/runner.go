package main

import (
	"context"
	"crypto/tls"
	"fmt"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"time"

	"sigs.k8s.io/yaml"

	"helm-runnertrust/e2e/internal/kubelet"
	"helm-runnertrust/trust"
	"helm-runnertrust/trust/store"
)

// connect asks the server for a page by the runner's rule: it trusts the
// public CAs of its image and those of its file, which may be nil. The host's
// name leads to the stand-in.
func connect(server string, file []byte) error {
	client := http.Client{Timeout: time.Minute, Transport: &http.Transport{
		TLSClientConfig: &tls.Config{RootCAs: trust.RunnerPool(store.Mozilla(), file)},
		DialContext: func(ctx context.Context, network, _ string) (net.Conn, error) {
			return new(net.Dialer).DialContext(ctx, network, server)
		},
		DisableKeepAlives: true,
	}}
	response, err := client.Get("https://" + host)
	if err != nil {
		return err
	}
	return response.Body.Close()
}

// mountedFile lays out the volumes of the runner in a manifest stream below a
// folder, and reads the file that the runner would open.
func mountedFile(folder string, stream []byte) ([]byte, error) {
	objects := map[string]map[string]any{} // by kind and name
	deployment := map[string]any{}
	for _, document := range regexp.MustCompile(`(?m)^---$`).Split(string(stream), -1) {
		var object map[string]any
		if err := yaml.Unmarshal([]byte(document), &object); err != nil {
			return nil, err
		}
		metadata, _ := object["metadata"].(map[string]any)
		objects[fmt.Sprint(object["kind"], metadata["name"])] = object
		if object["kind"] == "Deployment" {
			deployment = object
		}
	}
	find := func(kind, _, name string) (map[string]any, error) { return objects[kind+name], nil }
	if err := kubelet.Mount(folder, deployment, "ci-gitlab-runner", find); err != nil {
		return nil, err
	}
	return os.ReadFile(filepath.Join(folder, certFile))
}
