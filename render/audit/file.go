package audit

import (
	"cmp"
	"crypto/x509"
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
		a.judge(trust.StatusFailed, pod.CodeNeverStarts, "the mount at its place names no volume of the pod")
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
		a.judgeBy(trust.StatusFailed, *reason)
		return
	}
	working, end := bundle.Working(a.Server.Name, options.Now), options.Now.Add(options.ExpiresWithin)
	if reason := trust.OfEach(working, a.Server.Name, trust.Barren); reason != nil {
		a.judgeBy(trust.StatusFailed, *reason)
		return
	}
	served := a.served(options.Now)
	a.findStricter(working)
	switch reason := trust.OfEach(working, a.Server.Name, trust.Doubtful); {
	case served.Status == trust.StatusFailed:
		a.judgeBy(trust.StatusFailed, served.Finding)
	case a.unusable(a.Server, end) != nil || a.served(end).Status == trust.StatusFailed:
		a.judge(trust.StatusFailed, CodeEndsTooEarly, "it will have stopped working by "+trust.Moment(end))
	case served.Status == trust.StatusUnknown:
		a.Status, a.Finding = served.Status, served.Finding
	case reason != nil && len(a.sent) == 0:
		a.judgeBy(trust.StatusUnknown, *reason)
	default:
		a.judge(trust.StatusOK, CodeFileOK, "the file holds a CA or the server's own certificate, valid now")
	}
}

// judgeBy judges by a finding of the certificates, of which a warning may be there already.
func (a *Runner) judgeBy(status trust.Status, reason trust.Finding) {
	reason.Host = a.Server.Address
	a.Status, a.Finding = status, reason
	a.Warnings = slices.DeleteFunc(a.Warnings, func(f trust.Finding) bool {
		return f.Code == reason.Code || reason.Code == trust.CodeExpired && f.Code == trust.CodeExpiredBeside
	})
}

// served judges the runner by what its server sends; ok where that is not known.
func (a *Runner) served(at time.Time) trust.Verdict {
	if len(a.sent) == 0 {
		return trust.Verdict{Status: trust.StatusOK}
	}
	return trust.JudgeRunner(a.Server.Name, a.sent, a.Bundle, a.Store.Pool(), at)
}

// NotAfter returns when the file of a runner with a Bundle stops working, or what the server sends of it.
func (a *Runner) NotAfter() time.Time {
	end := a.Bundle.NotAfter(a.Server.Name)
	if len(a.sent) > 0 && a.sent[0].NotAfter.Before(end) {
		return a.sent[0].NotAfter.UTC()
	}
	return end
}

// findStricter finds what may keep git from connecting: by what the server sends where that is known, else whatever it
// sends.
func (a *Runner) findStricter(working []*x509.Certificate) {
	isStricter := func(f trust.Finding) bool { return f.Code == trust.CodeIssuerMissing || f.Code == trust.CodeExpiredCA }
	var warned *trust.Finding
	if at := slices.IndexFunc(a.Warnings, isStricter); at >= 0 {
		warned = new(a.Warnings[at])
		a.Warnings = slices.DeleteFunc(a.Warnings, isStricter)
	}
	if len(a.sent) == 0 || a.clone.Name != "" { // which sends what is not known
		a.stricter = cmp.Or(gitclient.FileOddity(a.Bundle), gitclient.Ambiguity(a.Bundle, a.Server.Name), trust.OfEach(working, a.Server.Name, gitclient.Oddity), warned)
		return
	}
	v := gitclient.Judge(a.Server.Name, a.sent, a.Bundle, a.now)
	if !v.OK() {
		a.stricter = &v.Finding
	}
	for _, warning := range v.Warnings {
		warning.Host = a.Server.Address
		a.Warnings = append(a.Warnings, warning)
	}
}

// unusable says why no client with the runner's file connects to a server; nil where it may.
func (a *Runner) unusable(server gitlabrunner.Server, now time.Time) *trust.Finding {
	reason := a.Bundle.Unusable(server.Name, now)
	if reason != nil {
		reason.Host = server.Address
	}
	return reason
}
