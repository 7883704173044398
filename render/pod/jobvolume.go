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
