// Package render makes the GitLab Runners of a manifest stream trust their GitLab.
//
// Filter takes what Helm rendered and returns it with a certificate file for each runner, mounted
// where the runner looks for it, or named in its settings. What the file holds comes from a source:
// certificates of the options go into a ConfigMap, others are a key of an object in the namespace.
// It promises:
//
//   - Documents that no edit is for come back byte for byte.
//   - Every line of an edited document comes back too, in order, and what was added is what the
//     edited tree says: the result is read again and compared before it is returned. Exceptions are
//     documents that lines cannot be added to (JSON, edits below an alias), which are serialized as a
//     whole and named in a note, the lines of a volume that becomes a projected one, and values that
//     are replaced.
//   - The same stream and options give the same bytes, and filtering the result again changes
//     nothing; with other options it gives what they make of the chart's own rendering.
//   - On any error there is no output.
//
// What a runner reads, and where, follows from gitlab-runner's own rules in package gitlabrunner. The
// package does no input or output and reads no clock.
package render
