package pod

import (
	"helm-runnertrust/render/manifest"
	"helm-runnertrust/render/yamledit"
)

type mapping = manifest.Mapping

// The shapes of what is read or edited of a Deployment.
var (
	leaf   = manifest.Leaf
	listOf = manifest.ListOf

	// deployment is what shows whether a Deployment is a runner.
	deployment = mapping{"spec": mapping{"template": mapping{"spec": mapping{
		"containers": listOf(mapping{
			"name": leaf,
			"env":  listOf(mapping{"name": leaf}.Shape()),
		}.Shape()),
	}.Shape()}.Shape()}.Shape()}.Shape()

	// runnerDeployment is the rest of what is read and edited when it is one.
	runnerDeployment = mapping{
		"metadata": mapping{"labels": leaf, "annotations": annotations}.Shape(),
		"spec": mapping{"template": mapping{
			"metadata": mapping{"annotations": annotations}.Shape(),
			"spec": mapping{
				"securityContext": securityContext,
				"volumes":         listOf(volumeShape),
			}.Shape(),
		}.Shape()}.Shape(),
	}.Shape()

	annotations = mapping{
		AddedAnnotation:    leaf,
		ChecksumAnnotation: leaf,
		FilenameAnnotation: leaf,
	}.Shape()

	// runnerContainer is what is read and edited of a runner's container.
	runnerContainer = mapping{
		"env": listOf(mapping{"value": leaf, "valueFrom": leaf}.Shape()),
		"envFrom": listOf(mapping{
			"prefix":       leaf,
			"configMapRef": mapping{"name": leaf}.Shape(),
			"secretRef":    mapping{"name": leaf}.Shape(),
		}.Shape()),
		"securityContext": securityContext,
		"volumeMounts": listOf(mapping{
			"name": leaf, "mountPath": leaf, "subPath": leaf, "subPathExpr": leaf, "readOnly": leaf,
		}.Shape()),
	}.Shape()

	securityContext = mapping{"runAsUser": leaf, "runAsGroup": leaf, "runAsNonRoot": leaf, "fsGroup": leaf}.Shape()

	volumeShape = &yamledit.Shape{Rest: leaf, Fields: map[string]*yamledit.Shape{
		"configMap": volumeSource,
		"secret":    volumeSource,
		"projected": mapping{"defaultMode": leaf, "sources": listOf(&yamledit.Shape{
			Rest:   leaf,
			Fields: mapping{"configMap": volumeSource, "secret": volumeSource},
		})}.Shape(),
	}}

	volumeSource = mapping{
		"name": leaf, "secretName": leaf, "optional": leaf, "defaultMode": leaf,
		"items": listOf(mapping{"key": leaf, "path": leaf, "mode": leaf}.Shape()),
	}.Shape()

	// hostAliases is what only AddressesOf reads of a pod.
	hostAliases = mapping{"hostAliases": listOf(mapping{"ip": leaf, "hostnames": listOf(leaf)}.Shape())}.Shape()
)

// The annotations that are read or written: of the Deployment, of its pods, and Helm 4's, by which it
// knows the template of a document after post-rendering (pkg/action/action.go, v4.3.1).
const (
	AddedAnnotation    = "helm-runnertrust/added"
	ChecksumAnnotation = "checksum/runner-certs"
	FilenameAnnotation = "postrenderer.helm.sh/postrender-filename"
)
