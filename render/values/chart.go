package values

import (
	"fmt"
	"path"
	"regexp"
	"strconv"
	"sync"

	"helm-runnertrust/gitlabrunner"
	"helm-runnertrust/render"
	"helm-runnertrust/render/manifest"
	"helm-runnertrust/render/pod"
	"helm-runnertrust/trust"
)

// A chartKey is a key of the chart's values that not every version has.
type chartKey struct {
	name  string
	minor int        // of the first version that has it, 0.minor.0
	code  trust.Code // of the Error where a version does not have it
}

func (k chartKey) since() string { return fmt.Sprintf("0.%d.0", k.minor) }

// The keys, by the chart's changelog (!348 and !451). Versions that have volumes have volumeMounts and
// runners.config too.
var (
	volumesKey      = chartKey{"volumes", 42, manifest.NoVolumes}
	extraObjectsKey = chartKey{"extraObjects", 62, manifest.NoExtraObjects}
)

// runnersConfigSince is the first version in whose renderings runners.config shows.
const runnersConfigSince = "0.20.0"

// keys returns those of the chart that the values need.
func (o Options) keys() []chartKey {
	keys := []chartKey{volumesKey}
	if len(o.Sources) > 0 && !o.Apart {
		keys = append(keys, extraObjectsKey)
	}
	return keys
}

// version is X.Y or X.Y.Z, with what forks put behind it.
var version = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`^v?(0|[1-9][0-9]{0,5})\.(0|[1-9][0-9]{0,5})(\.[0-9]{1,6}([-+][-+.0-9A-Za-z]+)?)?$`)
})

// checkKeys refuses the first of the keys that a version of the chart does not have, as the way around
// one may lead around the others; "" stands for a version that has all. A version of the gitlab chart is
// refused: which gitlab-runner it contains follows no rule.
func checkKeys(written string, keys []chartKey, host string) error {
	if written == "" {
		return nil
	}
	found := version().FindStringSubmatch(written)
	if found == nil {
		return manifest.NewError(manifest.BadChartVersion, "the chart version %q is not X.Y.Z", written)
	}
	major, _ := strconv.Atoi(found[1]) // six digits at most
	minor, _ := strconv.Atoi(found[2])
	if major >= 3 { // the first of gitlab that was seen with a gitlab-runner of 0.17 or later, which is still 0.x
		return manifest.NewError(manifest.BadChartVersion, "the chart version %q is not one of gitlab-runner, but of the gitlab chart around it", written)
	}
	for _, key := range keys {
		if major == 0 && minor < key.minor {
			return &render.Error{Code: key.code, Host: host, Err: fmt.Errorf("version %s of the gitlab-runner chart does not have the value %s, which came with %s",
				written, key.name, key.since())}
		}
	}
	return nil
}

// checkChartMounts refuses a directory where the chart itself mounts a volume, or below one that is
// read-only: only its manifests would show that.
func checkChartMounts(dir string) error {
	for mount, readOnly := range map[string]bool{
		"/secrets": true, "/configmaps": true, path.Join(gitlabrunner.DefaultHome, gitlabrunner.ConfigFolder): false,
	} {
		if dir == mount || readOnly && pod.IsBelow(dir, mount) {
			return manifest.NewError(manifest.DirUnknown, "the certs directory %q cannot be mounted: the chart has a volume at %s", dir, mount)
		}
	}
	return nil
}
