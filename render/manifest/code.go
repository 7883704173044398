package manifest

import "helm-runnertrust/trust"

// The codes of an Error.
const (
	NoRunner        trust.Code = "no-runner"         // nothing in the stream to patch
	OtherRunner     trust.Code = "other-runner"      // there is one, and no Deployment has it
	HostUnknown     trust.Code = "host-unknown"      // CI_SERVER_URL has no literal host
	BadURL          trust.Code = "bad-url"           // CI_SERVER_URL is one that the runner refuses
	NoCertificate   trust.Code = "no-certificate"    // no source for the runner's host
	CAFileSet       trust.Code = "ca-file-set"       // another setting would win over the certs directory
	MountConflict   trust.Code = "mount-conflict"    // the certs directory cannot be mounted
	DirUnknown      trust.Code = "certs-dir-unknown" // HOME is not in the manifest
	ConfigMapTaken  trust.Code = "configmap-taken"   // another ConfigMap has the name
	ConfigMapName   trust.Code = "configmap-name"    // the name does not fit
	TooMuchData     trust.Code = "configmap-too-large"
	RunnerTwice     trust.Code = "runner-twice"      // two Deployments of one name
	ContainerChoice trust.Code = "container-unknown" // which container is the runner
	TwoSources      trust.Code = "two-sources"       // a runner reads one file
	BadReference    trust.Code = "bad-reference"     // no name of an object, or no key
	PrivateKey      trust.Code = "private-key-named" // a key of a Secret that is one
	KeyMissing      trust.Code = "key-missing"       // the object in the stream does not have the key
	ObjectEmpty     trust.Code = "object-empty"      // its owner fills it later; a warning
	SeveralSecrets  trust.Code = "several-secrets"   // the stream names more than one for a host
	NoSecret        trust.Code = "no-secret"         // an Ingress without one
	SecretElsewhere trust.Code = "secret-elsewhere"  // in another namespace than the runner
	WayUnknown      trust.Code = "way-unknown"       // no such way
	NoTemplate      trust.Code = "no-template"       // no config.template.toml
	BadTemplate     trust.Code = "bad-template"      // one that cannot be edited
	JobFileTaken    trust.Code = "job-file-taken"    // by a volume that was put into the template by hand
	TemplateShared  trust.Code = "template-shared"   // with a runner of other certificates
	ScriptSet       trust.Code = "script-set"        // another pre_build_script would win
	ExecutorUnfit   trust.Code = "executor-unfit"    // its jobs do not run in pods
	ShellUnfit      trust.Code = "shell-unfit"       // its jobs' shell cannot run the script
	HostTooLong     trust.Code = "host-too-long"     // for a file's name
	BadChartVersion trust.Code = "bad-chart-version" // not one of the gitlab-runner chart
	NoVolumes       trust.Code = "no-volumes"        // a chart without the key of the values
	NoExtraObjects  trust.Code = "no-extra-objects"  // a chart without that key
	NoConfigMap     trust.Code = "no-configmap"      // values has no certificates for one
	BadDocument     trust.Code = "bad-document"      // not YAML, or not the shape of a Deployment
	ChangedSince    trust.Code = "changed-since"     // what an earlier run added is not as it was added
	CertDirSet      trust.Code = "cert-dir-set"      // SSL_CERT_DIR is not in the manifest
	TooManyMounts   trust.Code = "too-many-mounts"   // or volumes, in one pod
)

// The codes of warnings and notes.
const (
	UserUnknown  trust.Code = "uid-unknown"         // so that the certs directory may be another
	DirElsewhere trust.Code = "certs-dir-elsewhere" // --certs-dir is not where the runner looks
	ClusterCA    trust.Code = "cluster-ca"          // a ConfigMap that has no CA of GitLab's
	PlainHTTP    trust.Code = "plain-http"          // CI_SERVER_URL is http://
	SourceUnused trust.Code = "source-unused"       // no setting of a runner has the host of a source; a note
	CloneHost    trust.Code = "clone-host"          // there is no certificate for the host of clone_url
	CacheHost    trust.Code = "cache-host"          // only --jobs reaches the cache; a note
	CheckOff     trust.Code = "check-disabled"
	SourceServed trust.Code = "source-served" // which Secret an Ingress names; a note
	JobVolume    trust.Code = "job-volume"    // job pods cannot mount the certificates
	JobObject    trust.Code = "job-object"    // they wait for an object; a note
	FileReplaced trust.Code = "file-replaced" // an older volume had the file already
	Rewritten    trust.Code = "rewritten"     // a document was serialized as a whole; a note
)
