package trust

import (
	"crypto/x509"
	"fmt"
	"time"
)

// Answer is what can be said of whether a client connects.
type Answer string

// The answers.
const (
	Accepts   Answer = "ok"
	Refuses   Answer = "fails"
	Undecided Answer = "unknown"
)

// Opinion is an answer with its reason.
type Opinion struct {
	Answer Answer
	// Finding is the reason; its code is CodeTrusted when the answer is Accepts.
	Finding Finding
}

// GitVerdict is what becomes of git in a job. Which TLS library it was built with is not known
// beforehand: GnuTLS on Debian and Ubuntu, OpenSSL in the runner's own images.
type GitVerdict struct {
	// Opinion is Accepts where both libraries accept, Refuses where both refuse, and Undecided
	// where they differ or where the rule of one of them is not known.
	Opinion
	GnuTLS  Opinion
	OpenSSL Opinion
}

// CodeUndecided is the code of a chain that no rule is known for.
const CodeUndecided = "undecided"

// JudgeGit says whether git would connect to host at now, if the server sends these certificates,
// its own first, and if file is what GIT_SSL_CAINFO holds. Host is a name or an IP address, without
// port and brackets.
//
// The rules were read from the sources of GnuTLS 3.7, OpenSSL 3.0 and curl 7.88, through which git
// uses either of them. Random hierarchies hold them against the programs (e2e/matrix). curl before
// 7.68 wants the root in the file as well. Revocation is left out: git asks for none.
func JudgeGit(sent, file []*x509.Certificate, host string, now time.Time) GitVerdict {
	if len(sent) == 0 {
		none := Opinion{Refuses, Finding{Code: CodeHandshakeFailed, Message: "the server sends no certificate"}}
		return GitVerdict{Opinion: none, GnuTLS: none, OpenSSL: none}
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

func joined(gnuTLS, openSSL Opinion) GitVerdict {
	v := GitVerdict{Opinion: gnuTLS, GnuTLS: gnuTLS, OpenSSL: openSSL}
	switch {
	case gnuTLS.Answer == openSSL.Answer:
	case gnuTLS.Answer == Refuses:
		v.Opinion = differing("GnuTLS", gnuTLS.Finding, "OpenSSL", openSSL.Answer)
	case openSSL.Answer == Refuses:
		v.Opinion = differing("OpenSSL", openSSL.Finding, "GnuTLS", gnuTLS.Answer)
	case openSSL.Answer == Undecided:
		v.Opinion = openSSL
	}
	return v
}

// differing names the library that refuses, with its reason, and says what the other one does.
func differing(refusing string, reason Finding, other string, answer Answer) Opinion {
	does := "may"
	if answer == Accepts {
		does = "does"
	}
	reason.Message = fmt.Sprintf("git with %s does not connect, git with %s %s: %s", refusing, other, does, reason.Message)
	return Opinion{Undecided, reason}
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
	return Finding{Code: CodeUndecided, Message: message, Hint: "try it where the jobs run: git ls-remote, with the file as GIT_SSL_CAINFO"}
}

// opinion is Refuses for any sure defect; a doubt matters only without one.
func (d defects) opinion() Opinion {
	for _, one := range d {
		if !one.unclear {
			return Opinion{Refuses, one.Finding}
		}
	}
	if len(d) > 0 {
		return Opinion{Undecided, d[0].Finding}
	}
	return Opinion{Accepts, Finding{Code: CodeTrusted, Message: "the file vouches for the chain"}}
}

func (d defects) fatal() bool { return d.opinion().Answer == Refuses }

// asDoubt turns what would be refused into a single doubt.
func (d defects) asDoubt(but string) defects {
	f := d.opinion().Finding
	f.Code, f.Message = CodeStrictGit, but+f.Message
	return defects{{f, true}}
}

// agreed is what all ways to read a chain lead to, or Undecided, for this reason.
func agreed(ways []Opinion, otherwise string) Opinion {
	for _, o := range ways[1:] {
		if o.Answer != ways[0].Answer {
			return Opinion{Undecided, undecided(otherwise)}
		}
	}
	return ways[0]
}
