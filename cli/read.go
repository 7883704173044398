package cli

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"time"

	"helm-runnertrust/render/manifest"
	"helm-runnertrust/trust"
)

// defaultPatience is how long a pipe may stay silent. Whoever writes to it may ask a server first.
const defaultPatience = time.Minute

// files reads what arguments name. The zero value is ready.
type files struct {
	patience time.Duration // with a pipe that says nothing; 0 is the default

	ofPostRenderer bool // the arguments are those of --post-renderer-args
}

func (p *program) files() files { return files{patience: p.Patience, ofPostRenderer: p.filtering} }

var errDevice = errors.New("it is a device, not a file")

// read returns the content of a file or of a pipe, at most limit bytes; 0 is no limit. A pipe, as
// the shell's <(command) gives it, ends with an error when nobody writes to it.
func (f files) read(path string, limit int64) ([]byte, error) {
	about, err := os.Stat(path)
	switch {
	case err != nil:
		return nil, err
	case about.Mode()&fs.ModeDevice != 0:
		return nil, errDevice
	case about.Mode()&fs.ModeNamedPipe != 0:
		return f.readPipe(path, limit)
	case limit == 0:
		return os.ReadFile(path)
	}
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer func() { _ = file.Close() }() // only read from
	return io.ReadAll(io.LimitReader(file, limit))
}

// readPipe is read for a pipe. Opening it waits for somebody who writes, and cannot be broken off:
// what waits is left behind.
func (f files) readPipe(path string, limit int64) ([]byte, error) {
	type piece struct {
		text []byte
		err  error
	}
	pieces, done := make(chan piece), make(chan struct{})
	defer close(done)
	send := func(text []byte, err error) (more bool) {
		select {
		case pieces <- piece{text, err}:
			return err == nil
		case <-done:
			return false
		}
	}
	go func() {
		file, err := os.Open(path)
		if err != nil {
			send(nil, err)
			return
		}
		defer func() { _ = file.Close() }() // only read from
		for more := true; more; {
			text := make([]byte, 64<<10)
			n, err := file.Read(text)
			more = send(text[:n], err)
		}
	}()
	patience := cmp.Or(f.patience, defaultPatience)
	silence := time.NewTimer(patience)
	defer silence.Stop()
	var all []byte
	for limit == 0 || int64(len(all)) < limit {
		select {
		case <-silence.C:
			return nil, fmt.Errorf("nothing came from the pipe for %s", patience)
		case p := <-pieces:
			all = append(all, p.text...)
			if errors.Is(p.err, io.EOF) {
				return all, nil
			}
			if p.err != nil {
				return nil, p.err
			}
			silence.Reset(patience)
		}
	}
	return all, nil
}

// checkManifests refuses what cannot be manifests: nothing at all, which a command before us that
// failed leaves behind, and a chart.
func checkManifests(in input, stream []byte) error {
	name := in.name()
	chart := cmp.Or(strings.TrimPrefix(in.file, "-"), "CHART")
	switch {
	case len(bytes.TrimSpace(stream)) == 0 && name == "stdin":
		return &hinted{what: "stdin is empty", hint: "the command before the pipe has failed, or wrote nothing: see what it says without the pipe"}
	case len(bytes.TrimSpace(stream)) == 0:
		return &hinted{what: name + " is empty", hint: "make it again: helm template NAME CHART > manifests.yaml"}
	case bytes.HasPrefix(bytes.TrimSpace(stream), []byte("-----BEGIN ")):
		return &hinted{what: name + " is a certificate or a key, not manifests", hint: "certificates are given with --cert; manifests come from: helm template NAME CHART > manifests.yaml"}
	case bytes.HasPrefix(stream, []byte("\x1f\x8b")), bytes.HasPrefix(stream, []byte("PK\x03\x04")):
		return &hinted{what: name + " is an archive, not manifests", hint: renderChart(chart)}
	}
	return nil
}

// ofTemplates are the codes of what a chart's templates are refused with, which are no YAML.
var ofTemplates = []trust.Code{manifest.BadDocument, manifest.NoRunner, manifest.HostUnknown}

var chartTemplate = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`\{\{[^}]*(\.(Values|Release|Chart|Capabilities)\.|\binclude ")`)
})

// templateOf is the chart that manifests are the templates of, as one types it; "" where they are
// rendered. Other programs' templates may be in rendered ones.
func templateOf(in input, stream []byte) string {
	if !bytes.Contains(stream, []byte("{{")) || !chartTemplate().Match(stream) {
		return ""
	}
	if folder := filepath.Dir(in.file); filepath.Base(folder) == "templates" {
		return filepath.Dir(folder)
	}
	return "CHART"
}

// renderChart is how manifests are made of a chart.
func renderChart(path string) string {
	return "render the chart first: helm template " + shellWord(path) + " > manifests.yaml"
}
