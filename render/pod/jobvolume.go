package pod

import (
	"fmt"
	"path"
	"regexp"
	"slices"
	"strings"
	"sync"

	"helm-runnertrust/render/tomledit"
)

// jobsDir is the folder that Go programs read besides the bundle of the system (crypto/x509,
// root_linux.go): the client of the cache, dockerd, skopeo.
const jobsDir = "/etc/ssl/certs"

const jobFile = jobsDir + "/helm-runnertrust"

// JobFile returns where job pods see the certificates of the nth object, from 1.
func JobFile(n int) string {
	if n == 1 {
		return jobFile + ".crt"
	}
	return fmt.Sprintf("%s-%d.crt", jobFile, n)
}

// IsJobFile reports whether a path is one of JobFile.
func IsJobFile(file string) bool {
	return path.Dir(file) == jobsDir && strings.HasPrefix(file, jobFile) && strings.HasSuffix(file, ".crt")
}

// JobsElsewhere says why the job pods may not be in the namespace of the runner, where the objects are;
// "" where they are. Variables of registration win over the template, and without either the
// namespace is "default" (executors/kubernetes of gitlab-runner).
func (r *Runner) JobsElsewhere(config *tomledit.Config) string {
	namespace, _, _ := config.String("kubernetes", "namespace")
	overwrite, _, _ := config.String("kubernetes", "namespace_overwrite_allowed")
	perJob := ""
	if is, _, _ := config.Bool("kubernetes", "namespace_per_job"); is {
		perJob = "true"
	}
	for _, c := range r.Containers {
		for _, v := range []struct {
			name    string
			setting *string
		}{{"", &namespace}, {"_OVERWRITE_ALLOWED", &overwrite}, {"_PER_JOB", &perJob}} {
			literal, found, err := c.Variable("KUBERNETES_NAMESPACE" + v.name)
			switch {
			case err != nil && !c.IsUnset("KUBERNETES_NAMESPACE"+v.name):
				return "the value of KUBERNETES_NAMESPACE" + v.name + " is not in the manifest"
			case found && err == nil:
				*v.setting = literal
			}
		}
	}
	if namespace == "" {
		namespace = "default"
	}
	switch {
	case perJob != "" && perJob != "false":
		return "each job has a namespace of its own"
	case overwrite != "":
		return "jobs may choose their namespace"
	case r.Namespace == "":
		return "the manifest does not name the runner's namespace"
	case namespace != r.Namespace:
		return fmt.Sprintf("jobs run in the namespace %q, and it is in %q", namespace, r.Namespace)
	}
	return ""
}

// label is a DNS label (IsDNS1123Label in k8s.io/apimachinery/pkg/util/validation), which the name of a
// volume has to be.
var label = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$`) })

// VolumeObstacle says what keeps job pods from mounting a volume besides others; "" for nothing. The
// executor names volumes as their objects, and has three more.
func VolumeObstacle(v tomledit.Volume, others []tomledit.Volume) string {
	if !label().MatchString(v.Name) {
		return "no volume can have this name: it takes at most 63 of -, 0-9 and a-z"
	}
	if slices.Contains([]string{"repo", "scripts", "logs"}, v.Name) {
		return "the executor has a volume of this name"
	}
	for _, other := range others {
		at := path.Clean(other.MountPath)
		switch {
		case other.Name == v.Name:
			return "another volume of the job pods has this name"
		case at == v.MountPath, IsBelow(v.MountPath, at), strings.Contains(at, "$"):
			return fmt.Sprintf("the volume %q is mounted at %s already", other.Name, other.MountPath)
		}
	}
	return ""
}
