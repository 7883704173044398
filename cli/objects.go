package cli

import (
	"strings"

	"github.com/spf13/pflag"

	"helm-runnertrust/render"
	"helm-runnertrust/render/delivery"
	"helm-runnertrust/render/pod"
)

// objects is the value of --from-secret and --from-configmap: [HOST=]NAME[/KEY], repeatable.
type objects struct {
	kind string
	all  *[]render.Object // of both flags
}

// Type is what cobra's help calls the value.
func (o objects) Type() string { return "object" }

func (o objects) String() string {
	if o.all == nil {
		return ""
	}
	var names []string
	for _, object := range *o.all {
		if object.Kind == o.kind {
			names = append(names, object.Name+"/"+object.Key)
		}
	}
	return strings.Join(names, ",")
}

// Set adds one.
func (o objects) Set(value string) error {
	host, name, err := splitHost(value)
	if err != nil {
		return err
	}
	object, err := render.ParseObject(o.kind, host, name)
	if err == nil {
		*o.all = append(*o.all, object)
	}
	return err
}

// via is the value of --via.
type via pod.Way

// Type is what cobra's help calls the value.
func (v *via) Type() string { return "way" }

func (v *via) String() string { return string(*v) }

// Set takes one of the ways.
func (v *via) Set(value string) error {
	way, err := delivery.ParseWay(value)
	*v = via(way)
	return err
}

// ways are the values of --via.
func ways() (names []string) {
	for _, way := range delivery.Ways() {
		names = append(names, string(way))
	}
	return names
}

// registerObjects registers the flags that name the objects with the certificates, and how the
// runner is told of them.
func registerObjects(flags *pflag.FlagSet, all *[]render.Object, way *pod.Way) {
	for _, kind := range []string{"Secret", "ConfigMap"} {
		flags.Var(objects{kind, all}, "from-"+strings.ToLower(kind),
			kind+" of the runner's namespace to mount, `[HOST=]NAME[/KEY]`; its key is ca.crt unless given (repeatable)")
	}
	flags.Var((*via)(way), "via", "`way` to tell the runner: certs-dir, env or config (default certs-dir)")
}

// registerSources registers the flags that say where the certificates are, besides --cert, and what
// else becomes of them.
func (f *filterFlags) registerSources(flags *pflag.FlagSet) {
	registerObjects(flags, &f.options.Objects, &f.options.Via)
	flags.BoolVar(&f.options.FromIngress, "from-ingress", false,
		"mount the Secret that the Ingress or Gateway of the manifests names for the runner's host; this is the default if no certificate is given")
	flags.BoolVar(&f.options.Jobs, "jobs", false,
		"make programs in the runner's jobs trust GitLab too, through a pre_build_script in its configuration")
	flags.BoolVar(&f.options.NoRollout, "no-rollout", false,
		"leave out the annotation that rolls the pods when the certificate changes")
}
