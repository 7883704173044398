package cli

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/spf13/cobra"

	"helm-runnertrust/render"
	"helm-runnertrust/render/manifest"
)

// atOnce is how many releases are looked at at the same time.
const atOnce = 6

// A release is one of `helm list -o json`.
type release struct {
	Name      string `json:"name"`
	Namespace string `json:"namespace"`
}

func (r release) String() string { return r.Namespace + "/" + r.Name }

// releases are those of all namespaces, or of the one that --all-in or --namespace names. It says
// which, since Helm keeps a --namespace to itself.
func (p *program) releases(in input) ([]release, error) {
	where, scope := "all namespaces", []string{"--all-namespaces"}
	if only := in.cluster.namespace; only != "" {
		where, scope = "the namespace "+only, []string{"--namespace", only}
	}
	out, err := p.helm(slices.Concat([]string{"list", "--output", "json", "--max", "0"}, scope, in.cluster.args())...)
	if err != nil {
		return nil, &hinted{what: "cannot list the releases", err: err, hint: helmHint(err, p.clusterHint(in.cluster))}
	}
	var all []release
	if err := json.Unmarshal(out, &all); err != nil {
		return nil, &hinted{what: "cannot read what helm list says", err: err, hint: otherHelm}
	}
	hint := ""
	if meant, _ := p.Env("HELM_NAMESPACE"); in.cluster.namespace == "" && meant != "" && meant != "default" {
		hint = "for those of one namespace: " + throughHelm + " verify " + typed(append([]string{"--all-in", meant}, p.inCluster(in.cluster).args()...)...)
	}
	p.message("note", fmt.Sprintf("%s in %s", count(len(all), "release"), where), hint)
	return all, nil
}

// takeNamespace makes --all-in an --all of one namespace.
func (f *verifyFlags) takeNamespace(cmd *cobra.Command) error {
	switch {
	case !cmd.Flags().Changed("all-in"):
		return nil
	case f.allIn == "":
		return &hinted{what: "--all-in is empty", hint: "name the namespace, or give --all for all of them"}
	case f.input.cluster.namespace != "":
		return &hinted{what: "--all-in and --namespace both name a namespace", hint: "leave --namespace out"}
	}
	f.all, f.input.cluster.namespace = true, f.allIn
	return nil
}

// verifyAll is verify for every release of the cluster, or of a namespace. Those without a runner
// count for nothing; one that cannot be read is an error beside the verdicts on the others.
func (p *program) verifyAll(ctx context.Context, flags verifyFlags) error {
	releases, err := p.releases(flags.input)
	if err != nil {
		return err
	}
	audits := make([]releaseAudit, len(releases))
	progress := p.newProgress(len(releases))
	var working sync.WaitGroup
	turn := make(chan struct{}, atOnce)
	for i, r := range releases {
		working.Add(1)
		go func() {
			defer working.Done()
			turn <- struct{}{}
			audits[i] = p.auditRelease(ctx, r, flags)
			<-turn
			progress.step()
		}()
	}
	working.Wait()
	progress.end()

	var runners []auditedRunner
	var faults []error
	for _, a := range audits {
		runners = append(runners, a.runners...)
		if a.err != nil {
			faults = append(faults, a.err)
		}
	}
	if len(faults) > 0 || len(runners) > 0 {
		return errors.Join(append(faults, p.reportRunners(runners, faults, flags))...)
	}
	return &hinted{what: fmt.Sprintf("none of %d releases has a runner", len(releases)),
		hint: "--deployment NAME finds one of another shape; " + p.typedList(flags.input.cluster) + " shows the releases"}
}

// releaseAudit is what verify says of one release.
type releaseAudit struct {
	runners []auditedRunner
	err     error
}

func (p *program) auditRelease(ctx context.Context, r release, flags verifyFlags) releaseAudit {
	in := flags.input
	in.release, in.cluster.namespace = r.Name, r.Namespace
	stream, err := p.manifest(in)
	if err != nil {
		return releaseAudit{err: err}
	}
	runners, err := p.audit(ctx, stream, in, flags)
	for i := range runners {
		runners[i].release = r.String()
	}
	if none := (*render.Error)(nil); errors.As(err, &none) && none.Code == manifest.NoRunner {
		return releaseAudit{}
	}
	if err != nil {
		err = fmt.Errorf("release %s: %w", r, err)
	}
	return releaseAudit{runners, err}
}

// progress is a line on the terminal that says how far we are; nothing where nobody looks at it,
// and no result when it cannot be written.
type progress struct {
	mutex     sync.Mutex
	p         *program
	done, all int
	shown     bool
}

func (p *program) newProgress(all int) *progress {
	return &progress{p: p, all: all, shown: isTerminal(p.Stderr)}
}

func (g *progress) step() {
	g.mutex.Lock()
	defer g.mutex.Unlock()
	g.done++
	if g.shown {
		_, _ = fmt.Fprintf(g.p.Stderr, "\rrunnertrust: %d of %d releases", g.done, g.all)
	}
}

func (g *progress) end() {
	if g.shown {
		_, _ = fmt.Fprintf(g.p.Stderr, "\r%s\r", strings.Repeat(" ", 60))
	}
}
