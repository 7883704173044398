package advice

import (
	"cmp"
	"strings"

	"helm-runnertrust/gitlabrunner"
	"helm-runnertrust/render/audit"
	"helm-runnertrust/render/manifest"
	"helm-runnertrust/render/pod"
	"helm-runnertrust/trust"
)

// manifestEntries has the entries about runners in manifests, the ways of their certificates, and the verdicts of verify.
var manifestEntries = map[trust.Code]Entry{
	// The runner in the manifests, and where its certificates come from.
	manifest.NoRunner: {"no Deployment with a container that has the variable CI_SERVER_URL|no Deployment with the name …", "a chart without a runner (`gitlab-runner.install=false`), or a modified chart",
		noRunner},
	manifest.OtherRunner: {"is for GitLab's operator, which makes the Deployment|and only Deployments are edited|is what a controller renders the chart from|this is a file of the chart's values", "a runner that comes another way than by the chart's Deployment; the message says what to do", nil},
	manifest.HostUnknown: {"its value is not in the manifest, and nothing else tells the host", "CI_SERVER_URL is empty, or comes from a Secret",
		only(OfFiles, "give the host with the certificate, --cert=HOST=FILE or --from-secret=HOST=NAME; --via=env needs no host where one certificate is for all")},
	manifest.BadURL: {"is not an http or https URL|is not a URL|has no host", "the runner would refuse this CI_SERVER_URL",
		always("set the chart's gitlabUrl to an address like https://gitlab.example.com")},
	manifest.NoCertificate: {"there is no certificate for the host …|and no Ingress or Gateway of the stream names a Secret for it", "there is no `--cert` and no other source, or only for other hosts",
		noCertificateHint},
	manifest.TwoSources: {"and a runner reads one file|is to come from", "two certificates for one runner",
		always("leave one of them out, or say which host each is for: HOST=…")},
	manifest.BadReference: {"cannot name a …: it takes at most 253 of|cannot be a key of a …|it looks like NAMESPACE/NAME, and a pod mounts only what its own namespace has", "from `--from-secret` or `--from-configmap`",
		always("write [HOST=]NAME or [HOST=]NAME/KEY")},
	manifest.PrivateKey: {"of a Secret is a private key, which no pod may have", "the key that is named, such as `tls.key`, is not the certificate",
		always("name the key with the certificate: NAME/tls.crt or NAME/ca.crt")},
	manifest.KeyMissing: {"it has no key …, only: …", "the object is in the manifests, without that key",
		always("name one of its keys: --from-secret=NAME/KEY or --from-configmap=NAME/KEY")},
	manifest.ObjectEmpty:    {"it is empty in the manifests: its owner has to fill it", "normal for trust-manager's ConfigMaps; check that their owner fills them", nil},
	manifest.SeveralSecrets: {"the stream names several Secrets for …", "two Ingresses have this host", always("say which one: --from-secret=NAME/tls.crt")},
	manifest.NoSecret: {"it names no Secret for …, so its controller answers with a certificate that the stream does not tell", "the Ingress uses the controller's default certificate, or passes TLS through",
		fetchAnd("give the certificate itself with --cert; it comes from: ")},
	manifest.SecretElsewhere: {"a pod mounts only what its own namespace has", "the Ingress is in another namespace",
		fetchAnd("give the certificate itself with --cert; it comes from: ")},

	// The ways that the runner finds its file, and the objects that are added.
	manifest.WayUnknown: {"is none of the ways", "from `--via`", always("leave out --via for the default, certs-dir")},
	manifest.NoTemplate: {"none of the ConfigMaps of the stream that the pod mounts has a config.template.toml", "`--via=config` or `--jobs` with an old chart, or without `runners.config`",
		always("gitlab-runner charts from 0.20 on have it, where runners.config is set; " +
			"--via=env needs no template, and for --jobs set runners.config")},
	manifest.BadTemplate: {"the runner needs exactly one|it is immutable, so …", "`config.template.toml` cannot be edited",
		always("fix runners.config in the chart's values")},
	manifest.ScriptSet: {"it is set, and wins over the script in config.template.toml", "RUNNER_PRE_BUILD_SCRIPT is set, so the script of `--jobs` would not run",
		always("move the script to runners.config in the chart's values, as pre_build_script of [[runners]]")},
	manifest.ExecutorUnfit: {`and the script is for "kubernetes"`, "`--jobs` does not work with other executors",
		always("leave out --jobs: jobs of other executors trust what their own machine trusts")},
	manifest.ShellUnfit: {"and the script is for POSIX shells", "`--jobs` does not work with PowerShell",
		always("leave out --jobs: the images of these jobs have to trust GitLab themselves; for jobs on Linux, set the shell to bash")},
	manifest.SourceServed:    {"the certificate is …, which … names for …", "a note on where the certificate comes from without `--cert`; nothing to do", nil},
	manifest.CertsSecretName: {"certsSecretName: …", "a note from `values`: the chart's own value does the same; nothing to do", nil},
	manifest.HostTooLong:     {"is too long for the name of the runner's file", "from `values --host`", always("give the runner the path of its file instead: --via=env")},
	manifest.BadChartVersion: {"the chart version … is not X.Y.Z|is not one of gitlab-runner, but of the gitlab chart around it", "from `values --chart-version`",
		always("give gitlab-runner's version, X.Y.Z; for the one inside the gitlab chart: helm show chart gitlab/gitlab --version VERSION")},
	manifest.ChangedSince: {"an earlier run added the … and it is not there as it was added", "the manifests went through this filter before, and were changed by hand since",
		always("give the chart's own rendering: helm template RELEASE CHART -f VALUES")},
	manifest.TooManyMounts: {"its pod has … mounts, more than …", "no chart renders such a pod",
		always("mount fewer objects: one projected volume can show many of them in one place")},
	manifest.NoVolumes: {"of the gitlab-runner chart does not have the value volumes, which came with …", "from `values`, for an old chart",
		always("put the certificates into a Secret under the key <host>.crt, " +
			"and name the Secret in certsSecretName, which every version has")},
	manifest.NoExtraObjects: {"of the gitlab-runner chart does not have the value extraObjects, which came with …", "from `values`, for an old chart",
		always("make the ConfigMap outside the chart: add --configmap, which prints it and says what to do next")},
	manifest.NoConfigMap: {"so there is nothing for a ConfigMap", "from `values --configmap`: an object holds the certificates already",
		always("leave --configmap out: an object that is there needs no ConfigMap; or give certificates for this host with --cert")},
	manifest.CAFileSet: {"so the runner would look for no other file", "CI_SERVER_TLS_CA_FILE or tls-ca-file is set already",
		always("replace it with --via=env, or remove the setting from the chart's values")},
	manifest.MountConflict: {"is a second one at the certs directory|so nothing can be added to it|is read-only, and the certs directory … is inside of it", "something is already mounted there",
		always("have the runner read a file elsewhere with --via=env, or remove the mount from the chart's values")},
	manifest.DirUnknown: {"would hide the whole image|is not an absolute path|has a colon, which a mount cannot have", "the value of `--certs-dir` or HOME cannot be used",
		always("name the directory: --certs-dir=/home/gitlab-runner/.gitlab-runner/certs")},
	manifest.ConfigMapTaken: {"another ConfigMap of this name is in the stream", "the chart has a ConfigMap of that name",
		always("choose another name: --configmap-name=NAME")},
	manifest.RunnerTwice: {"the Deployment is there twice", "for instance, two renderings were joined",
		always("Kubernetes would keep only one of them: take the other out of the manifests, or give it another name")},
	manifest.TooMuchData: {"bytes of certificates, more than the …", "all files together are too large",
		always("give only the CAs of the server's chain: helm runnertrust fetch HOST --save FILE")},
	manifest.ConfigMapName: {"is for one ConfigMap, and the stream has …|cannot name a ConfigMap", "from `--configmap-name`",
		always("choose a name with --configmap-name; where there are several runners, also name one with --deployment")},
	manifest.ContainerChoice: {"containers has the variable", "the Deployment has several containers, and none has that variable",
		always("add the variable CI_SERVER_URL to the runner's container: without it the container cannot be told from the others")},
	manifest.BadDocument: {"did not find expected|duplicate key …, first on line …|it is not a list", "not YAML, or not valid for Kubernetes; correct it at the document, file and line that the message names", nil},

	// What does not keep the filter from its work.
	manifest.PlainHTTP: {"is an http:// URL, so the runner checks no certificate|is an http:// URL that does not lead to https|is an http:// URL, so the manifests do not tell", "jobs may clone over https all the same: from clone_url, or where the server redirects; `--online` follows it",
		only(OfFiles, "set the chart's gitlabUrl to the https:// URL where GitLab has one")},
	manifest.SourceUnused: {"no runner connects to … by its settings", "a note: the runner trusts that host besides, through SSL_CERT_DIR (the job router, for instance); check the host's spelling", nil},
	manifest.CloneHost: {"and reads the file for its CI_SERVER_URL only", "clone_url has another host than CI_SERVER_URL",
		only(OfFiles, "give the CAs of that host too: --cert=HOST=FILE, which joins the file; nothing to do where its CA is public")},
	manifest.CacheHost: {"which jobs do not trust without --jobs|has a certificate that is not known: …", "a note: the client of the cache reads no file of the runner; jobs go on without their cache", nil},
	manifest.CheckOff: {"turns off the check of certificates: no file makes that safe", "left from the time before the certificate was trusted",
		only(OfFiles, "remove it from the chart's values: with the file it is not needed")},
	manifest.CertDirSet: {"the env of the container has no list of directories for it", "SSL_CERT_DIR comes from another object, and there is a certificate for a further host",
		always("write its value into the chart's values, or leave out the certificate of the further host")},
	manifest.JobFileTaken: {"already, which is not what --jobs mounts there", "a volume was put into the template by hand, at the path of the file that `--jobs` mounts",
		always("take that volume out of the chart's runners.config, or leave --jobs out")},
	manifest.TemplateShared: {"have one template, in …, and their certificates differ", "two runners mount one ConfigMap, and `--jobs` would give the certificates of one to the jobs of both",
		always("give both runners the same certificates, or each a ConfigMap with its config.template.toml")},
	manifest.JobVolume: {"its job pods cannot mount …", "`--jobs` adds only the script then: the jobs' cache, services and after_script are not reached",
		always("set the runner's namespace as namespace of [runners.kubernetes]; for the name: --configmap-name=NAME")},
	manifest.JobObject: {"no job starts before … is there, which its pod mounts", "a note: `--jobs` mounts it, and Kubernetes waits until it exists; nothing to do then", nil},
	manifest.UserUnknown: {"its user is that of the image", "neither runAsUser nor runAsNonRoot: true is set, and the directory depends on the user",
		always("--via=env works for any user; or set podSecurityContext.runAsUser in the chart's values")},
	manifest.DirElsewhere: {"the runner looks into …, and not into …", "`--certs-dir` names another directory than the runner's",
		always("leave --certs-dir out, or have the runner read the file wherever it is: --via=env")},
	manifest.ClusterCA: {"holds the CA of the cluster's API server, which is hardly GitLab's", "from `--from-configmap=kube-root-ca.crt`",
		fetchAnd("get GitLab's CA from its server: ")},
	manifest.FileReplaced: {"the new one takes its place", "an older volume has the file too; nothing to do", nil},
	manifest.Rewritten:    {"it is written anew as a whole", "a note: the objects are the same, but a diff shows more lines than were added; charts print block style, which keeps its lines", nil},

	// The verdicts of verify on manifests.
	audit.CodeFileOK: {"the file holds a CA or the server's own certificate, valid now", "it works; nothing to do", nil},
	audit.CodeFileUnknown: {"is not in the manifests|the file would have to be in the image|is a Helm hook, which need not be there|says which one the release has|is filled by the container …|depends on the image|envFrom may set …", "mostly because it is in a Secret of the cluster; `verify --release` reads it with kubectl; `--online` may tell more",
		fromCluster},
	audit.CodeFileMissing: {"has no file …|the mount at its place names no volume of the pod", "the runner's file does not exist: upgrade with the post-renderer", nil},
	pod.CodeKeyMissing: {"no pod of it starts: the volume … shows the key … of …, which does not have it", "a volume is left over from an earlier run or a manual edit",
		always("remove the volume from the chart's values, or give the object that key")},
	pod.CodeNeverStarts: {"names no volume of the pod|two volumes have the name …|has two items with the path …|has two mounts at …|is inside of …, which is read-only and does not have its folder", "the API server refuses the pod, or its containers cannot be made",
		always("correct volumes and volumeMounts in the chart's values")},
	audit.CodeUnreadable: {"is shown with the mode … as root's file, in a pod without fsGroup", "defaultMode of the volume, or mode of its item, keeps the runner's user out",
		always("leave the mode out, or give the pod an fsGroup: podSecurityContext.fsGroup in the chart's values")},
	audit.CodeCacheUnknown: {"so it trusts the public CAs only|and its server's CA is not in the manifests", "the client of the cache reads no file of the runner; jobs go on without their cache",
		always("the jobs' logs show whether that is enough, and --online does where the cache can be reached from; if it is not: --jobs and --cert=HOST=FILE of the post-renderer")},
	audit.CodeCacheFailed: {"no file of --jobs is mounted in the job pods", "the jobs go on without their cache: the helper container does not trust its server",
		always("upgrade with the post-renderer's --jobs; for a cache with another CA than GitLab's, also: --cert=HOST=FILE")},
	audit.CodeStoreUnknown: {"the server's CA would have to be in the …'s own store: …", "from `--online`: the image is none of GitLab Runner's, or the manifests give it other certificates",
		always("an upgrade with the post-renderer gives the runner a file, which works whatever its image trusts")},
	audit.CodeProxied: {"the runner connects through the proxy of its HTTPS_PROXY, and this check did not", "a proxy that opens TLS connections shows a certificate of its company",
		always("look from the pod: kubectl exec -it deploy/NAME -- curl -v https://HOST; or exempt GitLab's host with NO_PROXY")},
	audit.CodeMountTwice:  {"two volumes are mounted at its directory", "one of them hides the other", always("remove one of the mounts from the chart's values")},
	audit.CodeFileInvalid: {"without its END line: the block is truncated", "the runner's file is broken: look up its message in [The certificate file](#the-certificate-file), then upgrade with `--cert`", nil},
	audit.CodeNoFile:      {"no file: it trusts the system's certificates only", "the last upgrade ran without the post-renderer", noFile},
	CodeFileDropped:       {"no file: revision … dropped the file of revision …", "the last upgrade ran without the post-renderer, or without the values that add the file", dropped},
	audit.CodeEndsTooEarly: {"it will have stopped working by …", "sooner than `--expires-within` allows",
		only(OfHandshake, "renew the certificate on the server, then fetch it again")},
}

// noCertificateHint names every way to give one.
func noCertificateHint(c Context) string {
	if server, err := gitlabrunner.ParseServer("https://" + c.Host); err == nil && c.Misnamed && server.CertFile != "" {
		return "the files of a folder are named <host>.crt: call this host's " + server.CertFile + ", or give the file itself: --cert=FILE"
	}
	return fetchAnd("get the certificate, then pass --cert=FILE: ")(c) +
		"; or name what is in the cluster: --from-secret=NAME/KEY, --from-configmap=NAME/KEY"
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
