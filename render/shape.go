package render

import (
	"helm-runnertrust/render/yamledit"
)

// The shapes of what is read, or edited, of each kind of object. Nothing beside them is looked at:
// real charts have keys twice in other places.
var (
	leaf = &yamledit.Shape{}

	// identity is what every object of a document is known by.
	identity = mapping{
		"kind":     leaf,
		"metadata": mapping{"name": leaf, "namespace": leaf}.shape(),
	}.shape()

	// deployment is what tells whether a Deployment is a runner.
	deployment = mapping{"spec": mapping{"template": mapping{"spec": mapping{
		"containers": listOf(mapping{
			"name": leaf,
			"env":  listOf(mapping{"name": leaf}.shape()),
		}.shape()),
	}.shape()}.shape()}.shape()}.shape()

	// runnerDeployment is what is read and edited besides, when it is one.
	runnerDeployment = mapping{
		"metadata": mapping{"labels": leaf, "annotations": mapping{filenameAnnotation: leaf}.shape()}.shape(),
		"spec": mapping{"template": mapping{
			"metadata": mapping{"annotations": mapping{checksumAnnotation: leaf}.shape()}.shape(),
			"spec": mapping{
				"securityContext": securityContext,
				"volumes":         listOf(volumeShape),
			}.shape(),
		}.shape()}.shape(),
	}.shape()

	// runnerContainer is what is read and edited of a runner's container.
	runnerContainer = mapping{
		"env": listOf(mapping{"value": leaf, "valueFrom": leaf}.shape()),
		"envFrom": listOf(mapping{
			"prefix":       leaf,
			"configMapRef": mapping{"name": leaf}.shape(),
			"secretRef":    mapping{"name": leaf}.shape(),
		}.shape()),
		"securityContext": securityContext,
		"volumeMounts": listOf(mapping{
			"name": leaf, "mountPath": leaf, "subPath": leaf, "subPathExpr": leaf, "readOnly": leaf,
		}.shape()),
	}.shape()

	securityContext = mapping{"runAsUser": leaf}.shape()

	volumeShape = &yamledit.Shape{Rest: leaf, Fields: map[string]*yamledit.Shape{
		"configMap": volumeSourceShape,
		"secret":    volumeSourceShape,
		"projected": mapping{"defaultMode": leaf, "sources": listOf(&yamledit.Shape{
			Rest:   leaf,
			Fields: mapping{"configMap": volumeSourceShape, "secret": volumeSourceShape},
		})}.shape(),
	}}

	volumeSourceShape = mapping{
		"name": leaf, "secretName": leaf, "optional": leaf, "defaultMode": leaf,
		"items": listOf(mapping{"key": leaf, "path": leaf}.shape()),
	}.shape()

	// byKind are the shapes of the objects that a runner's Deployment refers to.
	byKind = map[string]*yamledit.Shape{
		"ConfigMap": mapping{
			"metadata":   mapping{"annotations": mapping{fingerprintsAnnotation: leaf}.shape()}.shape(),
			"immutable":  leaf,
			"data":       mapping{}.shape(),
			"binaryData": mapping{}.shape(),
		}.shape(),
		"Secret":     mapping{"data": mapping{}.shape(), "stringData": mapping{}.shape()}.shape(),
		"Deployment": deployment,
		"Ingress": mapping{"apiVersion": leaf, "metadata": mapping{"annotations": mapping{passthroughAnnotation: leaf}.shape()}.shape(), "spec": mapping{
			"tls":   listOf(mapping{"hosts": listOf(leaf), "secretName": leaf}.shape()),
			"rules": listOf(mapping{"host": leaf}.shape()),
		}.shape()}.shape(),
		"Gateway": mapping{"apiVersion": leaf, "spec": mapping{
			"listeners": listOf(mapping{"hostname": leaf, "tls": mapping{
				"mode": leaf,
				"certificateRefs": listOf(mapping{
					"group": leaf, "kind": leaf, "name": leaf, "namespace": leaf,
				}.shape()),
			}.shape()}.shape()),
		}.shape()}.shape(),
	}
)

// mapping is the fields of a shape.
type mapping map[string]*yamledit.Shape

func (m mapping) shape() *yamledit.Shape { return &yamledit.Shape{Fields: m} }

func listOf(item *yamledit.Shape) *yamledit.Shape { return &yamledit.Shape{Items: item} }
