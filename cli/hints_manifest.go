package cli

import (
	"cmp"

	"helm-runnertrust/render"
	"helm-runnertrust/trust"
)

// manifestHints are about manifests, of the filter and of verify.
func manifestHints() map[trust.Code]hint {
	return map[trust.Code]hint{
		render.NoRunner:        noRunner,
		render.HostUnknown:     only(ofFiles, "give the host with the certificate: --cert=gitlab.example.com=gitlab.crt"),
		render.BadURL:          always("set the chart's gitlabUrl to an address like https://gitlab.example.com"),
		render.NoCertificate:   noCertificate,
		render.CAFileSet:       always("remove the setting from the chart's values, so that the mounted certificate counts"),
		render.MountConflict:   always("remove the mount from the chart's values, or mount elsewhere with --certs-dir"),
		render.DirUnknown:      always("name the directory: --certs-dir=/home/gitlab-runner/.gitlab-runner/certs"),
		render.ConfigMapTaken:  always("choose another name: --configmap-name=NAME"),
		render.RunnerTwice:     always("Kubernetes would keep only one of them: take the other out of the manifests, or give it another name"),
		render.ConfigMapName:   always("choose a name with --configmap-name, and one runner with --deployment"),
		render.ContainerChoice: always("only a container with the variable CI_SERVER_URL can be told from others; add it to the runner's"),
		render.BadDocument:     nil, // the message names the line, and what is wrong there
		render.PlainHTTP:       only(ofFiles, "use an https:// URL, or leave the post-renderer out"),
		render.SourceUnused:    always("check the host's spelling against the runner's CI_SERVER_URL"),
		render.FileReplaced:    nil, // as it should be

		render.CodeFileOK:       nil,
		render.CodeFileUnknown:  nil, // only the cluster knows it
		render.CodeFileMissing:  nil, // the message says where
		render.CodeFileInvalid:  nil, // the message is that of the file
		render.CodeNoFile:       noFile,
		render.CodeEndsTooEarly: only(ofVerdict, "renew the certificate on the server, then fetch it again"),
	}
}

func noCertificate(t topic) string {
	host := cmp.Or(t.host, "HOST")
	return "helm runnertrust fetch " + host + " --save FILE, then add --cert=" + host + "=FILE, or --cert=FILE for every host"
}

// noRunner names the way to the names of a release's Deployments, where it is known.
func noRunner(t topic) string {
	const text = "--deployment NAME selects a runner of another shape; --allow-no-runner lets a stream without one pass"
	if t.release == "" {
		return text
	}
	return "helm get manifest " + t.release + " has the names of its Deployments: --deployment NAME selects a runner of another shape"
}

func noFile(t topic) string {
	const text = "an upgrade with the post-renderer gives it a file"
	if t.release == "" {
		return "--online tells whether that is enough; " + text
	}
	return "helm runnertrust verify --release " + t.release + " --online tells whether that is enough; " + text
}
