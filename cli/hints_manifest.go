package cli

import (
	"strings"

	"helm-runnertrust/gitlabrunner"
	"helm-runnertrust/render"
	"helm-runnertrust/render/audit"
	"helm-runnertrust/render/manifest"
	"helm-runnertrust/trust"
)

// manifestHints are about manifests, of the filter and of verify.
func manifestHints() map[trust.Code]hint {
	return map[trust.Code]hint{
		manifest.NoRunner:        noRunner,
		manifest.HostUnknown:     only(ofFiles, "give the host with the certificate, --cert=HOST=FILE or --from-secret=HOST=NAME; --via=env needs no host where one certificate is for all"),
		manifest.BadURL:          always("set the chart's gitlabUrl to an address like https://gitlab.example.com"),
		manifest.NoCertificate:   noCertificateHint,
		manifest.TwoSources:      always("leave one of them out, or say which host each is for: HOST=…"),
		manifest.BadReference:    always("write [HOST=]NAME or [HOST=]NAME/KEY"),
		manifest.PrivateKey:      always("name the key with the certificate: NAME/tls.crt or NAME/ca.crt"),
		manifest.KeyMissing:      always("name one of its keys: --from-secret=NAME/KEY or --from-configmap=NAME/KEY"),
		manifest.ObjectEmpty:     nil, // the message says who has to do what
		manifest.SeveralSecrets:  always("say which one: --from-secret=NAME/tls.crt"),
		manifest.NoSecret:        fetchAnd("give the certificate itself with --cert; it comes from: "),
		manifest.SecretElsewhere: fetchAnd("give the certificate itself with --cert; it comes from: "),
		manifest.WayUnknown:      always("leave out --via for the default, certs-dir"),
		manifest.NoTemplate: always("gitlab-runner charts from 0.20 on have it, where runners.config is set; " +
			"--via=env needs no template, and for --jobs set runners.config"),
		manifest.BadTemplate:     always("fix runners.config in the chart's values"),
		manifest.ScriptSet:       always("move the script to runners.config in the chart's values, as pre_build_script of [[runners]]"),
		manifest.ExecutorUnfit:   always("leave out --jobs: jobs of other executors trust what their own machine trusts"),
		manifest.ShellUnfit:      always("leave out --jobs: the images of these jobs have to trust GitLab themselves; for jobs on Linux, set the shell to bash"),
		manifest.SourceServed:    nil, // a note
		render.CertsSecretName:   nil, // a note
		manifest.HostTooLong:     always("give the runner the path of its file instead: --via=env"),
		manifest.BadChartVersion: always("give gitlab-runner's version, X.Y.Z; for the one inside the gitlab chart: helm show chart gitlab/gitlab --version VERSION"),
		manifest.NoVolumes: always("put the certificates into a Secret under the key <host>.crt, " +
			"and name the Secret in certsSecretName, which every version has"),
		manifest.NoExtraObjects:  always("make the ConfigMap outside the chart: add --configmap, which prints it and says what to do next"),
		manifest.CAFileSet:       always("replace it with --via=env, or remove the setting from the chart's values"),
		manifest.MountConflict:   always("remove the mount from the chart's values, or mount elsewhere with --certs-dir"),
		manifest.DirUnknown:      always("name the directory: --certs-dir=/home/gitlab-runner/.gitlab-runner/certs"),
		manifest.ConfigMapTaken:  always("choose another name: --configmap-name=NAME"),
		manifest.RunnerTwice:     always("Kubernetes would keep only one of them: take the other out of the manifests, or give it another name"),
		manifest.TooMuchData:     always("give only the CAs of the server's chain: helm runnertrust fetch HOST --save FILE"),
		manifest.ConfigMapName:   always("choose a name with --configmap-name; where there are several runners, also name one with --deployment"),
		manifest.ContainerChoice: always("add the variable CI_SERVER_URL to the runner's container: without it the container cannot be told from the others"),
		manifest.BadDocument:     nil, // the message names the line, and what is wrong there
		manifest.PlainHTTP:       only(ofFiles, "use an https:// URL, or leave the post-renderer out"),
		manifest.SourceUnused:    always("check the host's spelling against the runner's CI_SERVER_URL"),
		manifest.FileReplaced:    nil, // as it should be
		manifest.ChangedSince:    always("give the chart's own rendering: helm template RELEASE CHART -f VALUES"),
		manifest.TooManyMounts:   always("mount fewer objects: one projected volume can show many of them in one place"),

		audit.CodeFileOK:       nil,
		audit.CodeFileUnknown:  nil, // only the cluster knows it
		audit.CodeFileMissing:  nil, // the message says where
		audit.CodeKeyMissing:   always("remove the volume from the chart's values, or give the object that key"),
		audit.CodeMountTwice:   always("remove one of the mounts from the chart's values"),
		audit.CodeFileInvalid:  nil, // the message is that of the file
		audit.CodeNoFile:       noFile,
		audit.CodeEndsTooEarly: only(ofVerdict, "renew the certificate on the server, then fetch it again"),
	}
}

// noCertificateHint names every way to give one.
func noCertificateHint(t topic) string {
	if server, err := gitlabrunner.ParseServer("https://" + t.host); err == nil && t.misnamed && server.CertFile != "" {
		return "the files of a folder are named <host>.crt: call this host's " + server.CertFile + ", or give the file itself: --cert=FILE"
	}
	return fetchAnd("get the certificate, then pass --cert=FILE: ")(t) +
		"; or name what is in the cluster: --from-secret=NAME/KEY, --from-configmap=NAME/KEY"
}

// noRunner names the way to the names of a release's Deployments, where it is known.
func noRunner(t topic) string {
	const text = "--deployment NAME selects a runner of another shape"
	switch {
	case len(t.deployments) > 0:
		return "the manifests have: --deployment=" + strings.Join(t.deployments, ", --deployment=")
	case t.release == "" && t.occasion == ofManifests:
		return "give what helm template or helm get manifest prints; " + text
	case t.release == "":
		return text + "; --allow-no-runner lets a stream without one pass"
	}
	return "helm get manifest " + t.release + " has the names of its Deployments: " + text
}

func noFile(t topic) string {
	const text = "an upgrade with the post-renderer gives it a file"
	if t.release == "" {
		return "--online tells whether that is enough; " + text
	}
	return "helm runnertrust verify --release " + t.release + " --online tells whether that is enough; " + text
}
