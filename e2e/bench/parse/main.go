// Command parse parses one line with kyaml: the least that a program with this library needs.
package main

import (
	"os"

	"sigs.k8s.io/kustomize/kyaml/yaml"
)

func main() {
	if _, err := yaml.Parse("a: b"); err != nil {
		os.Exit(1)
	}
}
