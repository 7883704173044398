package redact

import (
	"regexp"
	"slices"
	"strings"
	"sync"

	"sigs.k8s.io/kustomize/kyaml/yaml"
)

// shownPaths are the paths of what cannot be a secret, and, with a `*`, what begins so.
var shownPaths = []string{
	".spec.replicas", ".spec.revisionHistoryLimit", ".spec.strategy.*", ".spec.selector.*",
	".spec.template.metadata.name", ".spec.template.metadata.labels.*", ".spec.template.metadata.annotations.checksum/*",
	volumes + ".name", volumes + ".configMap.*", volumes + ".secret.*", volumes + ".projected.*", volumes + ".emptyDir.*",
	volumes + ".hostPath.*", volumes + ".persistentVolumeClaim.*", ".spec.template.spec.securityContext.*", ".spec.template.spec.serviceAccountName",
	".spec.template.spec.terminationGracePeriodSeconds", ".spec.template.spec.nodeSelector.*", ".spec.template.spec.hostAliases.*",
	containers + ".name", containers + ".image", containers + ".imagePullPolicy", containers + ".volumeMounts.*", containers + ".resources.*",
	containers + ".ports.*", containers + ".securityContext.*", containers + ".env.name", containers + ".env.value.*",
	containers + ".env.valueFrom.*", containers + ".envFrom.*",
}

// containers is the path of containers, initContainers too. Their args, command, probes and lifecycle can
// hold a secret, and so can the values of env but a few.
const containers = ".spec.template.spec.containers"

// volumes is the path of volumes. Drivers (csi, flexVolume) have attributes of their own, which can hold a secret.
const volumes = ".spec.template.spec.volumes"

// shownVariables are those whose values lead a runner to its server and to its certificates.
var shownVariables = []string{"CI_SERVER_URL", "CI_SERVER_TLS_CA_FILE", "SSL_CERT_DIR", "SSL_CERT_FILE", "HOME"}

// isShown reports whether the scalars at a path are shown.
func isShown(path string) bool {
	return isOfIdentity(path) || matchesAny(strings.Replace(path, ".spec.template.spec.initContainers.", containers+".", 1), shownPaths)
}

// isOfIdentity reports whether a path is of what tells which object it is.
func isOfIdentity(path string) bool {
	return matchesAny(path, []string{
		".apiVersion", ".kind", ".metadata.name", ".metadata.namespace", ".metadata.labels.*", ".type",
		".metadata.annotations.helm-runnertrust/*", ".metadata.annotations.postrenderer.helm.sh/*", ".metadata.annotations.helm.sh/*",
	})
}

func matchesAny(path string, patterns []string) bool {
	return slices.ContainsFunc(patterns, func(pattern string) bool {
		start, isPrefix := strings.CutSuffix(pattern, "*")
		return path == pattern || isPrefix && strings.HasPrefix(path, start)
	})
}

// isOurConfigMap reports whether a ConfigMap is one that the filter made, whose data are certificates.
func isOurConfigMap(node *yaml.Node) bool {
	isOurs := scalarAt(node, "metadata", "annotations", "helm-runnertrust/fingerprints") != ""
	eachField(fieldAt(node, "data"), func(_, pem *yaml.Node) {
		isOurs = isOurs && certificatesOnly().MatchString(pem.Value)
	})
	return isOurs
}

// certificatesOnly matches PEM certificates and nothing else.
var certificatesOnly = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`^(-----BEGIN CERTIFICATE-----\n[A-Za-z0-9+/=\n]+-----END CERTIFICATE-----\n)+$`)
})
