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
	".spec.template.spec.volumes.*", ".spec.template.spec.securityContext.*", ".spec.template.spec.serviceAccountName",
	".spec.template.spec.terminationGracePeriodSeconds", ".spec.template.spec.nodeSelector.*", ".spec.template.spec.hostAliases.*",
	".spec.template.spec.containers.*", ".spec.template.spec.initContainers.*",
}

// shownOfContainers are the fields of a container that cannot be a secret. A container's env, args,
// command, probes and lifecycle can hold one.
var shownOfContainers = []string{
	".name", ".image", ".imagePullPolicy", ".volumeMounts.*", ".resources.*", ".ports.*", ".securityContext.*",
	".env.name", ".env.value.*", ".env.valueFrom.*", ".envFrom.*",
}

// shownVariables are those whose values lead a runner to its server and to its certificates.
var shownVariables = []string{"CI_SERVER_URL", "CI_SERVER_TLS_CA_FILE", "SSL_CERT_DIR", "SSL_CERT_FILE", "HOME"}

func isShownVariable(name string) bool { return slices.Contains(shownVariables, name) }

// isShown reports whether the scalars at a path are shown.
func isShown(path string) bool {
	if isOfIdentity(path) {
		return true
	}
	for _, containers := range []string{".spec.template.spec.containers", ".spec.template.spec.initContainers"} {
		if rest, is := strings.CutPrefix(path, containers); is {
			return matchesAny(rest, shownOfContainers)
		}
	}
	return matchesAny(path, shownPaths)
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

// mayHoldPassword reports whether a scalar could have the user info of a URL.
func mayHoldPassword(value string) bool { return strings.Contains(value, "@") }

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
