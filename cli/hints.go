package cli

import (
	"cmp"
	"crypto/x509"
	"maps"
	"sync"

	"helm-runnertrust/trust"
)

// An occasion is where a finding is told. A few codes are told on several, where different things
// can be done about them.
type occasion int

const (
	ofFiles     occasion = iota // about the certificates that are given
	ofManifests                 // by verify, about what a runner's file holds
	ofFetch                     // the diagnosis of a server
	ofVerdict                   // whether a client would connect to a server
)

// A topic is what hints speak of, as far as it is known.
type topic struct {
	occasion occasion
	host     string            // the server as one types it for fetch, host[:port]
	leaf     *x509.Certificate // that the server sends
	release  string            // that the manifests are of, as one types it for Helm
	command  string            // that connects to the server, as one types it; "" is fetch

	deployments []string // of the manifests, where none has the name that was asked for
	misnamed    bool     // a file of a folder of certificates is not named after a host
}

// A hint says what to do about something: where possible, a command that can be typed.
type hint func(topic) string

// hintFor is the hint of a code; empty for what nothing has to be done about.
func hintFor(code trust.Code, about topic) string {
	if h := hints()[code]; h != nil {
		return h(about)
	}
	return ""
}

// of is the hint of a finding.
func (t topic) of(f trust.Finding) string {
	t.host = cmp.Or(f.Host, t.host)
	return hintFor(f.Code, t)
}

// hints has an entry for every code that the packages have; a nil one is meant to be silent. It is
// made when there is something to hint at, which is seldom.
var hints = sync.OnceValue(func() map[trust.Code]hint {
	all := map[trust.Code]hint{}
	for _, some := range []map[trust.Code]hint{inputHints(), certificateHints(), serverHints(), manifestHints()} {
		maps.Copy(all, some)
	}
	return all
})

// always is a hint that depends on nothing.
func always(text string) hint { return func(topic) string { return text } }

// fetchAnd is a text that ends in the command that gets a chain.
func fetchAnd(text string) hint {
	return func(t topic) string {
		return text + throughHelm + " fetch " + shellWord(cmp.Or(t.host, "HOST")) + " --save FILE"
	}
}

// only is a text on one occasion, and nothing on the others.
func only(where occasion, text string) hint {
	return func(t topic) string {
		if t.occasion != where {
			return ""
		}
		return text
	}
}
