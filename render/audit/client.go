package audit

import (
	"slices"
	"strings"

	"helm-runnertrust/gitlabrunner"
	"helm-runnertrust/render/manifest"
	"helm-runnertrust/render/pod"
	"helm-runnertrust/trust"
)

// A Client is a program of a runner, or of its jobs, that connects to a host by TLS.
type Client struct {
	Name    ClientName
	Server  gitlabrunner.Server // zero where the manifests do not have it
	Bundle  *trust.Bundle       // the certificates of its file, nil where they are not known
	Store   Store               // what it trusts without the file
	Sends   string              // the object with its file, where that is what the server sends and is not known; "" for none
	Verdict trust.Verdict       // from the manifests alone
}

// A ClientName says which client of a runner it is.
type ClientName string

// The clients, in the order of Clients.
const (
	ClientRunner ClientName = "runner" // the runner itself, with GitLab
	ClientGit    ClientName = "git"    // in jobs, with GitLab or the host of clone_url
	ClientCache  ClientName = "cache"  // the archiver and the extractor in the helper container
)

// Label returns the name for people.
func (n ClientName) Label() string {
	if n == ClientGit {
		return "git in jobs"
	}
	return string(n)
}

// HasNone reports whether the runner trusts the system's certificates only: it has no file, also where a volume in its
// certs directory does not have it.
func (a *Runner) HasNone() bool {
	return a.Way == pod.WayNone || a.Finding.Code == CodeFileMissing && (a.Way == pod.WayCertsDir || a.Way == pod.WayCertsSecretName)
}

// Decides reports whether a client's status counts for whether the runner works: jobs go on without
// their cache, so that it counts only where it is sure to fail.
func (c Client) Decides() bool {
	return c.Name != ClientCache || c.Verdict.Status == trust.StatusFailed
}

// Clients returns the runner, git in its jobs, and the cache where it has one.
func (a *Runner) Clients() []Client {
	runner := Client{Name: ClientRunner, Server: a.Server, Bundle: a.Bundle, Store: a.Store, Verdict: trust.Verdict{Status: a.Status, Finding: a.Finding}}
	if a.ServedBy != "" && a.Bundle == nil {
		runner.Sends = a.From
	}
	git := runner
	git.Name = ClientGit
	unknown := func(code trust.Code, message string) trust.Verdict {
		if a.Status == trust.StatusFailed {
			return runner.Verdict
		}
		return trust.Verdict{Status: trust.StatusUnknown, Finding: trust.Finding{Code: code, Host: a.clone.Address, Message: message}}
	}
	const mayBeHTTPS = " is an http:// URL, so the manifests do not tell"
	switch {
	case a.gitUnknown.Code != "":
		git.Server, git.Sends = gitlabrunner.Server{}, ""
		git.Verdict = unknown(a.gitUnknown.Code, a.gitUnknown.Message)
	case a.clone.Plain:
		git.Server, git.Sends = a.clone, ""
		git.Verdict = unknown(manifest.PlainHTTP, "it clones from "+a.clone.Address+", which may lead it to https: clone_url"+mayBeHTTPS)
	case a.clone.Name != "":
		git.Server, git.Verdict, git.Sends = a.clone, a.judgeClone(runner.Verdict, unknown), ""
	case a.Server.Plain:
		git.Verdict = unknown(manifest.PlainHTTP, "without a clone_url it clones from GitLab's own URL, which may be https: "+gitlabrunner.ServerURLVariable+mayBeHTTPS)
	}
	if a.HasNone() && a.Server.Plain { // with no chain of a connection to hand on
		git.Store = a.helper
		git.Store.uncertain("its runner may hand it the chain of its own connection, where its URL leads to https")
	}
	if a.stricter != nil && git.Verdict.OK() {
		git.Verdict = trust.Verdict{Status: trust.StatusUnknown, Finding: *a.stricter}
	}
	if a.cache == nil {
		return []Client{runner, git}
	}
	return []Client{runner, git, *a.cache}
}

// judgeClone judges git where clone_url leads elsewhere: it reads the file for GitLab, as the runner does, there too.
func (a *Runner) judgeClone(runner trust.Verdict, unknown func(trust.Code, string) trust.Verdict) trust.Verdict {
	elsewhere := "it clones from " + a.clone.Address + " (clone_url), and reads the file for its " + gitlabrunner.ServerURLVariable + " only: "
	switch {
	case a.HasNone():
		return unknown(manifest.CloneHost, elsewhere+"there is none, and the runner hands it the chain of its own connection instead")
	case a.Bundle == nil || a.Status != trust.StatusOK:
		return runner
	}
	if reason := a.unusable(a.clone, a.now); reason != nil {
		return trust.Failed(*reason)
	}
	if strings.EqualFold(a.clone.Name, a.Server.Name) {
		return runner
	}
	return unknown(manifest.CloneHost, elsewhere+"--online tells whether that is enough")
}

// Qualify explains a verdict with one of the codes of a server that the client does not trust, and makes
// it unknown where the server's CA may be in the client's store, which the manifests do not show.
func (c Client) Qualify(v *trust.Verdict, untrusted ...trust.Code) {
	isCache := c.Name == ClientCache
	hasFileAlone := c.Name == ClientGit && c.Bundle != nil
	switch owner := "runner"; {
	case v.Status != trust.StatusFailed || !slices.Contains(untrusted, v.Finding.Code):
	case c.Store.Unsure != "" && !hasFileAlone:
		if isCache {
			owner = "helper"
		}
		v.Status = trust.StatusUnknown
		v.Finding.Code, v.Finding.Message = CodeStoreUnknown, "the server's CA would have to be in the "+owner+"'s own store: "+c.Store.Unsure
	case isCache:
		v.Finding.Code = CodeCacheFailed
		if c.Bundle == nil {
			v.Finding.Message += "; no file of --jobs is mounted in the job pods"
		}
	}
}
