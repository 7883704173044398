package manifest

import "helm-runnertrust/render/yamledit"

// Leaf is the Shape of a value of any kind.
var Leaf = &yamledit.Shape{}

// Mapping is the fields of a Shape: those that are read or edited. Nothing beside them is checked:
// real charts have duplicate keys in other places.
type Mapping map[string]*yamledit.Shape

// Shape returns the Shape of a mapping with these fields.
func (m Mapping) Shape() *yamledit.Shape { return &yamledit.Shape{Fields: m} }

// ListOf returns the Shape of a list of items.
func ListOf(item *yamledit.Shape) *yamledit.Shape { return &yamledit.Shape{Items: item} }

var (
	// identity is what every object of a document is known by.
	identity = Mapping{"kind": Leaf, "metadata": Mapping{"name": Leaf, "namespace": Leaf}.Shape()}.Shape()

	// listShape is a List, the Kubernetes object.
	listShape = Mapping{"kind": Leaf, "items": ListOf(Leaf)}.Shape()

	// dataShape is what is read of a ConfigMap or Secret, except its keys.
	dataShape = Mapping{
		"immutable":  Leaf,
		"data":       Mapping{}.Shape(),
		"stringData": Mapping{}.Shape(),
		"binaryData": Mapping{}.Shape(),
	}.Shape()
)
