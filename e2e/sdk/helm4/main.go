// Command helm4 is an example: it installs a chart with a GitLab Runner through the SDK of Helm 4,
// and makes the runner trust the certificates of a file.
package main

import (
	"context"
	"errors"
	"fmt"
	"log"
	"os"
	"time"

	"helm.sh/helm/v4/pkg/action"
	"helm.sh/helm/v4/pkg/chart/loader"
	"helm.sh/helm/v4/pkg/cli"
	"helm.sh/helm/v4/pkg/kube"
	"helm.sh/helm/v4/pkg/release"

	"helm-runnertrust/render"
	"helm-runnertrust/trust"
)

func main() {
	if len(os.Args) != 4 {
		log.Fatal("usage: helm4 RELEASE CHART CERTIFICATE")
	}
	wanted := installation{name: os.Args[1], chart: os.Args[2], certFile: os.Args[3]}
	installed, err := wanted.run(context.Background(), cli.New())
	if refused := (*render.Error)(nil); errors.As(err, &refused) {
		log.Fatalf("%s: %v", refused.Code, refused) // the code is for programs
	}
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(installed.Name(), installed.Status())
}

// An installation is a chart that is to become a release.
type installation struct {
	name     string                    // of the release
	chart    string                    // path of a folder or an archive
	certFile string                    // what the runner is to trust: PEM, DER or PKCS#7
	values   map[string]any            // beside the chart's own
	strategy action.PostRenderStrategy // "" is combined; the filter works with each
}

// run installs into the cluster and the namespace of the settings. When the filter refuses the
// chart's manifests, the error holds a *render.Error or a *trust.Error, and nothing is installed.
func (i installation) run(ctx context.Context, settings *cli.EnvSettings) (release.Accessor, error) {
	text, err := os.ReadFile(i.certFile)
	if err != nil {
		return nil, err
	}
	bundle, err := trust.Parse(i.certFile, text)
	if err != nil {
		return nil, err
	}
	chart, err := loader.Load(i.chart)
	if err != nil {
		return nil, err
	}
	configuration := action.NewConfiguration()
	if err := configuration.Init(settings.RESTClientGetter(), settings.Namespace(), "secret"); err != nil {
		return nil, err
	}
	install := action.NewInstall(configuration)
	install.ReleaseName, install.Namespace, install.Timeout = i.name, settings.Namespace(), time.Minute
	install.WaitStrategy = kube.HookOnlyStrategy // as helm install has it; there is no default here
	install.PostRenderStrategy = i.strategy
	install.PostRenderer = render.PostRenderer{
		Options: render.Options{Sources: []render.Source{{Bundle: bundle}}, Now: time.Now()},
		Warn:    func(w trust.Finding) { log.Print("warning: ", w.Message) },
	}
	installed, err := install.RunWithContext(ctx, chart, i.values)
	if err != nil {
		return nil, err
	}
	return release.NewAccessor(installed)
}
