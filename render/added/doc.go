// Package added edits the Deployments of runners, and notes in an annotation what it adds to each, so
// that a later run takes out exactly that and then edits the manifests as the chart rendered them.
//
// Nothing is recognised by its shape: without the annotation, nothing is ours. What the annotation
// lists and is not there as it was added is refused.
package added
