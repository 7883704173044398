// Package redact shows manifests to people without their secrets.
//
// A list of what is secret always lacks a name, so it is the other way round: a scalar is shown only
// where its path in the object says that it cannot be a secret (kinds, names, images, mounts, labels,
// resources, …). All others, among them every value of env but a few, args, commands, TOML files,
// data and comments, are shown as "***". What the program itself adds is shown.
package redact
