package matrix

import (
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"helm-runnertrust/e2e/internal/tool"
)

var write = flag.Bool("write", false, "write the table into the documentation instead of comparing")

// program is the binary that ships, built for this run. publicProgram differs in one file: it takes
// the CAs of the file that MOZILLA names for Mozilla's list.
var program, publicProgram string

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
	program, publicProgram = filepath.Join(dir, "helm-runnertrust"), filepath.Join(dir, "public")
	repository := filepath.Join("..", "..")
	overlay, err := writeOverlay(dir, filepath.Join(repository, "trust", "store", "mozilla.go"), filepath.Join("testdata", "store", "mozilla.go"))
	err = errors.Join(err, tool.Program(program, repository), tool.Program(publicProgram, repository, "-overlay", overlay))
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return m.Run()
}

// writeOverlay has go build -overlay read one file in place of another.
func writeOverlay(dir, file, instead string) (string, error) {
	file, err := filepath.Abs(file)
	instead, insteadErr := filepath.Abs(instead)
	text, jsonErr := json.Marshal(map[string]any{"Replace": map[string]string{file: instead}})
	overlay := filepath.Join(dir, "overlay.json")
	return overlay, errors.Join(err, insteadErr, jsonErr, os.WriteFile(overlay, text, 0o600))
}
