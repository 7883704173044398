package render

import (
	"errors"
	"fmt"
	"path"
	"slices"
	"time"

	"helm-runnertrust/gitlabrunner"
	"helm-runnertrust/render/yamledit"
	"helm-runnertrust/trust"
)

// AuditOptions say how Audit judges.
type AuditOptions struct {
	Now           time.Time
	ExpiresWithin time.Duration // a file whose certificates expire sooner does not pass; 0: any that is valid now
	Deployment    string        // as in Options
	CertsDir      string        // as in Options
}

// A Status is what can be said of a runner from its manifests.
type Status = trust.Status

// The statuses.
const (
	StatusOK      = trust.StatusOK      // its file holds a certificate for its host, or a CA
	StatusFailed  = trust.StatusFailed  // it would not connect with this file
	StatusUnknown = trust.StatusUnknown // the manifests do not tell
)

// An AuditedRunner is one container of a runner, and the file that it would
// trust.
type AuditedRunner struct {
	Deployment string
	Namespace  string // "" for the release's
	Container  string
	URL        string // CI_SERVER_URL, "" where the manifest does not tell
	Host       string
	Addresses  []string // of the host, by the pod's hostAliases: IP addresses
	Plain      bool     // the URL is http://, so that no certificate is looked at
	Way        Way
	File       string        // path in the container, "" without a file
	From       string        // "ConfigMap/ci-gitlab-runner-certs", "" where nothing is mounted
	ServedBy   string        // "Ingress/gitlab", where it says that From is what the server sends
	Jobs       bool          // the script of Options.Jobs is in its configuration
	Bundle     *trust.Bundle // the file's certificates, nil where they are not known
	Status     Status
	Finding    trust.Finding   // explains the status
	Warnings   []trust.Finding // what does not keep it from connecting now
}

// The codes of findings of an audit, beside those of package trust.
const (
	CodeFileOK       Code = "file-ok"
	CodeFileUnknown  Code = "content-unknown"
	CodeFileMissing  Code = "file-missing"
	CodeFileInvalid  Code = "file-invalid"
	CodeKeyMissing   Code = "volume-key-missing" // a volume of the pod that no kubelet can lay out
	CodeMountTwice   Code = "mount-twice"        // two mounts at one place, of which one hides the other
	CodeNoFile       Code = "no-file"
	CodeHostUnknown  Code = "host-unknown"
	CodeEndsTooEarly Code = "expires-within"
)

// Audit tells for each runner of a stream what it would trust. It looks at
// nothing but the stream: what that does not hold, a Secret of the cluster for
// instance, is unknown. A stream without a runner, or one that Filter could
// not read, is an *Error.
func Audit(stream []byte, options AuditOptions) ([]AuditedRunner, error) {
	m := readManifests(yamledit.Split(stream))
	runners, err := m.runners(options.Deployment)
	if err != nil {
		return nil, err
	}
	if len(runners) == 0 {
		return nil, m.noRunner(options.Deployment)
	}
	if err := checkCertsDir(options.CertsDir); err != nil {
		return nil, err
	}
	var audited []AuditedRunner
	var faults []error
	for _, r := range runners {
		for _, c := range r.containers {
			a, err := m.audit(c, options)
			audited, faults = append(audited, a), append(faults, err)
		}
	}
	if err := errors.Join(faults...); err != nil {
		return nil, err
	}
	return audited, nil
}

// audit judges a runner's container, and its pod, of which that is a part.
func (m *manifests) audit(c *container, options AuditOptions) (AuditedRunner, error) {
	a := AuditedRunner{Deployment: c.runner.name, Namespace: c.runner.namespace, Container: c.name}
	if err := a.judgeRunner(m, c, options); err != nil {
		return a, err
	}
	missing, err := m.missingKey(c.runner)
	if err != nil || missing == "" || a.Status == StatusFailed {
		return a, err
	}
	a.judge(StatusFailed, CodeKeyMissing, missing)
	return a, nil
}

// judgeRunner finds the file that a container would read, and judges it.
func (a *AuditedRunner) judgeRunner(m *manifests, c *container, options AuditOptions) error {
	server, err := c.server()
	if err != nil {
		return err
	}
	a.Host, a.Plain, a.URL = server.Name, server.Plain, server.URL
	if a.Addresses, err = c.runner.addressesOf(server.Name); err != nil {
		return err
	}
	if err := a.findFile(m, c, server, options.CertsDir); err != nil {
		return err
	}
	if a.Host == "" && a.File == "" {
		a.judge(StatusUnknown, CodeHostUnknown, "the manifest does not tell "+gitlabrunner.ServerURLVariable+", and so not the file's name")
		return nil
	}
	found, err := m.open(c, a.File)
	if err != nil {
		return err
	}
	a.From = found.from
	if a.Way == WayCertsDir && found.kind == "Secret" && found.whole {
		a.Way = WayCertsSecretName
	}
	if found.kind == "Secret" && found.key == servedKey {
		if by, err := m.servedBy(c.runner, server, true); err == nil && "Secret/"+by.secret == found.from {
			a.ServedBy = by.by
		}
	}
	a.Jobs = m.hasJobs(c.runner)
	a.judgeFile(found, options)
	return nil
}

// findFile is the runner's order of looking: the variable, the setting, the certs directory
// (network/client.go of gitlab-runner).
func (a *AuditedRunner) findFile(m *manifests, c *container, server gitlabrunner.Server, certsDir string) error {
	set, err := m.caFile(c)
	if err != nil {
		return err
	}
	if set != nil {
		a.Way, a.File = WayEnv, set.path
		return nil
	}
	file, configMap, err := m.configuredCAFile(c.runner)
	if err != nil {
		return err
	}
	if configMap != nil {
		a.Way, a.File = WayConfig, file
		return nil
	}
	a.Way = WayCertsDir
	dir, err := c.certsDir(certsDir)
	if err != nil {
		return err
	}
	if server.CertFile != "" {
		a.File = path.Join(dir, server.CertFile)
	}
	return nil
}

func (a *AuditedRunner) judge(status Status, code Code, message string) {
	a.Status, a.Finding = status, trust.Finding{Code: code, Message: message}
}

// judgeFile judges what was found at the file's path.
func (a *AuditedRunner) judgeFile(found content, options AuditOptions) {
	switch {
	case a.Plain:
		a.judge(StatusOK, PlainHTTP, gitlabrunner.ServerURLVariable+" is an http:// URL, so the runner checks no certificate")
	case a.File == "":
		a.judge(StatusUnknown, CodeFileUnknown, "the file's path is not in the manifests")
	case found.state == contentUnmounted && a.Way == WayCertsDir:
		a.Way = WayNone
		a.judge(StatusUnknown, CodeNoFile, "no file: it trusts the system's certificates only")
		a.File = ""
	case found.state == contentUnmounted:
		a.judge(StatusUnknown, CodeFileUnknown, "nothing is mounted there: the file would have to be in the image")
	case found.state == contentUnknown:
		a.judge(StatusUnknown, CodeFileUnknown, found.from+" is not in the manifests")
	case found.state == contentHidden:
		a.judge(StatusFailed, CodeMountTwice, fmt.Sprintf("two volumes are mounted at its directory, %s: one hides the other", found.from))
		a.From = ""
	case found.state == contentNoVolume:
		a.judge(StatusFailed, CodeFileMissing, "the mount at its place names no volume of the pod")
	case found.state == contentMissing:
		a.judge(StatusFailed, CodeFileMissing, fmt.Sprintf("%s has no file %s", found.from, path.Base(a.File)))
	default:
		a.judgeBundle(found, options)
	}
}

// judgeBundle judges certificates. One that has expired does no harm beside
// one that is valid, as in the time of a rotation.
func (a *AuditedRunner) judgeBundle(found content, options AuditOptions) {
	bundle, unseen, err := gitlabrunner.Parse(found.from, found.bytes)
	if err != nil {
		a.judge(StatusFailed, CodeFileInvalid, err.Error())
		return
	}
	a.Bundle = bundle
	a.Warnings = slices.Concat(unseen, bundle.Findings(a.Host, options.Now))
	if reason := bundle.Unusable(a.Host, options.Now); reason != nil {
		a.Status, a.Finding = StatusFailed, *reason
		a.Warnings = slices.DeleteFunc(a.Warnings, func(f trust.Finding) bool { return f.Code == reason.Code })
		return
	}
	if end := options.Now.Add(options.ExpiresWithin); bundle.Unusable(a.Host, end) != nil {
		a.judge(StatusFailed, CodeEndsTooEarly, "it will have stopped working by "+end.UTC().Format("2006-01-02 15:04 MST"))
		return
	}
	a.judge(StatusOK, CodeFileOK, "the file holds a CA or the server's own certificate, valid now")
}
