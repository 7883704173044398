package matrix

import (
	"crypto/tls"
	"flag"
	"fmt"
	"sync"
	"testing"
	"time"

	"helm-runnertrust/trust"
	"helm-runnertrust/trust/trusttest"
)

var (
	seed        = flag.Uint64("seed", 0, "what the random hierarchies are made from; 0: the time")
	hierarchies = flag.Int("hierarchies", 300, "how many random hierarchies")
	only        = flag.Int("hierarchy", -1, "the number of the only random hierarchy to look at")
)

// batch is how many hierarchies a test goes through, one after the other.
const batch = 25

// encounter is what was foretold of a hierarchy, and what happened.
type encounter struct {
	*hierarchy
	number    int
	verdict   trust.GitVerdict
	git, curl error
}

// TestRandomHierarchies holds the verdict on git against git with GnuTLS and
// curl with OpenSSL, in hierarchies that nobody would think of.
func TestRandomHierarchies(t *testing.T) {
	if *seed == 0 {
		*seed = uint64(time.Now().UnixNano()) % 1_000_000
	}
	t.Logf("-seed %d -hierarchies %d", *seed, *hierarchies)
	first, end := 0, *hierarchies
	if *only >= 0 {
		first, end = *only, *only+1
	}
	now, keys := time.Now(), newKeyPool()
	var all []encounter
	var lock sync.Mutex
	t.Run("from", func(t *testing.T) {
		for from := first; from < end; from += batch {
			t.Run(fmt.Sprint(from), func(t *testing.T) {
				t.Parallel()
				for number := from; number < min(from+batch, end); number++ {
					e := encounter{hierarchy: newHierarchy(*seed, number, keys, now), number: number}
					e.happen(t)
					e.check(t)
					lock.Lock()
					all = append(all, e)
					lock.Unlock()
				}
			})
		}
	})
	if len(all) != end-first || len(all) == 0 {
		t.Errorf("%d hierarchies, want %d", len(all), end-first)
	}
	t.Log("\n" + confusion(all))
	if *write && !t.Failed() {
		record(t, all)
	}
}

// happen starts the server, and has the clients meet it.
func (e *encounter) happen(t *testing.T) {
	t.Helper()
	e.verdict = trust.JudgeGit(e.sends, e.file, e.host, e.now)
	server := trusttest.StartTLS("127.0.0.1:0", &tls.Config{MaxVersion: e.version}, e.chain[0], e.sends[1:]...)
	defer server.Close()
	v := newVisit(t, trusttest.Scenario{Host: e.host, Port: server.Port(), Addr: server.Addr, Sends: e.sends})
	file := v.path("ca.crt")
	writeFile(t, file, trusttest.PEM(e.file...))
	e.git, e.curl = v.git(t, file), v.curl(t, file)
}

// check fails the test for anything foretold that did not happen, and for a
// hierarchy as people have them of which nothing is foretold.
func (e *encounter) check(t *testing.T) {
	t.Helper()
	v := e.verdict
	knowsNot := v.GnuTLS.Finding.Code == trust.CodeUndecided || v.OpenSSL.Finding.Code == trust.CodeUndecided
	if disproved(v.GnuTLS, e.git) || disproved(v.OpenSSL, e.curl) || e.ordinary && knowsNot {
		t.Errorf("-seed %d -hierarchy %d: %s\n  GnuTLS:  %+v\n  git:     %v\n  OpenSSL: %+v\n  curl:    %v",
			*seed, e.number, e.hierarchy, v.GnuTLS, e.git, v.OpenSSL, e.curl)
	}
	both, none := e.git == nil && e.curl == nil, e.git != nil && e.curl != nil
	if v.Status == trust.StatusOK && !both || v.Status == trust.StatusFailed && !none {
		t.Errorf("-seed %d -hierarchy %d: the verdict is %+v, git: %v, curl: %v", *seed, e.number, v, e.git, e.curl)
	}
	if v.Finding.Code == "" || v.Finding.Message == "" || (v.Status == trust.StatusOK) != (v.Finding.Code == trust.CodeTrusted) {
		t.Errorf("-seed %d -hierarchy %d: the verdict says nothing: %+v", *seed, e.number, v)
	}
}

func disproved(foretold trust.Verdict, happened error) bool {
	return foretold.Status == trust.StatusOK && happened != nil || foretold.Status == trust.StatusFailed && happened == nil
}
