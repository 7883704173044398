// Package pod reads the pods of GitLab Runners by Kubernetes's rules: which containers run one, what
// is mounted where, whether a kubelet can lay it out, and which files and settings a runner finds.
//
// The filter and the audit share these rules. The package edits nothing. What a runner makes of its
// settings are rules of package gitlabrunner.
package pod
