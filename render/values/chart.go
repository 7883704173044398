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

// A chartKey is a key of the values of the gitlab-runner chart, which the values need.
type chartKey struct {
	name  string
	since chartVersion // the first version that has it
	code  trust.Code   // of the Error where a version does not have it
}

// The keys that not every version has, by the chart's changelog (!348 and !451). Those that have
// volumes have volumeMounts and runners.config too.
var (
	volumesKey      = chartKey{"volumes", chartVersion{0, 42}, manifest.NoVolumes}
	extraObjectsKey = chartKey{"extraObjects", chartVersion{0, 62}, manifest.NoExtraObjects}
)

// runnersConfigSince is the first version in whose renderings runners.config shows.
var runnersConfigSince = chartVersion{0, 20}

// A chartVersion is the first two numbers of a version: keys come with the second.
type chartVersion struct{ major, minor int }

func (v chartVersion) String() string { return fmt.Sprintf("%d.%d.0", v.major, v.minor) }

func (v chartVersion) isBefore(other chartVersion) bool {
	return v.major < other.major || v.major == other.major && v.minor < other.minor
}

// oldestUmbrella is the first major version of the gitlab chart that was seen with a gitlab-runner
// chart of 0.17 or later, whose own major version is 0.
const oldestUmbrella = 3

var versionNumber = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`^v?(0|[1-9][0-9]{0,5})\.(0|[1-9][0-9]{0,5})(\.[0-9]{1,6}([-+][-+.0-9A-Za-z]+)?)?$`)
})

// parseChartVersion reads X.Y or X.Y.Z, with what forks put behind it. A version of the gitlab chart
// is refused: which gitlab-runner it brings along follows no rule.
func parseChartVersion(written string) (chartVersion, error) {
	found := versionNumber().FindStringSubmatch(written)
	if found == nil {
		return chartVersion{}, manifest.NewError(manifest.BadChartVersion, "the chart version %q is not X.Y.Z", written)
	}
	major, _ := strconv.Atoi(found[1]) // six digits at most
	minor, _ := strconv.Atoi(found[2])
	if major >= oldestUmbrella {
		return chartVersion{}, manifest.NewError(manifest.BadChartVersion, "the chart version %q is not one of gitlab-runner, but of the gitlab chart around it", written)
	}
	return chartVersion{major, minor}, nil
}

// keys returns those of the chart that the values need.
func (o Options) keys() []chartKey {
	keys := []chartKey{volumesKey}
	if len(o.Sources) > 0 && !o.Apart {
		keys = append(keys, extraObjectsKey)
	}
	return keys
}

// checkKeys refuses the first of the keys that a version of the chart does not have, as the way
// around one may lead around the others; "" stands for a version that has all.
func checkKeys(version string, keys []chartKey, host string) error {
	if version == "" {
		return nil
	}
	v, err := parseChartVersion(version)
	if err != nil {
		return err
	}
	for _, key := range keys {
		if v.isBefore(key.since) {
			return &render.Error{Code: key.code, Host: host, Err: fmt.Errorf("version %s of the gitlab-runner chart does not have the value %s, which came with %s",
				version, key.name, key.since)}
		}
	}
	return nil
}

// chartMounts are the directories where the chart itself mounts volumes. Those that are read-only have
// room for nothing below them.
var chartMounts = []struct {
	path     string
	readOnly bool
}{
	{"/secrets", true},
	{"/configmaps", true},
	{path.Join(gitlabrunner.DefaultHome, gitlabrunner.ConfigFolder), false},
}

// checkChartMounts refuses a directory that the chart has taken, which only its manifests would show.
func checkChartMounts(dir string) error {
	for _, m := range chartMounts {
		if dir == m.path || m.readOnly && pod.IsBelow(dir, m.path) {
			return manifest.NewError(manifest.DirUnknown, "the certs directory %q cannot be mounted: the chart has a volume at %s", dir, m.path)
		}
	}
	return nil
}
