// Package runners holds the filter and the audit against random runners: written in every style of YAML,
// with volumes, mounts, users and variables in every order.
//
// What the filter does is compared with the same edit of plain objects, which sigs.k8s.io/yaml decoded,
// and what verify says with the file that a runner opens in a pod that a model of the kubelet lays out.
// Neither shares code with the program. The rules cite Kubernetes 1.35.
package runners
