// Package gitlabrunner has the rules of gitlab-runner itself: how it names its server, which file and
// folder it looks into, and what it reads there. They are read from its source at v16.2.0 and v19.3.0,
// and seen in real pods; nothing else in the project repeats them. What Kubernetes and the chart add
// belongs in package render.
package gitlabrunner
