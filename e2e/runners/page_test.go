package runners

import (
	"cmp"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
)

// A report is what happened to all runners.
type report struct {
	accepted, exact         int
	read, unread, unreadNow int
	refused                 int
	pairs                   map[[2]string]int // verdict, and what the runner does
	reasons                 map[string]int
}

var (
	quoted    = regexp.MustCompile(`"[^"]*"|/[^ :,]*|\d+`)
	errorLine = regexp.MustCompile(`(?m)^runnertrust: error: (.*)$`)
)

// refuse counts why something is refused, whatever the names in it.
func (r *report) refuse(stderr string) {
	r.refused++
	found := errorLine.FindStringSubmatch(stderr)
	_, why, _ := strings.Cut(found[1], ": ")
	r.reasons["refused: "+quoted.ReplaceAllString(cmp.Or(why, found[1]), "…")]++
}

func (r *report) page(seed uint64, count int) string {
	var b strings.Builder
	fmt.Fprintf(&b, `# Random runners

How often the filter and `+"`verify`"+` are right about runners that nobody would write: %d of them, made from the
seed %d by a grammar of YAML's styles, of volumes, mounts, users, variables and objects. Half of them may have
what no API server takes. What the filter does is compared with the same edit of plain objects; what `+"`verify`"+`
says, with the file that the runner opens in a pod that a model of the kubelet lays out. `+"`make e2e`"+` tries 500
new ones. `+"`make runners`"+` wrote this file, and fails if one is wrong.

| the filter | runners |
|---|--:|
| refused | %d |
| accepted | %d |
| … compared object by object with the plain edit | %d |
| … the runner opens the certificate | %d |
| … it does not, and the filter warned, or no pod started before either | %d |
| … it does not, for another reason | %d |

| verify | the runner reads a certificate | it does not |
|---|--:|--:|
`, count, seed, r.refused, r.accepted, r.exact, r.read, r.unread, r.unreadNow)
	for _, status := range []string{"ok", "unknown", "failed", "refused"} {
		fmt.Fprintf(&b, "| %s | %d | %d |\n", status, r.pairs[[2]string{status, "reads it"}], r.pairs[[2]string{status, "does not"}])
	}
	b.WriteString("\n| the reasons | times |\n|---|--:|\n")
	for _, reason := range slices.SortedFunc(maps.Keys(r.reasons), func(x, y string) int {
		return cmp.Or(cmp.Compare(r.reasons[y], r.reasons[x]), cmp.Compare(x, y))
	}) {
		fmt.Fprintf(&b, "| %s | %d |\n", strings.ReplaceAll(reason, "|", `\|`), r.reasons[reason])
	}
	return b.String()
}
