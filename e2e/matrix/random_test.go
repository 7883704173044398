package matrix

import (
	"crypto/tls"
	"flag"
	"fmt"
	"sync"
	"testing"
	"time"

	"helm-runnertrust/trust"
	"helm-runnertrust/trust/gitclient"
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
	verdict   trust.Verdict
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
	text := e.fileText()
	sent, err := trust.NewBundle("ca.crt", e.sends)
	if err != nil {
		t.Fatal(err)
	}
	e.verdict = gitclient.Judge(e.host, e.sends, sent.InFile(append([]byte{}, text...)), e.now)
	server := trusttest.StartTLS("127.0.0.1:0", &tls.Config{MaxVersion: e.version}, e.chain[0], e.sends[1:]...)
	defer server.Close()
	v := newVisit(t, trusttest.Scenario{Host: e.host, Port: server.Port(), Addr: server.Addr, Sends: e.sends})
	file := v.path("ca.crt")
	writeFile(t, file, text)
	e.git, e.curl = v.git(t, file), v.curl(t, file)
}

// check fails the test for anything foretold that did not happen, and for a
// hierarchy as people have them of which nothing is foretold though both connect.
func (e *encounter) check(t *testing.T) {
	t.Helper()
	v := e.verdict
	both, none := e.git == nil && e.curl == nil, e.git != nil && e.curl != nil
	if v.Status == trust.StatusOK && !both || v.Status == trust.StatusFailed && !none || e.ordinary && both && v.Finding.Code == trust.CodeUndecided {
		t.Errorf("-seed %d -hierarchy %d: %s\n  the verdict is %+v\n  git:  %v\n  curl: %v", *seed, e.number, e.hierarchy, v, e.git, e.curl)
	}
	if v.Finding.Code == "" || v.Finding.Message == "" || (v.Status == trust.StatusOK) != (v.Finding.Code == trust.CodeTrusted) {
		t.Errorf("-seed %d -hierarchy %d: the verdict says nothing: %+v", *seed, e.number, v)
	}
}
