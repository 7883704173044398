package values

import (
	"fmt"
	"strings"

	"helm-runnertrust/render/manifest"
)

// The first versions of the chart, 0.X.0, that have a key, by its changelog (!348 and !451) and its
// renderings. Those that have volumes have volumeMounts and runners.config too.
const (
	runnersConfigSince = 20
	volumesSince       = 42
	extraObjectsSince  = 62
)

// checkVersion refuses a version of the chart that does not have the keys of the values, with one key
// at a time, as the way around one may lead around the others. A version of the gitlab chart is
// refused: which gitlab-runner it contains follows no rule.
func (r *runner) checkVersion() error {
	if r.ChartVersion == "" {
		return nil
	}
	var major, minor uint
	if _, err := fmt.Sscanf(strings.TrimPrefix(r.ChartVersion, "v"), "%d.%d", &major, &minor); err != nil {
		return manifest.NewError(manifest.BadChartVersion, "the chart version %q is not X.Y.Z", r.ChartVersion)
	}
	if major >= 3 { // the first of gitlab that was seen with a gitlab-runner of 0.17 or later, which is still 0.x
		return manifest.NewError(manifest.BadChartVersion, "the chart version %q is not one of gitlab-runner, but of the gitlab chart around it", r.ChartVersion)
	}
	const missing = "version %s of the gitlab-runner chart does not have the value %s, which came with 0.%d.0"
	switch {
	case major == 0 && minor < volumesSince:
		return r.refuse(manifest.NoVolumes, missing, r.ChartVersion, "volumes", volumesSince)
	case major == 0 && minor < extraObjectsSince && r.files.HasCertificates() && !r.Apart:
		return r.refuse(manifest.NoExtraObjects, missing, r.ChartVersion, "extraObjects", extraObjectsSince)
	}
	return nil
}
