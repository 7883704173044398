package yamledit

import (
	"bytes"
	"errors"

	"sigs.k8s.io/kustomize/kyaml/yaml"
)

// indentWidth is what Helm's charts and kyaml indent by.
const indentWidth = yaml.DefaultIndent

// encode writes a tree of our own as kyaml does, with the `-` of a list in the column of its key.
func encode(tree *yaml.Node) ([]byte, error) {
	return yaml.MarshalWithOptions(tree, &yaml.EncoderOptions{SeqIndent: yaml.CompactSequenceStyle})
}

// encodeWithin writes a tree in as many bytes at most: one that is nested deep behind aliases
// takes far more bytes than the text that it was read from.
func encodeWithin(limit int, tree *yaml.Node, lists yaml.SequenceIndentStyle) ([]byte, error) {
	out := &limitedBuffer{limit: limit}
	encoder := yaml.NewEncoderWithOptions(out, &yaml.EncoderOptions{SeqIndent: lists})
	err := encoder.Encode(tree)
	if err == nil {
		err = encoder.Close()
	}
	if out.full {
		return nil, errTooLong
	}
	return out.Bytes(), err
}

// limitFor is how many bytes a text may become when it is written anew: what indentation and quotes
// add to real ones is less than its own size.
func limitFor(text []byte) int { return 1<<20 + 8*len(text) }

type limitedBuffer struct {
	bytes.Buffer
	limit int
	full  bool
}

var errTooLong = errors.New("its aliases, written out, would make it many times as long")

func (b *limitedBuffer) Write(p []byte) (int, error) {
	if b.Len()+len(p) > b.limit {
		b.full = true
		return 0, errTooLong
	}
	return b.Buffer.Write(p)
}
