package yamledit_test

import (
	"fmt"

	"sigs.k8s.io/kustomize/kyaml/yaml"

	"helm-runnertrust/render/yamledit"
)

// One document of a stream is edited; its comments, its quotes and the other document stay.
func Example() {
	stream := yamledit.Split([]byte(`# Source: chart/templates/a.yaml
kind: Pod
metadata: {name: 'a'} # flow
spec:
  # the work
  containers:
    - name: "b"
---
kind:   Other
`))
	pod, err := stream.Documents[0].Root()
	if err != nil {
		fmt.Println(err)
		return
	}
	containers, err := pod.Pipe(yaml.Lookup("spec", "containers"))
	if err != nil {
		fmt.Println(err)
		return
	}
	yamledit.Prepend(containers, yamledit.Map(
		yamledit.Pair{Key: "name", Value: yamledit.Text("new")},
		yamledit.Pair{Key: "image", Value: yamledit.Text("example.com/new")},
	))
	out, err := stream.Bytes()
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Print(string(out))
	// Output:
	// # Source: chart/templates/a.yaml
	// kind: Pod
	// metadata: {name: 'a'} # flow
	// spec:
	//   # the work
	//   containers:
	//     - name: new
	//       image: example.com/new
	//     - name: "b"
	// ---
	// kind:   Other
}

// New documents go behind the others.
func ExampleStream_Append() {
	stream := yamledit.Split([]byte("kind: Pod"))
	if err := stream.Append("# Source: ours\n", yamledit.Map(yamledit.Pair{Key: "kind", Value: yamledit.Text("ConfigMap")}), false); err != nil {
		fmt.Println(err)
		return
	}
	out, err := stream.Bytes()
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Print(string(out))
	// Output:
	// kind: Pod
	// ---
	// # Source: ours
	// kind: ConfigMap
}
