// Package audit says what the runners of a stream would trust, from nothing but the stream.
package audit

import (
	"cmp"
	"crypto/x509"
	"errors"
	"fmt"
	"path"
	"regexp"
	"slices"
	"strings"
	"sync"
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
	Server     gitlabrunner.Server // of CI_SERVER_URL; zero where the manifest does not have it
	Addresses  []string            // of that host, by the pod's hostAliases: IP addresses
	Way        pod.Way
	File       string        // path in the container, "" without a file
	From       string        // "ConfigMap/ci-gitlab-runner-certs", "" where nothing is mounted
	Asks       string        // the object of the cluster that would tell more, "Secret/gitlab-ca"; "" for none
	Key        string        // of that object
	ServedBy   string        // "Ingress/gitlab", where it says that From is what the server sends
	Jobs       bool          // the script of render.Options.Jobs is in its configuration
	JobFiles   []string      // the objects that its job pods trust, "ConfigMap/ci-gitlab-runner-certs"
	Bundle     *trust.Bundle // the file's certificates, nil where they are not known
	Store      Store         // what it trusts without a file
	Proxied    bool          // it connects through a proxy of its environment
	Status     trust.Status
	Finding    trust.Finding   // explains the status
	Warnings   []trust.Finding // what does not keep it from connecting now

	now        time.Time
	sent       []*x509.Certificate // what the server sends, where that is the file
	clone      gitlabrunner.Server // of clone_url, where that leads elsewhere
	helper     Store               // of the image in which git clones
	stricter   *trust.Finding      // why git may not accept a file that the runner does
	cache      *Client
	gitUnknown trust.Finding // why the stream does not show what git connects to, or with
	jobFault   string        // why jobs may not start
	fault      error         // of an object for the job pods that cannot be read
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
	CodeEndsTooEarly trust.Code = "expires-within"
	CodeCacheUnknown trust.Code = "cache-unknown"   // the client of the cache may trust its server
	CodeCacheFailed  trust.Code = "cache-untrusted" // it does not
	CodeStoreUnknown trust.Code = "store-unknown"   // a runner may trust its server without a file
	CodeProxied      trust.Code = "runner-proxied"  // it connects through a proxy
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
	terminations ingress.Terminations
}

// deployment judges the containers of a runner, and the pod that they are in.
func (j *judge) deployment(o *manifest.Object) (all []Runner, err error) {
	r, err := pod.Read(j.stream, o)
	if err != nil {
		return nil, err
	}
	jobFault := r.JobFault()
	fault := cmp.Or(r.StartFault(), r.TemplateFault(), r.TemplateUnknown(), r.RegistrationFault())
	var faults []error
	for _, c := range r.Containers {
		a := Runner{Deployment: r.Name, Namespace: r.Namespace, Container: c.Name, jobFault: jobFault}
		faults = append(faults, j.container(&a, c))
		a.Warnings = append(a.Warnings, c.Switches()...)
		if fault != nil && a.Status != trust.StatusFailed { // also where a handshake could tell what the runner trusts
			a.Status, a.Finding = fault.Status, fault.Finding
		}
		all = append(all, a)
	}
	return all, errors.Join(faults...)
}

// container finds the file that a container would read, and judges it and its clients.
func (j *judge) container(a *Runner, c *pod.Container) (err error) {
	if a.Server, err = c.Server(); err != nil {
		return err
	}
	a.now, a.Proxied, a.Addresses = j.options.Now, proxied(c, a.Server), c.Runner.AddressesOf(a.Server.Name)
	a.Store, err = storeOf(c)
	if err := cmp.Or(err, j.findClients(a, c)); err != nil {
		return err
	}
	err = j.findFile(a, c)
	if a.Finding.Code == CodeFileUnknown { // by envFrom
		return nil
	}
	switch unknown, ok := errors.AsType[*manifest.Error](err); {
	case ok: // of CertsDir
		a.judge(trust.StatusUnknown, manifest.DirUnknown, "the directory of its certificates is not known: "+unknown.Field+": "+unknown.Err.Error())
		return nil
	case err != nil:
		return err
	case a.Server.Name == "" && a.File == "":
		a.judge(trust.StatusUnknown, manifest.HostUnknown, "the manifest does not tell "+gitlabrunner.ServerURLVariable+", and so not the file's name")
		return nil
	}
	found, err := c.Open(a.File)
	if err != nil {
		return err
	}
	a.From = found.From
	if _, ok := pod.MountableFor(found.Kind); ok && found.State == pod.Unknown {
		a.Asks, a.Key = found.From, found.Key
	}
	if a.Way == pod.WayCertsDir && found.Kind == "Secret" && found.Whole {
		a.Way = pod.WayCertsSecretName
	}
	j.findSent(a, c, found)
	a.judgeFile(found, j.options)
	if way := unplainPath().FindString(a.File); way != "" && (a.Status == trust.StatusOK || strings.Contains(way, "..")) {
		a.judge(trust.StatusUnknown, CodeFileUnknown, "what its path leads to depends on the folders on the way, which the kernel follows")
	}
	if setting := commandSetting(c); setting != "" && a.Status == trust.StatusOK {
		a.judge(trust.StatusUnknown, CodeFileUnknown, "the command of the container has "+setting+", which wins over its variables")
	}
	a.Warnings = append(a.Warnings, manifest.ClusterCAOf(found.From, a.Server.Address)...)
	switch uncertain := c.UncertainDir(j.options.CertsDir); {
	case uncertain == nil || a.Way == pod.WayEnv || a.Way == pod.WayConfig:
	case a.Status == trust.StatusOK && (uncertain.Code == manifest.UserUnknown || c.HasKnownDir()): // it may not look for the file at all
		a.Status, a.Finding = trust.StatusUnknown, *uncertain
	default:
		a.Warnings = append(a.Warnings, *uncertain)
	}
	return nil
}

// findSent finds whether the server sends what is in the runner's file.
func (j *judge) findSent(a *Runner, c *pod.Container, found pod.File) {
	if found.Kind != "Secret" || found.Key != ingress.SecretKey || found.State != pod.Unknown && found.State != pod.Found {
		return
	}
	by, err := j.terminations.Secret(c.Runner.Object, a.Server.Name, true)
	if err != nil || "Secret/"+by.Secret != found.From {
		return // with an error it is no source, which would be refused
	}
	a.ServedBy = by.By
	if !a.Server.Plain && slices.Contains(by.Ports, a.Server.Port()) {
		a.sent = gitlabrunner.Certificates(found.Bytes)
	}
}

// unplainPath matches what the kernel follows of a path: to a folder up, into one that the kubelet makes for a volume
// (pkg/volume/util/atomic_writer.go of Kubernetes), and into a file as if it were a folder.
var unplainPath = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`/\.\.(/|data/|[0-9])|/\.?$`) })

// registerURL and commandVariable match what a container's command has instead of the variables that the audit reads.
var (
	registerURL = sync.OnceValue(func() *regexp.Regexp {
		return regexp.MustCompile(`(?s)\b(?:register|run-single)\b.*?\s(-u|--?url)[= ]["']?(https?://[^\s"']*)`)
	})
	commandVariable = sync.OnceValue(func() *regexp.Regexp {
		return regexp.MustCompile(`(?:^|[\s"'])--?(tls-ca-file|template-config|config|clone-url|env)\b|\b(HOME|TEMPLATE_CONFIG_FILE|CLONE_URL|RUNNER_ENV|` +
			gitlabrunner.CAFileVariable + `|` + gitlabrunner.ServerURLVariable + `)=`)
	})
)

// commandSetting returns what a container's command sets otherwise than its variables; "" for nothing.
func commandSetting(c *pod.Container) string {
	text, url := c.Command(), c.Variable(gitlabrunner.ServerURLVariable).Value
	if found := registerURL().FindStringSubmatch(text); found != nil && strings.TrimSuffix(found[2], "/") != strings.TrimSuffix(url, "/") {
		return found[1]
	}
	return strings.Trim(commandVariable().FindString(text), " \t\n\"'=")
}

// findFile is the runner's order of looking: the variable, the setting, the certs directory
// (network/client.go of gitlab-runner). Where envFrom may decide and the stream does not show it, the
// file is unknown.
func (j *judge) findFile(a *Runner, c *pod.Container) error {
	if a.unseen(c, gitlabrunner.CAFileVariable) {
		return nil
	}
	way, set := c.CAFile()
	if a.Way, a.File = way, set.Value; way != pod.WayCertsDir {
		return nil
	}
	dir, err := c.CertsDir(j.options.CertsDir)
	isOfHome := j.options.CertsDir == "" && (err != nil || dir != gitlabrunner.CertsDir(0, ""))
	if a.Server.CertFile == "" || isOfHome && a.unseen(c, "HOME") || err != nil {
		return err
	}
	a.File = path.Join(dir, a.Server.CertFile)
	return nil
}

// Unread is the value of keys that were left out of an object of the stream.
const Unread = "unread by helm-runnertrust"

// unseen judges a runner one of whose variables may come from what the stream does not have.
func (a *Runner) unseen(c *pod.Container, variable string) bool {
	s := c.Variable(variable)
	object := s.Unseen
	switch {
	case object != "":
		a.Asks, a.Key = object, s.Key
	case s.From != nil && s.Value == Unread:
		object = s.From.String()
	default:
		return false
	}
	a.Way = pod.WayCertsDir
	if variable == gitlabrunner.CAFileVariable {
		a.Way = pod.WayEnv
	}
	a.judge(trust.StatusUnknown, CodeFileUnknown, fmt.Sprintf("envFrom may set %s, and what %s has for it is not in the manifests", variable, object))
	return true
}
