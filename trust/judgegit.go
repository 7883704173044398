package trust

import (
	"crypto/x509"
	"fmt"
	"time"
)

// GitVerdict is what becomes of git in a job. Which TLS library it was built with is not known
// beforehand: GnuTLS on Debian and Ubuntu, OpenSSL in the runner's own images.
type GitVerdict struct {
	// Verdict is good where both libraries accept, failed where both refuse, and unknown where they
	// differ or where the rule of one of them is not known.
	Verdict
	GnuTLS  Verdict
	OpenSSL Verdict
}

// JudgeGit says whether git would connect to host at now, if the server sends these certificates,
// its own first, and if file is what GIT_SSL_CAINFO holds. Host is a name or an IP address, without
// port and brackets.
//
// The rules were read from the sources of GnuTLS 3.7, OpenSSL 3.0 and curl 7.88, through which git
// uses either of them. Random hierarchies hold them against the programs (e2e/matrix). curl before
// 7.68 wants the root in the file as well. Revocation is left out: git asks for none.
func JudgeGit(sent, file []*x509.Certificate, host string, now time.Time) GitVerdict {
	if len(sent) == 0 {
		none := Failed(Finding{Code: CodeEmpty, Message: "the server sends no certificate"})
		return GitVerdict{Verdict: none, GnuTLS: none, OpenSSL: none}
	}
	p := presented{sent: sent, file: file, host: host, now: now}
	return joined(p.toGnuTLS(), p.toOpenSSL())
}

// presented is what a client has to judge by.
type presented struct {
	sent, file []*x509.Certificate
	host       string
	now        time.Time
}

func joined(gnuTLS, openSSL Verdict) GitVerdict {
	v := GitVerdict{Verdict: gnuTLS, GnuTLS: gnuTLS, OpenSSL: openSSL}
	switch {
	case gnuTLS.Status == openSSL.Status:
	case gnuTLS.Status == StatusFailed:
		v.Verdict = differing("GnuTLS", gnuTLS.Finding, "OpenSSL", openSSL.Status)
	case openSSL.Status == StatusFailed:
		v.Verdict = differing("OpenSSL", openSSL.Finding, "GnuTLS", gnuTLS.Status)
	case openSSL.Status == StatusUnknown:
		v.Verdict = openSSL
	}
	return v
}

// differing names the library that refuses, with its reason, and says what the other one does.
func differing(refusing string, reason Finding, other string, answer Status) Verdict {
	does := "may"
	if answer == StatusOK {
		does = "does"
	}
	reason.Message = fmt.Sprintf("git with %s does not connect, git with %s %s: %s", refusing, other, does, reason.Message)
	return Verdict{Status: StatusUnknown, Finding: reason}
}

// defects are what a library objects to in one chain.
type defects []defect

type defect struct {
	Finding
	unclear bool // whether the library objects is not known, or depends on how it was built
}

func (d *defects) refuse(f Finding) { *d = append(*d, defect{Finding: f}) }

func (d *defects) doubt(format string, args ...any) {
	*d = append(*d, defect{undecided(fmt.Sprintf(format, args...)), true})
}

func undecided(message string) Finding {
	return Finding{Code: CodeUndecided, Message: message}
}

// opinion is failed for any sure defect; a doubt matters only without one.
func (d defects) opinion() Verdict {
	for _, one := range d {
		if !one.unclear {
			return Verdict{Status: StatusFailed, Finding: one.Finding}
		}
	}
	if len(d) > 0 {
		return Verdict{Status: StatusUnknown, Finding: d[0].Finding}
	}
	return Verdict{Status: StatusOK, Finding: Finding{Code: CodeTrusted, Message: "the file vouches for the chain"}}
}

func (d defects) fatal() bool { return d.opinion().Status == StatusFailed }

// asDoubt turns what would be refused into a single doubt.
func (d defects) asDoubt(but string) defects {
	f := d.opinion().Finding
	f.Code, f.Message = CodeStrictGit, but+f.Message
	return defects{{f, true}}
}

// agreed is what all ways to read a chain lead to, or unknown, for this reason.
func agreed(ways []Verdict, otherwise string) Verdict {
	for _, o := range ways[1:] {
		if o.Status != ways[0].Status {
			return Verdict{Status: StatusUnknown, Finding: undecided(otherwise)}
		}
	}
	return ways[0]
}
