package cli

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"

	"helm-runnertrust/cli/advice"
	"helm-runnertrust/gitlabrunner"
	"helm-runnertrust/render/audit"
	"helm-runnertrust/render/manifest"
	"helm-runnertrust/render/pod"
	"helm-runnertrust/trust"
	"helm-runnertrust/trust/probe"
)

// judgeClients returns the verdicts on the clients of a runner, with --online from handshakes too.
func judgeClients(ctx context.Context, p Process, r *audit.Runner, about advice.Context, flags verifyFlags) []clientResult {
	clients := r.Clients()
	results := make([]clientResult, len(clients))
	var first handshake
	for i, c := range clients {
		about.Host = cmp.Or(c.Server.Address, about.Host)
		results[i] = newClientResult(c, about)
		if known := c.Bundle != nil || c.Sends != "" || r.HasNone() || c.Name == audit.ClientCache; !flags.online || c.Server.Name == "" || !known {
			continue
		}
		isGit, hasNone := c.Name == audit.ClientGit, r.HasNone()
		if isGit && hasNone && !first.hands(r, &c, p.Now) {
			continue
		}
		if !isGit || c.Server != clients[0].Server || hasNone && c.Server.Plain { // else git reads what the runner does
			first = shakeHands(ctx, p, r, c, flags)
		}
		verdict, isOfHandshake := first.judge(c, flags, p.Now)
		if first.bundle != nil && c.Name == audit.ClientRunner {
			r.Bundle = first.bundle
		}
		if c.Verdict = verdict; isOfHandshake {
			command := about.Command
			if c.Server != r.Server || c.Server.Plain { // for which --connect is not, or only up to the redirect
				command = advice.Verify(first.Target.String()) + " --cert=FILE"
			}
			results[i] = newClientResult(c, ofHandshake(first.Verdicts, command))
		} else {
			results[i] = newClientResult(c, about)
		}
		results[i].Dialed = first.Dialed
	}
	if r.Proxied && results[0].Dialed != "" {
		r.Warnings = append(r.Warnings, trust.Finding{Code: audit.CodeProxied,
			Message: "the runner connects through the proxy of its HTTPS_PROXY, and this check did not: it may be sent another certificate"})
	}
	return results
}

// A handshake is that with the server of a client, or what there is instead of one.
type handshake struct {
	probe.Verdicts
	bundle  *trust.Bundle  // of what the server sends, where that is the client's file
	instead *trust.Verdict // where there was nothing to shake hands with
	isClone bool           // the server is that of clone_url
}

// hands gives git in jobs what it has where its runner has no file, and reports whether that is known: the chain of the
// runner's own connection (buildCAChain in network/client.go of gitlab-runner), which for the runner's server will do,
// and after one without TLS nothing, so that its Store is that of the helper's image.
func (h handshake) hands(r *audit.Runner, git *audit.Client, now time.Time) bool {
	switch {
	case git.Server == r.Server:
		return true
	case h.instead != nil:
		return h.instead.OK()
	case r.Server.Plain || r.Store.Unsure != "":
		return false
	}
	git.Bundle = h.Handed(now)
	return git.Bundle != nil
}

// unreached are the codes of servers that may be reached from elsewhere.
var unreached = []trust.Code{probe.CodeUnresolvable, probe.CodeRefused, probe.CodeNoAnswer, probe.CodeUnreachable, probe.CodeTimeout, probe.CodeProxy}

// unstarted are the codes of verdicts that stay, whatever a server sends; otherFile are those that do where a file is
// known and the client may read another.
var (
	unstarted = []trust.Code{pod.CodeNeverStarts, manifest.BadTemplate}
	otherFile = []trust.Code{audit.CodeFileUnknown, manifest.UserUnknown, manifest.DirElsewhere}
)

// judge returns the verdict on a client from its manifests and a handshake together, and whether that
// is the handshake's.
func (h handshake) judge(c audit.Client, flags verifyFlags, at time.Time) (v trust.Verdict, isOfHandshake bool) {
	offline := c.Verdict
	stays := slices.Contains(unstarted, offline.Finding.Code) || c.Bundle != nil && slices.Contains(otherFile, offline.Finding.Code)
	if h.instead != nil {
		if offline.Status == trust.StatusFailed || stays || h.instead.OK() && c.Name == audit.ClientGit && !h.isClone { // which may clone from elsewhere
			return offline, false
		}
		return *h.instead, false
	}
	of := func(v probe.Verdicts) trust.Verdict {
		verdict := v.Runner
		if c.Name == audit.ClientGit {
			verdict = v.Git
		}
		c.Qualify(&verdict, trust.CodeUnknownAuthority, probe.CodeTrustedHere)
		return verdict
	}
	if h.bundle != nil {
		c.Bundle = h.bundle
	}
	now, then := of(h.Verdicts), of(flags.later(h.Verdicts, at))
	switch {
	case c.Name == audit.ClientCache:
		if slices.Contains(unreached, now.Finding.Code) { // its name may be one of the cluster
			now.Status, now.Finding.Code = trust.StatusUnknown, audit.CodeCacheUnknown
		}
		return now, true
	case offline.Finding.Code == audit.CodeFileMissing && now.Status != trust.StatusOK:
		return offline, false
	case now.Status == trust.StatusFailed:
		return now, true
	case then.Status == trust.StatusFailed:
		return then, true
	case offline.Status == trust.StatusFailed && offline.Finding.Code != audit.CodeFileMissing || stays:
		return offline, false
	case now.Status == trust.StatusUnknown:
		return now, true
	}
	return then, true
}

// shakeHands shakes hands with the server of a client: that of an http URL where it leads to.
func shakeHands(ctx context.Context, p Process, r *audit.Runner, c audit.Client, flags verifyFlags) (h handshake) {
	unknown := func(err error) handshake {
		return handshake{instead: &trust.Verdict{Status: trust.StatusUnknown, Finding: probe.Explain(err)}}
	}
	dialer := flags.connection.dialer()
	dialer.System = c.Store.Pool()
	addresses, setting, isClone := []string{dialer.Connect}, gitlabrunner.ServerURLVariable, c.Server != r.Server
	switch {
	case isClone: // or the cache's, and --connect is for GitLab's
		addresses, setting = []string{""}, "clone_url"
	case dialer.Connect == "" && len(r.Addresses) > 0:
		addresses = r.Addresses
	}
	target, err := probe.ParseTarget(c.Server.Address)
	if err != nil {
		return unknown(err)
	}
	if c.Server.Plain {
		found := false
		for _, dialer.Connect = range addresses {
			if target, found, err = dialer.Redirect(ctx, c.Server.URL); err == nil {
				break
			}
		}
		switch {
		case err != nil:
			return unknown(err)
		case !found:
			return handshake{isClone: isClone, instead: &trust.Verdict{Status: trust.StatusOK, Finding: trust.Finding{Code: manifest.PlainHTTP,
				Message: setting + " is an http:// URL that does not lead to https, so no certificate is checked"}}}
		case isClone || len(r.Addresses) == 0 || !strings.EqualFold(target.Host, c.Server.Name):
			addresses = []string{""} // --connect led to the port of http
		default:
			addresses = r.Addresses
		}
	}
	for _, dialer.Connect = range addresses {
		if h.Verdicts = probe.Verify(ctx, target, c.Bundle, dialer, p.Now); len(h.Sent) > 0 {
			break
		}
	}
	if c.Sends == "" || len(h.Sent) == 0 {
		return h
	}
	// The file is what the server sends: the Ingress serves the very Secret.
	certs := h.Sent
	if c.Bundle != nil {
		certs = slices.Concat(certs, c.Bundle.Certificates())
	}
	bundle, err := trust.NewBundle(c.Sends+", as the server sends it", certs)
	if err != nil {
		return unknown(err)
	}
	return handshake{Verdicts: h.With(bundle, p.Now), bundle: bundle}
}
