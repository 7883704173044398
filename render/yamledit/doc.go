// Package yamledit edits YAML text that has to stay itself.
//
// A [Stream] is cut into documents byte for byte; a [Document] is read into a kyaml tree when
// somebody asks for it, edited as a tree, and its edits are brought back into the original text.
// The package promises:
//
//   - Joining the documents of a stream gives the stream back.
//   - A document without an edit comes back as it was, byte for byte.
//   - An edit of block style keeps every line, in order, but those of a value that it replaces; of a
//     literal scalar, those that its value still has. Elsewhere (JSON, below an alias) the whole
//     document is serialized.
//   - What comes out was read again, and is the edited tree; everything else is an error.
//
// It knows YAML, and nothing of what the documents mean. Below it is go.yaml.in/yaml/v3, the node
// type of kyaml: for what kyaml has no counterpart for (positions, comparing, bounded aliases), or
// does in a way of its own. Its callers need kyaml only.
package yamledit
