package render_test

import (
	"fmt"

	"helm-runnertrust/render"
)

func ExampleDeployments() {
	fmt.Println(render.Deployments([]byte(`kind: Deployment
metadata: {name: ci}
---
kind: Deployment
metadata: {name: [}
---
kind: Service
metadata: {name: Deployment}
---
kind: List
items:
- kind: Deployment
  metadata: {name: other}
- kind: Deployment
  metadata: {name: ci}
- kind: Deployment
`)))
	// Output:
	// [ci other]
}
