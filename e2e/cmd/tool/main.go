// Command tool prints the path of a pinned tool's binary and builds it first
// when needed: `$(go run ./cmd/tool golangci-lint) run`.
package main

import (
	"fmt"
	"os"

	"helm-runnertrust/e2e/internal/tool"
)

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: tool NAME")
		os.Exit(2)
	}
	path, err := tool.Build(os.Args[1])
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	fmt.Println(path)
}
