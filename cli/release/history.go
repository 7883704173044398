package release

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strconv"
	"sync"

	"helm-runnertrust/cli/advice"
	"helm-runnertrust/render/audit"
	"helm-runnertrust/render/pod"
	"helm-runnertrust/trust"
)

// Dropped returns what says of a runner without a file whether it has lost it: the latest earlier revision
// that was deployed had one. The finding is nil where Helm keeps no such revision, or does not tell; the
// context of its hint names that revision. Helm is asked at the first call.
func (h Helm) Dropped(release string, options audit.Options) func(*audit.Runner) (*trust.Finding, advice.Context) {
	read := sync.OnceValue(func() earlier { return h.earlier(release, options) })
	return func(r *audit.Runner) (*trust.Finding, advice.Context) {
		before := read()
		for _, had := range before.runners {
			if had.Deployment == r.Deployment && had.Container == r.Container && had.File != "" && had.From != "" {
				return &trust.Finding{Code: advice.CodeFileDropped, Message: fmt.Sprintf("no file: revision %d dropped the file of revision %d", before.last, before.number)},
					advice.Context{Check: advice.OfManifests, Filtered: before.byFilter, Release: h.Typed(release) + " --revision " + strconv.Itoa(before.number)}
			}
		}
		return nil, advice.Context{}
	}
}

// An earlier revision of a release is the latest that was deployed before the last one.
type earlier struct {
	runners      []audit.Runner
	number, last int
	byFilter     bool
}

// earlier asks Helm for it; without runners where there is none.
func (h Helm) earlier(release string, options audit.Options) (e earlier) {
	out, err := h.Output(h.Scoped("history", release, "--output", "json")...)
	var all []struct { // oldest first
		Revision int
		Status   string
	}
	if err != nil || json.Unmarshal(out, &all) != nil {
		return e
	}
	at := len(all) - 2
	for at >= 0 && all[at].Status != "superseded" && all[at].Status != "deployed" {
		at--
	}
	if at < 0 {
		return e
	}
	stream, err := h.Output(append(h.Scoped("get", "manifest", release), "--revision", strconv.Itoa(all[at].Revision))...)
	if err != nil {
		return e
	}
	e = earlier{number: all[at].Revision, last: all[len(all)-1].Revision, byFilter: bytes.Contains(stream, []byte(pod.AddedAnnotation))}
	e.runners, _ = audit.Run(stream, options) // what cannot be judged tells nothing
	return e
}
