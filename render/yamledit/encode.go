package yamledit

import "sigs.k8s.io/kustomize/kyaml/yaml"

// indentWidth is what Helm's charts and kyaml indent by.
const indentWidth = yaml.DefaultIndent

// encode writes a tree as kyaml does: the `-` of a list in the column of its key (compact), or
// indented as well (wide).
func encode(tree *yaml.Node, lists yaml.SequenceIndentStyle) ([]byte, error) {
	return yaml.MarshalWithOptions(tree, &yaml.EncoderOptions{SeqIndent: lists})
}
