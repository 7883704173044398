package render_test

import (
	"bytes"
	"fmt"
	"os"
	"strings"
	"time"

	"helm-runnertrust/render"
	"helm-runnertrust/trust"
)

// certificates are those of the file ca.crt.
func certificates() ([]render.Source, error) {
	text, err := os.ReadFile("../fixtures/certs/ca.crt")
	if err != nil {
		return nil, err
	}
	bundle, err := trust.Parse("ca.crt", text)
	return []render.Source{{Bundle: bundle}}, err
}

// A stream of two documents, of which one is a runner's: what is printed is what was added.
func ExampleFilter() {
	sources, err := certificates()
	if err != nil {
		fmt.Println(err)
		return
	}
	stream := `apiVersion: v1
kind: Service
metadata: {name: ci}
---
apiVersion: apps/v1
kind: Deployment
metadata:
  name: ci
spec:
  template:
    spec:
      containers:
      - name: runner
        env:
        - name: CI_SERVER_URL
          value: https://gitlab.example.com
`
	result, err := render.Filter([]byte(stream), render.Options{Sources: sources, Now: time.Date(2026, 6, 1, 0, 0, 0, 0, time.UTC)})
	if err != nil {
		fmt.Println(err)
		return
	}
	for line := range strings.Lines(string(result.Bytes())) {
		if !strings.Contains(stream, line) && !strings.HasPrefix(line, "    ") || strings.Contains(line, "mountPath") {
			fmt.Print(line)
		}
	}
	// Output:
	//   annotations:
	//           mountPath: /home/gitlab-runner/.gitlab-runner/certs
	// # Source: runnertrust-certs.yaml
	// kind: ConfigMap
	//   name: ci-certs
	//   annotations:
	//   gitlab.example.com.crt: |
}

// A program that installs the chart through Helm's library gives it the
// filter as action.Install.PostRenderer.
func ExamplePostRenderer() {
	sources, err := certificates()
	if err != nil {
		fmt.Println(err)
		return
	}
	filter := render.PostRenderer{
		Options: render.Options{Sources: sources, Now: time.Date(2026, 6, 1, 0, 0, 0, 0, time.UTC)},
		Warn:    func(w trust.Finding) { fmt.Println("warning:", w.Message) },
	}
	rendered, err := os.ReadFile("../fixtures/base/current.yaml")
	if err != nil {
		fmt.Println(err)
		return
	}
	patched, err := filter.Run(bytes.NewBuffer(rendered))
	if err != nil {
		fmt.Println(err)
		return
	}
	for line := range strings.Lines(patched.String()) {
		if strings.Contains(line, "certs\n") || strings.Contains(line, ".crt: |") {
			fmt.Println(strings.TrimSpace(line))
		}
	}
	// Output:
	// - name: etc-gitlab-runner-certs
	// mountPath: /home/gitlab-runner/.gitlab-runner/certs
	// - name: etc-gitlab-runner-certs
	// name: ci-gitlab-runner-certs
	// name: ci-gitlab-runner-certs
	// gitlab.example.com.crt: |
}
