// Package audit says what the runners of a stream would trust, from nothing but the stream.
package audit

import (
	"errors"
	"fmt"
	"path"
	"slices"
	"strings"
	"time"

	"helm-runnertrust/gitlabrunner"
	"helm-runnertrust/render/ingress"
	"helm-runnertrust/render/manifest"
	"helm-runnertrust/render/pod"
	"helm-runnertrust/render/yamledit"
	"helm-runnertrust/trust"
)

// Options say how Run judges.
type Options struct {
	Now           time.Time
	ExpiresWithin time.Duration // a file whose certificates expire sooner does not pass; 0: any that is valid now
	Deployment    string        // as in render.Options
	CertsDir      string        // as in render.Options
	Namespace     string        // of the release, in which objects without one are; "" where it is not known
}

// A Runner is one container of a runner, and the file that it would trust.
type Runner struct {
	Deployment string
	Namespace  string // "" for the release's
	Container  string
	URL        string // CI_SERVER_URL, "" where the manifest does not have it
	Host       string
	Addresses  []string // of the host, by the pod's hostAliases: IP addresses
	Plain      bool     // the URL is http://, so that no certificate is looked at
	Way        pod.Way
	File       string        // path in the container, "" without a file
	From       string        // "ConfigMap/ci-gitlab-runner-certs", "" where nothing is mounted
	Key        string        // of that object
	ServedBy   string        // "Ingress/gitlab", where it says that From is what the server sends
	Jobs       bool          // the script of render.Options.Jobs is in its configuration
	Bundle     *trust.Bundle // the file's certificates, nil where they are not known
	Store      Store         // what it trusts without a file
	Proxied    bool          // it connects through a proxy of its environment
	Status     trust.Status
	Finding    trust.Finding   // explains the status
	Warnings   []trust.Finding // what does not keep it from connecting now
}

// The codes of findings of an audit, beside those of package trust.
const (
	CodeFileOK       trust.Code = "file-ok"
	CodeFileUnknown  trust.Code = "content-unknown"
	CodeFileMissing  trust.Code = "file-missing"
	CodeFileInvalid  trust.Code = "file-invalid"
	CodeUnreadable   trust.Code = "file-unreadable" // for the runner's user
	CodeMountTwice   trust.Code = "mount-twice"     // two mounts at one path: one hides the other
	CodeNoFile       trust.Code = "no-file"
	CodeHostUnknown  trust.Code = "host-unknown"
	CodeEndsTooEarly trust.Code = "expires-within"
)

// Run judges each runner of a stream. What the stream does not have, a Secret of the cluster for
// instance, is unknown. A stream without a runner, or one that render.Filter could not read, is a
// *manifest.Error.
func Run(stream []byte, options Options) ([]Runner, error) {
	m := manifest.Read(yamledit.Split(stream))
	m.Namespace = options.Namespace
	found, err := pod.Find(m, options.Deployment)
	if err != nil {
		return nil, err
	}
	if len(found) == 0 {
		return nil, pod.NotFound(m, options.Deployment)
	}
	if err := pod.CheckCertsDir(options.CertsDir); err != nil {
		return nil, err
	}
	j := &judge{options: options, stream: m, terminations: ingress.Of(m)}
	var all []Runner
	var faults []error
	for _, o := range found {
		judged, err := j.deployment(o)
		all, faults = append(all, judged...), append(faults, err)
	}
	if err := errors.Join(faults...); err != nil {
		return nil, err
	}
	return all, nil
}

// A judge judges the runners of one stream.
type judge struct {
	options      Options
	stream       *manifest.Stream
	terminations *ingress.Terminations
}

// deployment judges the containers of a runner, and the pod that they are in.
func (j *judge) deployment(o *manifest.Object) (all []Runner, err error) {
	r, err := pod.Read(j.stream, o)
	if err != nil {
		return nil, err
	}
	fault := r.StartFault()
	var faults []error
	for _, c := range r.Containers {
		a := Runner{Deployment: r.Name, Namespace: r.Namespace, Container: c.Name}
		faults = append(faults, j.container(&a, c))
		switch {
		case fault == nil || a.Status == trust.StatusFailed:
		case !fault.Unsure:
			a.Status, a.Finding = trust.StatusFailed, fault.Finding
		default: // also where a handshake could tell what the runner trusts
			a.Status, a.Finding = trust.StatusUnknown, fault.Finding
		}
		all = append(all, a)
	}
	return all, errors.Join(faults...)
}

// container finds the file that a container would read, and judges it.
func (j *judge) container(a *Runner, c *pod.Container) error {
	server, err := c.Server()
	if err != nil {
		return err
	}
	a.Host, a.Plain, a.URL = server.Name, server.Plain, server.URL
	a.Addresses = c.Runner.AddressesOf(server.Name)
	if a.Store, err = j.storeOf(c); err != nil {
		return err
	}
	a.Proxied = proxied(c, server.Name)
	if err := j.findFile(a, c, server); err != nil {
		if unknown, ok := errors.AsType[*manifest.Error](err); ok && unknown.Code == manifest.DirUnknown {
			a.judge(trust.StatusUnknown, manifest.DirUnknown, "the directory of its certificates is not known: "+unknown.Field+": "+unknown.Err.Error())
			return nil
		}
		return err
	}
	if a.Host == "" && a.File == "" {
		a.judge(trust.StatusUnknown, CodeHostUnknown, "the manifest does not tell "+gitlabrunner.ServerURLVariable+", and so not the file's name")
		return nil
	}
	found, err := c.Open(a.File)
	if err != nil {
		return err
	}
	a.From = found.From
	if _, ok := pod.MountableFor(found.Kind); ok && found.State == pod.Unknown {
		a.Key = found.Key
	}
	if a.Way == pod.WayCertsDir && found.Kind == "Secret" && found.Whole {
		a.Way = pod.WayCertsSecretName
	}
	if found.Kind == "Secret" && found.Key == ingress.SecretKey && (found.State == pod.Unknown || found.State == pod.Found) {
		if by, err := j.terminations.Secret(c.Runner.Object, server.Name, true); err == nil && "Secret/"+by.Secret == found.From {
			a.ServedBy = by.By
		}
	}
	if a.Way == pod.WayCertsDir || a.Way == pod.WayCertsSecretName {
		if uncertain := c.UncertainDir(j.options.CertsDir); uncertain != nil {
			defer func() { a.doubt(*uncertain) }() // judgeFile sets the status and the other warnings
		}
	}
	a.Jobs = c.Runner.HasScript()
	a.judgeFile(found, j.options)
	return nil
}

// doubt takes an ok back where the image decides whether the runner looks for the file at all, and warns otherwise.
func (a *Runner) doubt(uncertain trust.Finding) {
	if a.Status == trust.StatusOK && uncertain.Code == manifest.UserUnknown {
		a.Status, a.Finding = trust.StatusUnknown, uncertain
		return
	}
	a.Warnings = append(a.Warnings, uncertain)
}

// findFile is the runner's order of looking: the variable, the setting, the certs directory
// (network/client.go of gitlab-runner).
func (j *judge) findFile(a *Runner, c *pod.Container, server gitlabrunner.Server) error {
	way, set := c.CAFile()
	if a.Way, a.File = way, set.Value; way != pod.WayCertsDir {
		return nil
	}
	dir, err := c.CertsDir(j.options.CertsDir)
	if err != nil {
		return err
	}
	if server.CertFile != "" {
		a.File = path.Join(dir, server.CertFile)
	}
	return nil
}

func (a *Runner) judge(status trust.Status, code trust.Code, message string) {
	a.Status, a.Finding = status, trust.Finding{Code: code, Message: message}
}

// judgeFile judges what was found at the file's path.
func (a *Runner) judgeFile(found pod.File, options Options) {
	switch {
	case a.Plain:
		a.judge(trust.StatusOK, manifest.PlainHTTP, gitlabrunner.ServerURLVariable+" is an http:// URL, so the runner checks no certificate")
	case a.File == "":
		a.judge(trust.StatusUnknown, CodeFileUnknown, "the file's path is not in the manifests")
	case found.State == pod.Unmounted && a.Way == pod.WayCertsDir:
		a.Way = pod.WayNone
		a.judge(trust.StatusUnknown, CodeNoFile, "no file: it trusts the system's certificates only")
		a.File = ""
	case found.State == pod.Unmounted:
		a.judge(trust.StatusUnknown, CodeFileUnknown, "nothing is mounted there: the file would have to be in the image")
	case found.State == pod.Unknown || found.State == pod.Unsure:
		a.judge(trust.StatusUnknown, CodeFileUnknown, found.From+" "+found.Why)
		if a.Key != "" {
			a.Finding.Message += "; it has to have the key " + a.Key
		}
	case found.State == pod.Unreadable:
		a.judge(trust.StatusFailed, CodeUnreadable, found.From+" "+found.Why)
	case found.State == pod.Hidden:
		a.judge(trust.StatusFailed, CodeMountTwice, fmt.Sprintf("two volumes are mounted at its directory, %s: one hides the other", joined(found.Twice)))
	case found.State == pod.NoVolume:
		a.judge(trust.StatusFailed, CodeFileMissing, "the mount at its place names no volume of the pod")
	case found.State == pod.Missing:
		a.judge(trust.StatusFailed, CodeFileMissing, fmt.Sprintf("%s has no file %s", found.From, path.Base(a.File)))
	default:
		a.judgeBundle(found, options)
	}
}

// judgeBundle judges certificates. One that has expired does no harm beside
// one that is valid, as in the time of a rotation.
func (a *Runner) judgeBundle(found pod.File, options Options) {
	bundle, unseen, err := gitlabrunner.Parse(found.From, found.Bytes)
	if err != nil {
		a.judge(trust.StatusFailed, CodeFileInvalid, err.Error())
		return
	}
	a.Bundle = bundle
	a.Warnings = slices.Concat(unseen, bundle.Findings(a.Host, options.Now))
	if reason := bundle.Unusable(a.Host, options.Now); reason != nil {
		a.Status, a.Finding = trust.StatusFailed, *reason
		a.Warnings = slices.DeleteFunc(a.Warnings, func(f trust.Finding) bool { return f.Code == reason.Code })
		return
	}
	if end := options.Now.Add(options.ExpiresWithin); bundle.Unusable(a.Host, end) != nil {
		a.judge(trust.StatusFailed, CodeEndsTooEarly, "it will have stopped working by "+end.UTC().Format("2006-01-02 15:04 MST"))
		return
	}
	a.judge(trust.StatusOK, CodeFileOK, "the file holds a CA or the server's own certificate, valid now")
}

// joined returns a list of mounts for a message.
func joined(mounts []pod.Mount) string {
	var all []string
	for _, m := range mounts {
		all = append(all, m.String())
	}
	return strings.Join(all, " and ")
}
