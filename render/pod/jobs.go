package pod

import (
	"fmt"
	"maps"
	"path"
	"regexp"
	"slices"
	"strings"
	"sync"

	"helm-runnertrust/gitlabrunner"
	"helm-runnertrust/render/manifest"
	"helm-runnertrust/render/tomledit"
	"helm-runnertrust/trust"
)

// Hosts are the servers besides GitLab's that the jobs of a runner connect to by TLS; the zero Server
// where the manifests have none.
type Hosts struct {
	Clone gitlabrunner.Server // of clone_url
	Cache gitlabrunner.Server // of the cache in S3

	CloneUnknown bool   // there is a clone_url, and its value is not in the manifests, or is no URL
	CacheFault   string // why the manifests do not tell the cache's server; "" where they do
}

// Hosts returns those of a container: once for each [[runners]], of which there should be one.
func (c *Container) Hosts() (all []Hosts) {
	for _, t := range c.Runner.readable() {
		var h Hosts
		if clone := c.registered(t, "CLONE_URL", "clone_url"); clone.Set {
			var err error
			h.Clone, err = gitlabrunner.ParseServer(clone.Value)
			h.CloneUnknown = err != nil
		}
		h.Cache, h.CacheFault = c.cache(t)
		all = append(all, h)
	}
	return all
}

// cache returns the server of an S3 cache: zero for none, for that of AWS and for one without TLS; or why the manifests do
// not tell it. Its address has no scheme (GetEndpoint in common/config.go of gitlab-runner), and where PathStyle is
// false, the name of the bucket comes in front.
func (c *Container) cache(t *Template) (server gitlabrunner.Server, fault string) {
	address := c.registered(t, "CACHE_S3_SERVER_ADDRESS", "cache", "s3", "ServerAddress").Value
	if address == "" || c.registered(t, "CACHE_TYPE", "cache", "Type").Value != "s3" ||
		c.switchedOn(t, "CACHE_S3_INSECURE", "cache", "s3", "Insecure").Value != "" {
		return server, ""
	}
	byPath, _ := t.config.Value("cache", "s3", "PathStyle")
	switch style := c.Variable("CACHE_S3_PATH_STYLE"); {
	case style.Set && byPath != nil:
		return server, "its PathStyle is set twice, in the template and by CACHE_S3_PATH_STYLE"
	case style.isFalse() || byPath == false:
		address = c.registered(t, "CACHE_S3_BUCKET_NAME", "cache", "s3", "BucketName").Value + "." + address
	}
	server, err := gitlabrunner.ParseServer("https://" + address)
	if err != nil || strings.Contains(address, "://") {
		return gitlabrunner.Server{}, "its ServerAddress is no HOST or HOST:PORT"
	}
	return server, ""
}

// Switches returns warnings of what turns off the check of certificates for the runner of a container or its jobs: lines
// of the template, and variables of the container, whose values may be scripts or settings of jobs.
func (c *Container) Switches() (found []trust.Finding) {
	warn := func(place string) {
		found = append(found, trust.Finding{Code: manifest.CheckOff, Object: c.Runner.String(), Message: place + " turns off the check of certificates: no file makes that safe"})
	}
	if t, _ := c.Runner.findTemplate(); t != nil {
		for _, s := range tomledit.Switches(t.Text()) {
			warn(fmt.Sprintf("%s in line %d of %s", s.Name, s.Line, TemplateKey))
		}
	}
	variables := c.variables()
	for _, name := range slices.Sorted(maps.Keys(variables)) {
		text := name + "=" + variables[name]
		if n, isKey := strings.CutPrefix(name, "GIT_CONFIG_KEY_"); isKey {
			text = variables[name] + "=" + variables["GIT_CONFIG_VALUE_"+n]
		}
		for _, s := range tomledit.Switches(text) {
			warn(strings.TrimPrefix(s.Name+" in "+name, name+" in ") + " of container " + c.Name)
		}
	}
	return found
}

// ScriptVariable is the pre_build_script of `gitlab-runner register`, which wins over its template.
const ScriptVariable = "RUNNER_PRE_BUILD_SCRIPT"

// RefuseJobs refuses a runner whose jobs a script in its template would not reach, or could not run.
func (r *Runner) RefuseJobs(t *Template) error {
	if _, err := t.Config(); err != nil {
		return err
	}
	for _, c := range r.Containers {
		for _, s := range []Setting{t.setting("executor"), c.Variable("RUNNER_EXECUTOR")} {
			if s.Value != "" && s.Value != "kubernetes" {
				return s.Refuse(manifest.ExecutorUnfit, `it is %q, and the script is for "kubernetes"`, s.Value)
			}
		}
		for _, s := range []Setting{t.setting("shell"), c.Variable("RUNNER_SHELL")} {
			if s.Set && s.Value != "bash" && s.Value != "sh" {
				return s.Refuse(manifest.ShellUnfit, "it is %q, and the script is for POSIX shells", s.Value)
			}
		}
		if s := c.Variable(ScriptVariable); s.Set && s.From == nil {
			return s.Refuse(manifest.ScriptSet, "it is set, and wins over the script in %s", TemplateKey)
		}
	}
	return nil
}

// HasScript reports whether our script is in a runner's template, and nothing wins over it.
func (r *Runner) HasScript() bool {
	t := r.readable()[0]
	_, set := t.config.OwnScript()
	return set && r.RefuseJobs(t) == nil
}

// JobsElsewhere says why the job pods may not be in the namespace of the runner, where the objects are;
// "" where they are. Without a setting the namespace is "default" (executors/kubernetes of gitlab-runner).
func (r *Runner) JobsElsewhere() string {
	t := r.readable()[0]
	for _, c := range r.Containers {
		namespace := c.registered(t, "KUBERNETES_NAMESPACE", "kubernetes", "namespace")
		overwrite := c.registered(t, "KUBERNETES_NAMESPACE_OVERWRITE_ALLOWED", "kubernetes", "namespace_overwrite_allowed")
		perJob := c.switchedOn(t, "KUBERNETES_NAMESPACE_PER_JOB", "kubernetes", "namespace_per_job")
		if !namespace.Set {
			namespace.Value = "default"
		}
		switch {
		case perJob.Set:
			return "each job has a namespace of its own (namespace_per_job)"
		case overwrite.Set:
			return "jobs may choose their namespace (namespace_overwrite_allowed)"
		case r.Namespace == "":
			return "the manifest does not name the runner's namespace (metadata.namespace)"
		case namespace.Value == "":
			return "the value of KUBERNETES_NAMESPACE is not in the manifest"
		case namespace.Value != r.Namespace:
			return fmt.Sprintf("jobs run in the namespace %q (namespace of [runners.kubernetes], or KUBERNETES_NAMESPACE), and it is in %q", namespace.Value, r.Namespace)
		}
	}
	return ""
}

// The folders that Go programs read besides the bundle of the system (crypto/x509, root_linux.go), the client
// of the cache, dockerd and skopeo too; and the variable that replaces them (root_unix.go).
const (
	CertDirVariable   = "SSL_CERT_DIR"
	SystemCertDir     = "/etc/ssl/certs"
	SystemCertDirElse = "/etc/pki/tls/certs"
)

const jobFile = SystemCertDir + "/helm-runnertrust"

// JobFile returns where job pods see the certificates of the nth object, from 1.
func JobFile(n int) string {
	if n == 1 {
		return jobFile + ".crt"
	}
	return fmt.Sprintf("%s-%d.crt", jobFile, n)
}

// IsJobFile reports whether a path is one of JobFile.
func IsJobFile(file string) bool {
	return path.Dir(file) == SystemCertDir && strings.HasPrefix(file, jobFile) && strings.HasSuffix(file, ".crt")
}

// label is a DNS label (IsDNS1123Label in k8s.io/apimachinery/pkg/util/validation), which the name of a
// volume has to be.
var label = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$`) })

// VolumeObstacle says what keeps job pods from mounting a volume besides others, or may do; "" for nothing.
func VolumeObstacle(v tomledit.Volume, others []tomledit.Volume) string {
	if why := volumeClash(v, others); why != "" {
		return why
	}
	for _, other := range others {
		if at := path.Clean(other.MountPath); IsBelow(v.MountPath, at) || strings.Contains(at, "$") {
			return fmt.Sprintf("the volume %q is mounted at %s already", other.Name, other.MountPath)
		}
	}
	return ""
}

// volumeClash says why the API server refuses job pods for a volume besides others; "" for nothing. The executor names
// volumes as their objects, expands variables in the names, takes a claim once, and has three more.
func volumeClash(v tomledit.Volume, others []tomledit.Volume) string {
	if !label().MatchString(v.Name) && !strings.Contains(v.Name, "$") {
		return "no volume can have this name: it takes at most 63 of -, 0-9 and a-z"
	}
	if slices.Contains([]string{"repo", "scripts", "logs"}, v.Name) {
		return "the executor has a volume of this name"
	}
	switch {
	case v.MountPath == "":
		return "it has no mount_path"
	case !staysInside(v.SubPath):
		return fmt.Sprintf("it has the sub_path %q", v.SubPath)
	}
	for _, at := range v.Items {
		if !isItemPath(at) {
			return fmt.Sprintf("it has an item at %q", at)
		}
	}
	for _, other := range others {
		switch {
		case other.Name == v.Name && (v.Kind != "pvc" || other.Kind != "pvc"):
			return "another volume of the job pods has this name"
		case path.Clean(other.MountPath) == path.Clean(v.MountPath):
			return fmt.Sprintf("the volume %q is mounted at %s already", other.Name, other.MountPath)
		}
	}
	return ""
}

// JobKinds are the kinds of objects that job pods mount, by their tables in the template.
var JobKinds = map[string]string{"config_map": "ConfigMap", "secret": "Secret"}

// policies are the words of two settings, without which no job starts (GetPullPolicies and KubernetesDNSPolicy.Get in
// common/config.go of gitlab-runner): Kubernetes spells them otherwise.
var policies = map[string][]string{
	"pull_policy": {"", "always", "if-not-present", "never"},
	"dns_policy":  {"", "none", "default", "cluster-first", "cluster-first-with-host-net"},
}

// policyFault says which policy the runner does not know; "" for none.
func (r *Runner) policyFault() string {
	for _, name := range slices.Sorted(maps.Keys(policies)) {
		written, _ := r.Config().Value("kubernetes", name)
		list, isList := written.([]any)
		if !isList {
			list = []any{written}
		}
		for _, word := range list {
			if text, isText := word.(string); isText && !slices.Contains(policies[name], text) {
				return fmt.Sprintf("%s is %q, which the runner does not know", name, text)
			}
		}
	}
	return ""
}

// JobFault says why job pods may not start with the volumes and policies of the template; "" for nothing.
func (r *Runner) JobFault() string {
	volumes, elsewhere := r.Config().Volumes(), r.JobsElsewhere()
	if !r.Config().VolumesFit() {
		return "a setting of its volumes has another type than the runner's"
	}
	if why := r.policyFault(); why != "" {
		return why
	}
	for i, v := range volumes {
		if why := volumeClash(v, volumes[:i]); why != "" {
			return fmt.Sprintf("volume %q: %s", v.Name, why)
		}
		keys := slices.Sorted(maps.Keys(v.Items))
		if len(keys) == 0 && v.SubPath != "" {
			keys = []string{v.SubPath}
		}
		lacks := r.lacking(JobKinds[v.Kind], v.Name, elsewhere != "" || JobKinds[v.Kind] == "")
		if at := slices.IndexFunc(keys, lacks); at >= 0 {
			return fmt.Sprintf("volume %q: %s/%s does not have the key %s", v.Name, JobKinds[v.Kind], v.Name, keys[at])
		}
	}
	return ""
}
