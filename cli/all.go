package cli

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"

	"helm-runnertrust/cli/advice"
	"helm-runnertrust/cli/output"
	"helm-runnertrust/cli/release"
	"helm-runnertrust/render"
	"helm-runnertrust/render/manifest"
	"helm-runnertrust/trust"
)

// maxParallel is how many releases are looked at at the same time.
const maxParallel = 6

// verifyAll verifies every release of the cluster, or of a namespace. Those without a runner
// count for nothing; one that cannot be read is an error beside the verdicts on the others.
func verifyAll(ctx context.Context, p Process, flags verifyFlags) error {
	helm, scope := p.helm(flags.from.cluster), "all namespaces"
	if helm.Namespace != "" {
		scope = "the namespace " + helm.Namespace
	}
	all, err := helm.List()
	if err != nil {
		return err
	}
	p.print.note(trust.Finding{Message: fmt.Sprintf("%s in %s", output.Count(len(all), "release"), scope)})
	results, errs := make([][]runnerResult, len(all)), make([]error, len(all))
	var working sync.WaitGroup
	turn := make(chan struct{}, maxParallel)
	for i, r := range all {
		working.Go(func() {
			turn <- struct{}{}
			defer func() { <-turn }()
			results[i], errs[i] = verifyRelease(ctx, p, r, flags)
		})
	}
	working.Wait()
	runners := slices.Concat(results...)
	faults := slices.DeleteFunc(errs, func(err error) bool { return err == nil })
	if len(faults) > 0 || len(runners) > 0 {
		return errors.Join(append(faults, reportRunners(p, runners, faults, flags))...)
	}
	return &advice.Error{What: fmt.Sprintf("none of %d releases has a runner", len(all)),
		Hint: "--deployment NAME finds one of another shape; " + helm.ListCommand() + " shows the releases"}
}

// verifyRelease judges the runners of one release; there are none where it has none.
func verifyRelease(ctx context.Context, p Process, r release.Release, flags verifyFlags) ([]runnerResult, error) {
	flags.from.release, flags.from.cluster.Namespace = r.Name, r.Namespace
	helm := p.helm(flags.from.cluster)
	stream, err := helm.Manifests(r.Name)
	if err != nil {
		return nil, err
	}
	runners, err := auditStream(ctx, p, stream, flags)
	for i := range runners {
		runners[i].Release = r.String()
	}
	if none, ok := errors.AsType[*render.Error](err); ok && (none.Code == manifest.NoRunner || none.Code == manifest.OtherRunner) {
		return nil, nil
	}
	if err != nil {
		err = advice.Context{Verify: true, Release: helm.Typed(r.Name)}.In(fmt.Errorf("release %s: %w", r, err))
	}
	return runners, err
}
