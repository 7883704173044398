package release

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

// Dropped returns a finding where a runner without a file has lost it: the latest earlier revision that was
// deployed had one. Nil where Helm keeps no such revision, or does not tell. byFilter says that the
// revision went through the post-renderer.
func (h Helm) Dropped(release string, r *audit.Runner, options audit.Options) (lost *trust.Finding, byFilter bool) {
	out, err := h.Output(h.Scoped("history", release, "--output", "json")...)
	var all []struct { // oldest first
		Revision int
		Status   string
	}
	if err != nil || json.Unmarshal(out, &all) != nil || len(all) < 2 {
		return nil, false
	}
	last := len(all) - 1
	before := last - 1
	for before >= 0 && all[before].Status != "superseded" && all[before].Status != "deployed" {
		before--
	}
	if before < 0 {
		return nil, false
	}
	stream, err := h.Output(append(h.Scoped("get", "manifest", release), "--revision", strconv.Itoa(all[before].Revision))...)
	if err != nil {
		return nil, false
	}
	earlier, _ := audit.Run(stream, options) // what cannot be judged tells nothing
	for _, had := range earlier {
		if had.Deployment == r.Deployment && had.Container == r.Container && had.File != "" && had.From != "" {
			return &trust.Finding{Code: advice.CodeFileDropped, Message: fmt.Sprintf("no file: revision %d dropped the file of revision %d", all[last].Revision, all[before].Revision)},
				bytes.Contains(stream, []byte(pod.AddedAnnotation))
		}
	}
	return nil, false
}
