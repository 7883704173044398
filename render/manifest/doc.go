// Package manifest reads the Kubernetes objects of a stream: it lists and finds them, reads their
// fields, and refuses them with their place in the stream.
//
// A part that somebody reads or edits is checked against its Keys first, so that reading it cannot
// fail. Other parts are not looked at and stay as they are. The package knows Kubernetes objects, and
// nothing of runners, pods or certificates.
package manifest
