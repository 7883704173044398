package cli

import (
	"strings"

	"helm-runnertrust/gitlabrunner"
	"helm-runnertrust/render"
	"helm-runnertrust/trust"
)

// manifestHints are about manifests, of the filter and of verify.
func manifestHints() map[trust.Code]hint {
	return map[trust.Code]hint{
		render.NoRunner:        noRunner,
		render.HostUnknown:     only(ofFiles, "give the host with the certificate, --cert=HOST=FILE or --from-secret=HOST=NAME; --via=env needs no host where one certificate is for all"),
		render.BadURL:          always("set the chart's gitlabUrl to an address like https://gitlab.example.com"),
		render.NoCertificate:   noCertificateHint,
		render.TwoSources:      always("leave one of them out, or say which host each is for: HOST=…"),
		render.BadReference:    always("write [HOST=]NAME or [HOST=]NAME/KEY"),
		render.PrivateKey:      always("name the key with the certificate: NAME/tls.crt or NAME/ca.crt"),
		render.KeyMissing:      always("name one of its keys: --from-secret=NAME/KEY or --from-configmap=NAME/KEY"),
		render.ObjectEmpty:     nil, // the message says who has to do what
		render.SeveralSecrets:  always("say which one: --from-secret=NAME/tls.crt"),
		render.NoSecret:        fetchAnd("give the certificate itself with --cert; it comes from: "),
		render.SecretElsewhere: fetchAnd("give the certificate itself with --cert; it comes from: "),
		render.WayUnknown:      always("leave out --via for the default, certs-dir"),
		render.NoTemplate: always("gitlab-runner charts from 0.20 on have it, where runners.config is set; " +
			"--via=env needs no template, and for --jobs set runners.config"),
		render.BadTemplate:     always("fix runners.config in the chart's values"),
		render.ScriptSet:       always("move the script to runners.config in the chart's values, as pre_build_script of [[runners]]"),
		render.ExecutorUnfit:   always("leave out --jobs: jobs of other executors trust what their own machine trusts"),
		render.ShellUnfit:      always("leave out --jobs: the images of these jobs have to trust GitLab themselves; for jobs on Linux, set the shell to bash"),
		render.SourceServed:    nil, // a note
		render.CertsSecretName: nil, // a note
		render.HostTooLong:     always("give the runner the path of its file instead: --via=env"),
		render.BadChartVersion: always("give gitlab-runner's version, X.Y.Z; for the one inside the gitlab chart: helm show chart gitlab/gitlab --version VERSION"),
		render.NoVolumes: always("put the certificates into a Secret under the key <host>.crt, " +
			"and name the Secret in certsSecretName, which every version has"),
		render.NoExtraObjects:  always("make the ConfigMap outside the chart: add --configmap, which prints it and says what to do next"),
		render.CAFileSet:       always("replace it with --via=env, or remove the setting from the chart's values"),
		render.MountConflict:   always("remove the mount from the chart's values, or mount elsewhere with --certs-dir"),
		render.DirUnknown:      always("name the directory: --certs-dir=/home/gitlab-runner/.gitlab-runner/certs"),
		render.ConfigMapTaken:  always("choose another name: --configmap-name=NAME"),
		render.RunnerTwice:     always("Kubernetes would keep only one of them: take the other out of the manifests, or give it another name"),
		render.TooMuchData:     always("give only the CAs of the server's chain: helm runnertrust fetch HOST --save FILE"),
		render.ConfigMapName:   always("choose a name with --configmap-name; where there are several runners, also name one with --deployment"),
		render.ContainerChoice: always("add the variable CI_SERVER_URL to the runner's container: without it the container cannot be told from the others"),
		render.BadDocument:     nil, // the message names the line, and what is wrong there
		render.PlainHTTP:       only(ofFiles, "use an https:// URL, or leave the post-renderer out"),
		render.SourceUnused:    always("check the host's spelling against the runner's CI_SERVER_URL"),
		render.FileReplaced:    nil, // as it should be

		render.CodeFileOK:       nil,
		render.CodeFileUnknown:  nil, // only the cluster knows it
		render.CodeFileMissing:  nil, // the message says where
		render.CodeKeyMissing:   always("remove the volume from the chart's values, or give the object that key"),
		render.CodeMountTwice:   always("remove one of the mounts from the chart's values"),
		render.CodeFileInvalid:  nil, // the message is that of the file
		render.CodeNoFile:       noFile,
		render.CodeEndsTooEarly: only(ofVerdict, "renew the certificate on the server, then fetch it again"),
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
