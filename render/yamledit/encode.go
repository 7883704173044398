package yamledit

import (
	"strings"

	"sigs.k8s.io/kustomize/kyaml/yaml"
)

// encode writes a tree as kyaml does.
func encode(tree *yaml.Node, lists yaml.SequenceIndentStyle) ([]byte, error) {
	return yaml.MarshalWithOptions(tree, &yaml.EncoderOptions{SeqIndent: lists})
}

// listStyle is whether the lists of a text are indented.
func listStyle(text []byte) yaml.SequenceIndentStyle {
	return yaml.SequenceIndentStyle(yaml.DeriveSeqIndentStyle(string(text)))
}

// scalarLine is a scalar alone, on one line.
func scalarLine(tag, value string, style yaml.Style) (string, error) {
	written, err := encode(&yaml.Node{Kind: yaml.ScalarNode, Tag: tag, Value: value, Style: style}, yaml.CompactSequenceStyle)
	line := strings.TrimSuffix(string(written), "\n")
	if strings.Contains(line, "\n") {
		return "", errNoPlace
	}
	return line, err
}
