package probe

import (
	"cmp"
	"slices"

	"helm-runnertrust/trust"
	"helm-runnertrust/trust/gitclient"
)

// chooseFile chooses what belongs in the trust file. The CAs of the chain outlive the server's own
// certificate, so that is left out where clients connect without it: it is needed where no CA is
// known, and where they accept it but not what its CA has signed (SHA-1).
func (f *Fetched) chooseFile() {
	f.File = cmp.Or(f.Chain.Authorities(), f.Chain)
	f.Fault = f.judge(f.File)
	if f.Fault != nil && f.judge(f.Chain) == nil {
		f.File, f.Fault = f.Chain, nil
	}
}

// judge says why the runner would not connect with this file, or why the file is refused;
// nil when it is of use.
func (f *Fetched) judge(file *trust.Bundle) *trust.Finding {
	runner := trust.JudgeRunner(f.Target.Host, f.Sent, file, f.system, f.now)
	if !runner.OK() {
		return &runner.Finding
	}
	return file.Unusable(f.Target.Host, f.now)
}

// stricter is what git in jobs may not like about the file, when the runner connects with it and
// nothing that was found says so.
func (f *Fetched) stricter(found []trust.Finding) []trust.Finding {
	git := gitclient.Judge(f.Target.Host, f.Sent, f.File, f.now)
	said := slices.ContainsFunc(found, func(other trust.Finding) bool { return other.Code == git.Finding.Code })
	if f.Fault != nil || git.OK() || said {
		return nil
	}
	return []trust.Finding{git.Finding}
}

// stale warns of a file that is no good any more when the server gets another certificate.
func (f *Fetched) stale() []trust.Finding {
	if !f.File.Certificates()[0].Equal(f.Sent[0]) {
		return nil
	}
	return []trust.Finding{trust.Found(CodeStale, "the file works through the server's own certificate, and only until that is renewed")}
}
