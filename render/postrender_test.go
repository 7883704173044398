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

// A program that installs the chart through Helm's library gives it the
// filter as action.Install.PostRenderer.
func ExamplePostRenderer() {
	text, err := os.ReadFile("../fixtures/certs/ca.crt")
	if err != nil {
		fmt.Println(err)
		return
	}
	bundle, err := trust.Parse("ca.crt", text)
	if err != nil {
		fmt.Println(err)
		return
	}
	sources := []trust.Source{{Bundle: bundle}}
	filter := render.PostRenderer{
		Options: render.Options{Sources: sources, Now: time.Date(2026, 6, 1, 0, 0, 0, 0, time.UTC)},
		Warn:    func(w render.Warning) { fmt.Println("warning:", w.Message) },
	}
	rendered, err := os.ReadFile("../fixtures/accept/current/input.yaml")
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
