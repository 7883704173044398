package e2e

import (
	"errors"
	"fmt"
	"sync"
	"testing"
)

// Fifty releases at once, each with a host and a certificate of its own: each
// gets its own and no other.
func TestParallelInstallsDoNotMix(t *testing.T) {
	const releases, atOnce = 50, 8
	underEachHelm(t, func(t *testing.T, r *release) {
		gitlabs := make([]*gitlab, releases)
		host := func(i int) string { return fmt.Sprintf("gitlab-%d.example.com", i) }
		for i := range gitlabs {
			gitlabs[i] = newGitLab(t, host(i))
		}
		var wait sync.WaitGroup
		failures := make([]error, releases)
		places := make(chan struct{}, atOnce)
		for i := range gitlabs {
			wait.Go(func() {
				places <- struct{}{}
				defer func() { <-places }()
				one := *r
				one.name = fmt.Sprintf("my-%d", i)
				flags := append(filteredWith(gitlabs[i].certFile), "--set", "replicas=0,gitlabUrl=https://"+host(i))
				if _, stderr, err := r.Try(one.args("install", flags)...); err != nil {
					failures[i] = fmt.Errorf("%s: %w: %s", one.name, err, stderr)
				}
			})
		}
		wait.Wait()
		if err := errors.Join(failures...); err != nil {
			t.Fatal(err)
		}
		everything := r.everything(t)
		lookup := func(kind, namespace, name string) (object, error) {
			return everything[fmt.Sprintf("%s %s/%s", kind, namespace, name)], nil
		}
		for i := range gitlabs {
			name := fmt.Sprintf("%s/my-%d-gitlab-runner", r.namespace, i)
			configMap, deployment := everything["ConfigMap "+name+"-certs"], everything["Deployment "+name]
			same(t, "data of "+name, at(configMap, "data"), object{host(i) + ".crt": gitlabs[i].pem})
			connects(t, lookup, deployment, gitlabs[i])
		}
	})
}
