package cli

import (
	"bytes"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"sync"

	"sigs.k8s.io/kustomize/kyaml/kio"
	"sigs.k8s.io/kustomize/kyaml/yaml"

	"helm-runnertrust/render/yamledit"
)

// listGroup begins the apiVersion of a ResourceList.
const listGroup = "config.kubernetes.io/"

// listVersions are the versions of the ResourceList: all have the same fields, and kustomize takes
// each of them (kio/byteio_reader.go of kyaml checks the kind alone).
var listVersions = []string{"v1", "v1beta1", "v1alpha1"}

// findResourceList is the document of a stream that makes it a KRM function's input; nil where
// there is none.
func findResourceList(stream *yamledit.Stream) *yamledit.Document {
	for _, doc := range stream.Documents {
		if doc.Contains(kio.ResourceListKind, strings.TrimSuffix(listGroup, "/")) && isResourceList(doc) { // JSON may have \/ behind it
			return doc
		}
	}
	return nil
}

func isResourceList(doc *yamledit.Document) bool {
	content := contentOf(doc)
	root, err := content.Root()
	if err != nil {
		return writtenAsList().Match(content.Text())
	}
	return textAt(root, "kind") == kio.ResourceListKind && strings.HasPrefix(textAt(root, "apiVersion"), listGroup)
}

// writtenAsList finds the kind of a list that does not parse, as YAML or as JSON, of which the YAML
// parser does not know the escape \/.
var writtenAsList = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`(?m)^kind:[ \t]*["']?` + kio.ResourceListKind + `\b|` +
		`(?s)\A(?:---)?\s*\{.*"kind"\s*:\s*"` + kio.ResourceListKind + `"`)
})

// contentOf is a document without what stands above its content, alone: the caller of a function
// reads a comment with a `---` line below it as a document of its own.
func contentOf(doc *yamledit.Document) *yamledit.Document {
	alone := yamledit.Split(doc.Text()[len(doc.Head()):])
	if len(alone.Documents) == 0 {
		return doc
	}
	return alone.Documents[0]
}

// readResourceList takes the list apart, once its shape is sure: kyaml drops what stands beside a
// list, and panics on some metadata.
func readResourceList(stream *yamledit.Stream, list *yamledit.Document) (*resourceList, error) {
	for _, doc := range stream.Documents {
		if doc != list && !doc.IsBlank() {
			return nil, &hinted{what: fmt.Sprintf("document %d of stdin stands beside the ResourceList in document %d", doc.Number(), list.Number()),
				hint: "a KRM function takes one ResourceList, and nothing else"}
		}
	}
	l := &resourceList{document: contentOf(list)}
	var err error
	if l.root, err = l.document.Root(); err != nil {
		hint := ""
		if bytes.Contains(l.document.Text(), []byte(`\/`)) {
			hint = `write / instead of \/`
		}
		return nil, &hinted{what: "the ResourceList cannot be read", err: placedInStream(list, err), hint: hint}
	}
	if err := checkList(l.root); err != nil {
		return nil, err
	}
	text := l.document.Text()
	l.changed = bytes.Contains(text, []byte("\n---")) // kyaml takes it for a marker, also inside a text
	if l.changed || bytes.ContainsRune(text, '&') {   // an anchor, for aliases
		written, err := l.root.String()
		if err != nil {
			return nil, &hinted{what: "the ResourceList cannot be read", err: err}
		}
		text = []byte(written)
	}
	l.rw = kio.ByteReadWriter{Reader: bytes.NewReader(text), Writer: &l.out, OmitReaderAnnotations: true, KeepReaderAnnotations: true}
	if l.items, err = l.rw.Read(); err != nil {
		return nil, &hinted{what: "the ResourceList cannot be read"} // kyaml's errors print what they are about
	}
	return l, nil
}

// placedInStream is an error of reading a document, with its line in the stream.
func placedInStream(doc *yamledit.Document, err error) error {
	above := doc.LinesAbove() + bytes.Count(doc.Head(), []byte("\n"))
	if syntax := (*yamledit.SyntaxError)(nil); errors.As(err, &syntax) && syntax.Line > 0 {
		return fmt.Errorf("line %d: %w", above+syntax.Line, err)
	}
	return err
}

// checkList refuses a list of another shape than kyaml takes for granted.
func checkList(root *yaml.RNode) error {
	version := textAt(root, "apiVersion")
	if !slices.Contains(listVersions, strings.TrimPrefix(version, listGroup)) {
		return &hinted{what: "the ResourceList: apiVersion is " + shownName(version), hint: "known versions of " + strings.TrimSuffix(listGroup, "/") + ": " + strings.Join(listVersions, ", ")}
	}
	faults := []error{checkTwice("the ResourceList", root), checkMetadata("the ResourceList", root)}
	for _, name := range []string{"items", "results"} {
		if field := at(root, name); field != nil && field.YNode().Kind != yaml.SequenceNode {
			faults = append(faults, &hinted{what: "the ResourceList: " + name + " is not a list"})
		}
	}
	switch config := at(root, "functionConfig"); {
	case config == nil:
		faults = append(faults, &hinted{what: "the ResourceList has no functionConfig",
			hint: "it takes apiVersion: " + functionVersion + ", kind: " + filterKind})
	case config.YNode().Kind != yaml.MappingNode:
		faults = append(faults, &hinted{what: "functionConfig is not a mapping"})
	}
	if err := errors.Join(faults...); err != nil {
		return err
	}
	return checkItems(at(root, "items"))
}

// checkItems refuses items that are no objects, or whose metadata kyaml cannot read.
func checkItems(items *yaml.RNode) error {
	if items == nil {
		return nil
	}
	elements, err := items.Elements()
	if err != nil {
		return &hinted{what: "the ResourceList: items cannot be read"}
	}
	var faults []error
	for i, item := range elements {
		place := fmt.Sprintf("item %d of the ResourceList", i+1)
		if item.YNode().Kind != yaml.MappingNode {
			faults = append(faults, &hinted{what: place + " is not an object"})
			continue
		}
		if object := strings.TrimSuffix(textAt(item, "kind")+"/"+textAt(at(item, "metadata"), "name"), "/"); object != "" && isObjectName(object) {
			place += ", " + object
		}
		faults = append(faults, checkMetadata(place, item))
	}
	return errors.Join(faults...)
}

// isObjectName reports whether a text can be the kind and name of an object, and so no other value
// that was put in their place.
func isObjectName(text string) bool {
	return len(text) < 320 && consistsOf(text, func(c rune) bool { return isNameByte(c) || c == '/' || c == ':' }) && !strings.HasPrefix(text, "/")
}

// checkMetadata refuses metadata, annotations and labels that are no mappings.
func checkMetadata(place string, object *yaml.RNode) error {
	metadata := at(object, "metadata")
	if metadata == nil {
		return nil
	}
	if metadata.YNode().Kind != yaml.MappingNode {
		return &hinted{what: place + ": metadata is not a mapping"}
	}
	var faults []error
	for _, name := range []string{"annotations", "labels"} {
		if field := at(metadata, name); field != nil && field.YNode().Kind != yaml.MappingNode {
			faults = append(faults, &hinted{what: place + ": metadata." + name + " is not a mapping"})
		}
	}
	return errors.Join(faults...)
}

// checkTwice refuses keys that stand twice in a mapping: readers differ in which of them counts.
func checkTwice(place string, mapping *yaml.RNode) error {
	keys, err := mapping.Fields()
	if err != nil {
		return &hinted{what: place + " is not a mapping"}
	}
	var faults []error
	_, repeated := distinct(keys)
	for _, key := range repeated {
		faults = append(faults, &hinted{what: fmt.Sprintf("%s has the key %s twice", place, shownName(key))})
	}
	return errors.Join(faults...)
}

// distinct are the keys of a mapping, each once, and those of them that it repeats.
func distinct(keys []string) (all, repeated []string) {
	times := map[string]int{}
	for _, key := range keys {
		switch times[key]++; times[key] {
		case 1:
			all = append(all, key)
		case 2:
			repeated = append(repeated, key)
		}
	}
	return all, repeated
}

// at is a field of a mapping; nil where it is null or there is none.
func at(node *yaml.RNode, name string) *yaml.RNode {
	if node == nil {
		return nil
	}
	field := node.Field(name)
	if field == nil || yaml.IsMissingOrNull(field.Value) {
		return nil
	}
	return field.Value
}

// textAt is a scalar field of a mapping; "" where there is none.
func textAt(node *yaml.RNode, name string) string {
	field := at(node, name)
	if field == nil || field.YNode().Kind != yaml.ScalarNode {
		return ""
	}
	return field.YNode().Value
}
