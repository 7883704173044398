// Package tomledit is TOML text that is edited and stays itself: the template that
// gitlab-runner's registration takes the runner's settings from (config.template.toml), with
// one [[runners]].
//
// It promises:
//
//   - Every line of the text comes back, in order, with its comments, quotes, blanks and line
//     end. What is new is on lines of its own. The exceptions are the lines of a value that is
//     replaced or gets lines put in front of it, and the one line of an inline table.
//   - The result is parsed again. Its tree is the one before with the one setting changed,
//     else there is an error instead of a text.
//   - The same edit again changes nothing.
//
// What is written is TOML 0.5, in forms that the runner's library (github.com/BurntSushi/toml)
// reads alike from 0.3.1 to 1.6.0. What is read is TOML 1.1, which is more than a runner may take.
// The package knows TOML and the keys of [[runners]], and neither YAML nor Kubernetes.
package tomledit
