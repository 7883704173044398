// Package kubelet lays out the volumes of a container in a folder the way a
// kubelet and a container runtime do, so that a test without nodes sees the
// files that the container would see.
//
// It knows emptyDir, configMap, secret and projected volumes of the two, and
// refuses what the API server or a kubelet refuses; any other volume, subPath
// included, is an error and not an empty folder. File modes and owners are not
// laid out. The rules are those of Kubernetes 1.35: ValidateVolumeMounts and
// validateProjectionSources in pkg/apis/core/validation/validation.go,
// MakePayload in pkg/volume/configmap and pkg/volume/secret, collectData in
// pkg/volume/projected, AtomicWriter in pkg/volume/util.
package kubelet
