// Command least does only what no filter with kyaml can do without: it holds its input, parses the first Deployment
// with a runner, annotates it, serializes it, reads that back, and writes everything. It checks nothing and keeps
// no text.
package main

import (
	"bytes"
	"errors"
	"io"
	"log"
	"os"

	"sigs.k8s.io/kustomize/kyaml/yaml"
)

func main() {
	pieces, err := read(os.Stdin)
	if err == nil {
		pieces[0], err = edit(pieces[0])
	}
	for _, piece := range pieces {
		if err == nil {
			_, err = os.Stdout.Write(piece)
		}
	}
	if err != nil {
		log.Fatal(err)
	}
}

// read returns all that a reader has, in pieces, so that nothing is copied.
func read(r io.Reader) (pieces [][]byte, err error) {
	for err == nil {
		piece := make([]byte, 256<<10)
		var n int
		n, err = io.ReadFull(r, piece)
		pieces = append(pieces, piece[:n])
	}
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return pieces, nil
	}
	return nil, err
}

// edit edits the Deployment in the first piece.
func edit(text []byte) ([]byte, error) {
	separator := []byte("\n---\n")
	documents := bytes.Split(text, separator)
	for i, document := range documents {
		if !bytes.Contains(document, []byte("kind: Deployment")) || !bytes.Contains(document, []byte("CI_SERVER_URL")) {
			continue
		}
		tree, err := yaml.Parse(string(document))
		if err != nil {
			return nil, err
		}
		if err := tree.PipeE(yaml.SetAnnotation("a", "b")); err != nil {
			return nil, err
		}
		written, err := tree.String()
		if err != nil {
			return nil, err
		}
		documents[i] = []byte(written)
		_, err = yaml.Parse(written)
		return bytes.Join(documents, separator), err
	}
	return nil, errors.New("no runner in the first piece")
}
