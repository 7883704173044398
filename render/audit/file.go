package audit

import (
	"cmp"
	"fmt"
	"path"
	"slices"
	"time"

	"helm-runnertrust/gitlabrunner"
	"helm-runnertrust/render/manifest"
	"helm-runnertrust/render/pod"
	"helm-runnertrust/trust"
	"helm-runnertrust/trust/gitclient"
)

func (a *Runner) judge(status trust.Status, code trust.Code, message string) {
	a.Status, a.Finding = status, trust.Finding{Code: code, Message: message}
}

// judgeFile judges what was found at the file's path.
func (a *Runner) judgeFile(found pod.File, options Options) {
	switch {
	case a.File == "":
		a.judge(trust.StatusUnknown, CodeFileUnknown, "the file's path is not in the manifests")
	case string(found.Bytes) == Unread:
		a.judge(trust.StatusUnknown, CodeFileUnknown, found.From+" is not in the manifests")
	case found.State == pod.Unmounted && a.Way == pod.WayCertsDir:
		a.Way, a.File = pod.WayNone, ""
		a.judge(trust.StatusUnknown, CodeNoFile, "no file: it trusts the system's certificates only")
		if a.Server.Plain {
			a.judge(trust.StatusUnknown, manifest.PlainHTTP, "no file, and "+gitlabrunner.ServerURLVariable+" is an http:// URL, so the runner checks no certificate unless the server redirects")
		}
	case found.State == pod.Unmounted:
		a.judge(trust.StatusUnknown, CodeFileUnknown, "nothing is mounted there: the file would have to be in the image")
	case found.State == pod.Unknown || found.State == pod.Unsure:
		a.judge(trust.StatusUnknown, CodeFileUnknown, found.From+" "+found.Why)
		if a.Asks != "" {
			a.Finding.Message += "; it has to have the key " + a.Key
		}
	case found.State == pod.Unreadable:
		a.judge(trust.StatusFailed, CodeUnreadable, found.From+" "+found.Why)
	case found.State == pod.Hidden:
		a.judge(trust.StatusFailed, CodeMountTwice, fmt.Sprintf("two volumes are mounted at its directory, %s: one hides the other", found.Why))
	case found.State == pod.NoVolume:
		a.judge(trust.StatusFailed, CodeFileMissing, "the mount at its place names no volume of the pod")
	case found.State == pod.Missing:
		a.judge(trust.StatusFailed, CodeFileMissing, fmt.Sprintf("%s has no file %s", found.From, path.Base(a.File)))
	default:
		a.judgeBundle(found, options)
	}
}

// judgeBundle judges certificates. One that has expired does no harm beside
// one that is valid, as in the time of a rotation.
func (a *Runner) judgeBundle(found pod.File, options Options) {
	bundle, unseen, err := gitlabrunner.Parse(found.From, found.Bytes)
	if err != nil {
		a.judge(trust.StatusFailed, CodeFileInvalid, err.Error())
		return
	}
	warnings, _ := bundle.Check(a.Server.Name, a.Server.Address, options.Now, true) // forced: no error
	a.Bundle, a.Warnings = bundle, slices.Concat(unseen, warnings)
	if reason := a.unusable(a.Server, options.Now); reason != nil {
		a.Status, a.Finding = trust.StatusFailed, *reason
		a.Warnings = slices.DeleteFunc(a.Warnings, func(f trust.Finding) bool { return f.Code == reason.Code })
		return
	}
	isStricter := func(f trust.Finding) bool { return f.Code == trust.CodeIssuerMissing || f.Code == trust.CodeExpiredCA }
	if at := slices.IndexFunc(a.Warnings, isStricter); at >= 0 && a.ServedBy == "" { // both kinds of git accept what the server sends
		a.stricter = new(a.Warnings[at])
		a.Warnings = slices.DeleteFunc(a.Warnings, isStricter)
	}
	a.stricter = cmp.Or(gitclient.FileOddity(bundle), a.stricter)
	if end := options.Now.Add(options.ExpiresWithin); a.unusable(a.Server, end) != nil {
		a.judge(trust.StatusFailed, CodeEndsTooEarly, "it will have stopped working by "+trust.Moment(end))
		return
	}
	a.judge(trust.StatusOK, CodeFileOK, "the file holds a CA or the server's own certificate, valid now")
}

// unusable says why no client with the runner's file connects to a server; nil where it may.
func (a *Runner) unusable(server gitlabrunner.Server, now time.Time) *trust.Finding {
	reason := a.Bundle.Unusable(server.Name, now)
	if reason != nil {
		reason.Host = server.Address
	}
	return reason
}
