package pod

import (
	"slices"
	"strings"

	"helm-runnertrust/gitlabrunner"
	"helm-runnertrust/render/manifest"
)

// otherRunner says what else of a stream has to do with a runner, of this name if there is one, and what to
// do with that; "" for nothing.
func otherRunner(stream *manifest.Stream, name string) string {
	for _, doc := range stream.Documents {
		if !slices.ContainsFunc([]string{"apps.gitlab.com", "gitlab-runner", "gitlabUrl", gitlabrunner.ServerURLVariable},
			func(mark string) bool { return doc.Contains(mark) }) {
			continue
		}
		objects, err := stream.Objects(doc)
		if err != nil {
			continue // it is none that Kubernetes would take
		}
		for _, o := range objects {
			if name != "" && o.Name != name {
				continue
			}
			if what := otherRunnerIn(o, doc.Contains(gitlabrunner.ServerURLVariable)); what != "" {
				return what
			}
		}
	}
	return ""
}

func otherRunnerIn(o *manifest.Object, hasURL bool) string {
	group, _, _ := strings.Cut(manifest.Text(o.Node, "apiVersion"), "/")
	switch {
	case o.Kind == "Runner" && group == "apps.gitlab.com":
		return o.String() + " is for GitLab's operator, which makes the Deployment: name a Secret with the CA in its spec.ca"
	case (o.Kind == "DaemonSet" || o.Kind == "StatefulSet") && hasURL:
		return o.String() + " has " + gitlabrunner.ServerURLVariable + ", and only Deployments are edited: copy its volume and mount from what helm runnertrust values prints"
	case o.Kind == "HelmRelease" || o.Kind == "HelmChart" || o.Kind == "Application":
		return o.String() + " is what a controller renders the chart from: put what helm runnertrust values prints into its values"
	case o.Kind == "" && (manifest.Value(o.Node, "gitlabUrl") != nil || manifest.Value(o.Node, "runners") != nil):
		return "this is a file of the chart's values: render the chart first, with helm template NAME CHART -f FILE"
	}
	return ""
}
