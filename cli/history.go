package cli

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"

	"helm-runnertrust/cli/advice"
	"helm-runnertrust/render/audit"
	"helm-runnertrust/render/pod"
	"helm-runnertrust/trust"
)

// A revision is one of `helm history -o json`, oldest first.
type revision struct {
	Revision int    `json:"revision"`
	Status   string `json:"status"`
}

// markDropped makes clients without a file ones that have lost it, where the latest earlier revision that
// was deployed had one. Where Helm keeps no such revision, or does not tell, nothing is known.
func (l lookup) markDropped(r *audit.Runner, options audit.Options, clients []clientResult) {
	c := l.flags.from.cluster
	args := append(c.namespaceArgs(l.p), c.args()...)
	out, err := helm(l.p, append([]string{"history", l.flags.from.release, "--output", "json"}, args...)...)
	var all []revision
	if err != nil || json.Unmarshal(out, &all) != nil || len(all) < 2 {
		return
	}
	last := len(all) - 1
	before := last - 1
	for before >= 0 && all[before].Status != "superseded" && all[before].Status != "deployed" {
		before--
	}
	if before < 0 {
		return
	}
	args = append(args, "--revision", strconv.Itoa(all[before].Revision))
	stream, err := helm(l.p, append([]string{"get", "manifest", l.flags.from.release}, args...)...)
	if err != nil {
		return
	}
	earlier, _ := audit.Run(stream, options) // what cannot be judged tells nothing
	had := slices.ContainsFunc(earlier, func(had audit.Runner) bool {
		return had.Deployment == r.Deployment && had.Container == r.Container && had.File != "" && had.From != ""
	})
	context := advice.Context{Check: advice.OfManifests, Filtered: bytes.Contains(stream, []byte(pod.AddedAnnotation))}
	for i := range clients {
		if had && clients[i].Finding.Code == audit.CodeNoFile {
			clients[i].verdict = newVerdict(context, trust.Failed(trust.Finding{Code: advice.CodeFileDropped,
				Message: fmt.Sprintf("no file: revision %d dropped the file of revision %d", all[last].Revision, all[before].Revision)}))
		}
	}
}
