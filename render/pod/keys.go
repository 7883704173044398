package pod

import "helm-runnertrust/render/manifest"

// deployment is what is read or edited of a Deployment.
var deployment = manifest.Keys{
	"metadata": manifest.Mapping, "name": manifest.Anything, "labels": manifest.Anything, "annotations": manifest.Entries,
	"spec": manifest.Mapping, "template": manifest.Mapping, "containers": manifest.Items,
	"hostAliases": manifest.Items, "ip": manifest.Anything, "hostnames": manifest.Items,

	"securityContext": manifest.Mapping, "runAsUser": manifest.Anything, "runAsGroup": manifest.Anything,
	"runAsNonRoot": manifest.Anything, "fsGroup": manifest.Anything,

	"env": manifest.Items, "value": manifest.Anything, "valueFrom": manifest.Anything,
	"envFrom": manifest.Items, "prefix": manifest.Anything, "configMapRef": manifest.Mapping, "secretRef": manifest.Mapping,

	"volumeMounts": manifest.Items, "mountPath": manifest.Anything, "subPath": manifest.Anything,
	"subPathExpr": manifest.Anything, "readOnly": manifest.Anything,

	"volumes": manifest.Items, "projected": manifest.Mapping, "sources": manifest.Items,
	"configMap": manifest.Mapping, "secret": manifest.Mapping, "secretName": manifest.Anything, "optional": manifest.Anything,
	"defaultMode": manifest.Anything, "items": manifest.Items, "key": manifest.Anything, "path": manifest.Anything, "mode": manifest.Anything,
}

// The annotations that are read or written: of the Deployment, of its pods, and Helm 4's, by which it
// knows the template of a document after post-rendering (pkg/action/action.go, v4.3.1).
const (
	AddedAnnotation    = "helm-runnertrust/added"
	ChecksumAnnotation = "checksum/runner-certs"
	FilenameAnnotation = "postrenderer.helm.sh/postrender-filename"
)
