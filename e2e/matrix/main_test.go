package matrix

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"helm-runnertrust/e2e/internal/tool"
)

var write = flag.Bool("write", false, "write the table into the documentation instead of comparing")

// program is the binary that ships, built for this run.
var program string

func TestMain(m *testing.M) {
	flag.Parse()
	os.Exit(runWithProgram(m))
}

func runWithProgram(m *testing.M) int {
	dir, err := os.MkdirTemp("", "runnertrust-matrix-*")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer func() { _ = os.RemoveAll(dir) }() // at worst a leftover in the temporary folder
	program = filepath.Join(dir, "helm-runnertrust")
	if err := tool.Program(program, filepath.Join("..", "..")); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return m.Run()
}
