// Package tomledit reads and edits the text of config.template.toml, from which gitlab-runner's
// registration takes the settings of its one [[runners]].
//
// Edits need the form that charts render: a header [[runners]] with settings below it. Every other
// form of TOML is read, and an edit of it is refused with the lines to add by hand. It promises:
//
//   - Every line of the text comes back, in order, with its comments, quotes, blanks and line end;
//     what is new is on lines of its own. The exception is the value of a setting that changes.
//   - The result is parsed again. Its tree is the one before with the one change, else there is an
//     error instead of a text.
//   - Each edit can be taken back to the byte.
//
// What is written is TOML 0.5, in forms that the runner's library (github.com/BurntSushi/toml)
// reads alike from 0.3.1 to 1.6.0. What is read is TOML 1.1, which is more than a runner may take.
// The package knows TOML and the keys of [[runners]], and neither YAML nor Kubernetes.
package tomledit
