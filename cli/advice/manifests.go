package advice

import (
	"cmp"
	"strings"

	"helm-runnertrust/render/audit"
	"helm-runnertrust/render/manifest"
	"helm-runnertrust/render/pod"
	"helm-runnertrust/trust"
)

// manifestHints has the hints about runners in manifests, the ways of their certificates, and the verdicts of verify.
var manifestHints = map[trust.Code]hint{
	// The runner in the manifests, and where its certificates come from.
	manifest.NoRunner:        noRunner,
	manifest.HostUnknown:     only(OfFiles, "give the host with the certificate, --cert=HOST=FILE or --from-secret=HOST=NAME; --via=env needs no host where one certificate is for all"),
	manifest.BadURL:          always("set the chart's gitlabUrl to an address like https://gitlab.example.com"),
	manifest.NoCertificate:   noCertificateHint,
	manifest.TwoSources:      always("leave one of them out, or say which host each is for: HOST=…"),
	manifest.BadReference:    always("write [HOST=]NAME or [HOST=]NAME/KEY, of an object in the runner's namespace"),
	manifest.PrivateKey:      always("name the key with the certificate: NAME/tls.crt or NAME/ca.crt"),
	manifest.KeyMissing:      always("name one of its keys: --from-secret=NAME/KEY or --from-configmap=NAME/KEY"),
	manifest.SeveralSecrets:  always("say which one: --from-secret=NAME/tls.crt"),
	manifest.NoSecret:        fetchAnd("have it name the Secret, in the chart's values, or give the certificate itself with --cert; it comes from: "),
	manifest.SecretElsewhere: fetchAnd("give the certificate itself with --cert; it comes from: "),

	// The ways that the runner finds its file, and the objects that are added.
	manifest.WayUnknown:      always("leave out --via for the default, certs-dir"),
	manifest.NoTemplate:      always("gitlab-runner charts from 0.20 on have it, where runners.config is set; --via=env needs no template, and for --jobs set runners.config"),
	manifest.BadTemplate:     always("fix what is named, in the chart's values (runners.config); where a ConfigMap is not in the manifests, give all that the chart renders"),
	manifest.ScriptSet:       always("move the script to runners.config in the chart's values, as pre_build_script of [[runners]]"),
	manifest.ExecutorUnfit:   always("leave out --jobs: jobs of other executors trust what their own machine trusts"),
	manifest.ShellUnfit:      always("leave out --jobs: the images of these jobs have to trust GitLab themselves; for jobs on Linux, set the shell to bash"),
	manifest.HostTooLong:     always("give the runner the path of its file instead: --via=env"),
	manifest.BadChartVersion: always("give gitlab-runner's version, X.Y.Z; for the one inside the gitlab chart: helm show chart gitlab/gitlab --version VERSION"),
	manifest.ChangedSince:    always("give the chart's own rendering: helm template RELEASE CHART -f VALUES"),
	manifest.TooManyMounts:   always("mount fewer objects: one projected volume can show many of them in one place"),
	manifest.NoVolumes:       always("put the certificates into a Secret under the key <host>.crt, and name the Secret in certsSecretName, which every version has"),
	manifest.NoExtraObjects:  always("make the ConfigMap outside the chart: add --configmap, which prints it and says what to do next"),
	manifest.NoConfigMap:     always("leave --configmap out: an object that is there needs no ConfigMap; or give certificates for this host with --cert"),
	manifest.CAFileSet:       always("replace it with --via=env, or remove the setting from the chart's values"),
	manifest.MountConflict:   always("have the runner read a file elsewhere with --via=env, or remove the mount from the chart's values"),
	manifest.DirUnknown:      always("name the directory: --certs-dir=/home/gitlab-runner/.gitlab-runner/certs"),
	manifest.ConfigMapTaken:  always("choose another name: --configmap-name=NAME"),
	manifest.RunnerTwice:     always("Kubernetes would keep only one of them: take the other out of the manifests, or give it another name"),
	manifest.TooMuchData:     always("give only the CAs of the server's chain: helm runnertrust fetch HOST --save FILE"),
	manifest.ConfigMapName:   always("choose a name with --configmap-name; where there are several runners, also name one with --deployment"),
	manifest.ContainerChoice: always("add the variable CI_SERVER_URL to the runner's container: without it the container cannot be told from the others"),

	// What does not keep the filter from its work.
	manifest.PlainHTTP:      only(OfFiles, "set the chart's gitlabUrl to the https:// URL where GitLab has one"),
	manifest.CloneHost:      cloneHint,
	manifest.CheckOff:       always("remove it from the chart's values: with the file it is not needed"),
	manifest.CertDirSet:     always("write its value into the chart's values, or leave out the certificate of the further host"),
	manifest.JobFileTaken:   always("take that volume out of the chart's runners.config, or leave --jobs out"),
	manifest.TemplateShared: always("give both runners the same certificates, or each a ConfigMap with its config.template.toml"),
	manifest.JobNamespace:   always("have jobs run in the runner's namespace for sure: change or remove in the chart's values what the message names"),
	manifest.JobVolume:      always("take the volume that is named out of the chart's runners.config; where it is about a name: --configmap-name=NAME"),
	manifest.UserUnknown:    always("--via=env works for any user; or set podSecurityContext.runAsUser in the chart's values"),
	manifest.DirElsewhere:   always("leave --certs-dir out, or have the runner read the file wherever it is: --via=env"),
	manifest.ClusterCA:      fetchAnd("get GitLab's CA from its server: "),

	// The verdicts of verify on manifests.
	audit.CodeFileUnknown: fromCluster,
	pod.CodeKeyMissing:    always("remove the volume or the variable from the chart's values, or give the object that key"),
	pod.CodeNeverStarts:   always("correct volumes, volumeMounts and securityContext in the chart's values"),
	audit.CodeUnreadable:  always("leave the mode out, or give the pod an fsGroup: podSecurityContext.fsGroup in the chart's values"),
	audit.CodeCacheUnknown: in(OfHandshake, "the jobs' logs show whether there is a cache: its name may be one that only the cluster knows",
		always("the jobs' logs show whether that is enough, and --online does where the cache can be reached from; if it is not: --jobs and --cert=HOST=FILE of the post-renderer")),
	audit.CodeCacheFailed:  always("upgrade with the post-renderer's --jobs; for a cache with another CA than GitLab's, also: --cert=HOST=FILE"),
	audit.CodeStoreUnknown: always("an upgrade with the post-renderer gives the runner a file, which works whatever its image trusts"),
	audit.CodeProxied:      always("look from the pod: kubectl exec -it deploy/NAME -- curl -v https://HOST; or exempt GitLab's host with NO_PROXY"),
	audit.CodeMountTwice:   always("remove one of the mounts from the chart's values"),
	audit.CodeNoFile:       noFile,
	CodeFileDropped:        dropped,
	audit.CodeEndsTooEarly: only(OfHandshake, "renew the certificate on the server, then fetch it again"),
}

// noCertificateHint names every way to give one.
func noCertificateHint(c Context) string {
	return fetchAnd("get the certificate, then pass --cert=FILE: ")(c) +
		"; or name what is in the cluster: --from-secret=NAME/KEY, --from-configmap=NAME/KEY"
}

// cloneHint names the sources that can be joined in one file.
func cloneHint(c Context) string {
	return only(OfFiles, "give the CAs of both hosts as files, which join in one: --cert=FILE --cert="+Quote(cmp.Or(c.Host, "HOST")+"=FILE"))(c)
}

// noRunner names the way to the names of a release's Deployments, where it is known.
func noRunner(c Context) string {
	const text = "--deployment NAME selects a runner of another shape"
	switch {
	case len(c.Deployments) > 0:
		return "the manifests have: --deployment=" + strings.Join(c.Deployments, ", --deployment=")
	case c.Release == "" && c.Check == OfManifests:
		return "give what helm template or helm get manifest prints; " + text
	case c.Release == "":
		return text + "; --allow-no-runner lets a stream without one pass"
	}
	return "helm get manifest " + c.Release + " has the names of its Deployments: " + text
}

func dropped(c Context) string {
	if c.Filtered {
		return "upgrade again, and name the post-renderer: --post-renderer helm-runnertrust, with the flags of the earlier upgrade"
	}
	return "upgrade again with the values of the earlier revision: helm get values " + cmp.Or(c.Release, "RELEASE --revision REVISION") + " --output yaml"
}

// fromCluster adds the object to the manifests, for whoever may read it.
func fromCluster(c Context) string {
	if c.Object == "" && c.Keys != "" {
		return "its keys: " + c.Keys
	} else if c.Object == "" {
		return ""
	}
	return "{ helm get manifest " + c.Release + "; echo ---; kubectl get " + c.Object + " --output yaml; } | " + Program + " verify -f -"
}

func noFile(c Context) string {
	const text = "an upgrade with the post-renderer gives it a file; "
	if c.Release == "" {
		return text + "--online shows whether it needs one"
	}
	return text + "to see whether it needs one: " + Program + " verify --release " + c.Release + " --online"
}
