package cli

import (
	"bytes"
	"encoding/json"
	"fmt"
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

// dropped makes a runner without a file one that has lost it, where the latest earlier revision that
// was deployed had one. Where Helm keeps no such revision, or does not tell, nothing is known.
func (l lookup) dropped(r *audit.Runner, options audit.Options) (byFilter bool) {
	if r.Status != trust.StatusUnknown || r.Finding.Code != audit.CodeNoFile {
		return false
	}
	c := l.flags.from.cluster
	args := append(c.namespaceArgs(l.p), c.args()...)
	out, err := helm(l.p, append([]string{"history", l.flags.from.release, "--output", "json"}, args...)...)
	var all []revision
	if err != nil || json.Unmarshal(out, &all) != nil || len(all) < 2 {
		return false
	}
	last := len(all) - 1
	before := last - 1
	for before >= 0 && all[before].Status != "superseded" && all[before].Status != "deployed" {
		before--
	}
	if before < 0 {
		return false
	}
	args = append(args, "--revision", strconv.Itoa(all[before].Revision))
	stream, err := helm(l.p, append([]string{"get", "manifest", l.flags.from.release}, args...)...)
	if err != nil {
		return false
	}
	earlier, _ := audit.Run(stream, options) // what cannot be judged tells nothing
	for _, had := range earlier {
		if had.Deployment == r.Deployment && had.Container == r.Container && had.File != "" && had.From != "" {
			r.Status = trust.StatusFailed
			r.Finding = trust.Finding{Code: advice.CodeFileDropped, Message: fmt.Sprintf("no file: revision %d dropped the file of revision %d", all[last].Revision, all[before].Revision)}
			return bytes.Contains(stream, []byte(pod.AddedAnnotation))
		}
	}
	return false
}
