package render

import (
	"errors"
	"strconv"
	"strings"

	"helm-runnertrust/gitlabrunner"
	"helm-runnertrust/trust"
)

// A Code names what an Error or a Warning is about, for programs: hints are
// chosen by it.
type Code = trust.Code

// The codes of errors.
const (
	NoRunner        Code = "no-runner"         // nothing in the stream to patch
	HostUnknown     Code = "host-unknown"      // CI_SERVER_URL does not tell the host
	BadURL          Code = "bad-url"           // CI_SERVER_URL is one that the runner refuses
	NoCertificate   Code = "no-certificate"    // no source for the runner's host
	CAFileSet       Code = "ca-file-set"       // another setting would win over the certs directory
	MountConflict   Code = "mount-conflict"    // the certs directory cannot be mounted
	DirUnknown      Code = "certs-dir-unknown" // HOME is not in the manifest
	ConfigMapTaken  Code = "configmap-taken"   // another ConfigMap has the name
	ConfigMapName   Code = "configmap-name"    // the name does not fit
	TooMuchData     Code = "configmap-too-large"
	RunnerTwice     Code = "runner-twice"      // two Deployments of one name
	ContainerChoice Code = "container-unknown" // which container is the runner
	TwoSources      Code = "two-sources"       // a runner reads one file
	BadReference    Code = "bad-reference"     // no name of an object, or no key
	PrivateKey      Code = "private-key-named" // a key of a Secret that is one
	KeyMissing      Code = "key-missing"       // the object in the stream does not have the key
	ObjectEmpty     Code = "object-empty"      // its owner fills it later; a warning
	SeveralSecrets  Code = "several-secrets"   // the stream names more than one for a host
	NoSecret        Code = "no-secret"         // an Ingress without one
	SecretElsewhere Code = "secret-elsewhere"  // in another namespace than the runner
	WayUnknown      Code = "way-unknown"       // no such way
	NoTemplate      Code = "no-template"       // no config.template.toml
	BadTemplate     Code = "bad-template"      // one that cannot be edited
	ScriptSet       Code = "script-set"        // another pre_build_script would win
	ExecutorUnfit   Code = "executor-unfit"    // its jobs do not run in pods
	ShellUnfit      Code = "shell-unfit"       // its jobs' shell cannot run the script
	HostTooLong     Code = "host-too-long"     // for a file's name
	BadChartVersion Code = "bad-chart-version" // not one of the gitlab-runner chart
	NoVolumes       Code = "no-volumes"        // a chart without the key of the values
	NoExtraObjects  Code = "no-extra-objects"  // a chart without that key
	BadDocument     Code = "bad-document"      // not YAML, or not the shape of a Deployment
)

// An Error is a stream that the filter refuses, with the place.
type Error struct {
	Code     Code
	Document string // `document 7 (gitlab-runner/templates/deployment.yaml)`, "" for the stream
	Line     int    // in the stream, from 1; 0 where there is none
	Object   string // "Deployment/ci-gitlab-runner", "" where it is not known
	Field    string // "volumes", "env CI_SERVER_URL"; "" for the object
	Host     string // the runner's server as one types it for fetch, host[:port]; "" where it is no matter of it
	Err      error  // what is wrong
}

// Error is the place, from the outside in, then what is wrong.
func (e *Error) Error() string {
	var place []string
	if e.Document != "" {
		place = append(place, e.Document)
	}
	if e.Line > 0 {
		place = append(place, "line "+strconv.Itoa(e.Line))
	}
	for _, part := range []string{e.Object, e.Field} {
		if part != "" {
			place = append(place, part)
		}
	}
	if len(place) == 0 {
		return e.Err.Error()
	}
	return strings.Join(place, ", ") + ": " + e.Err.Error()
}

// about names the server that an error concerns.
func about(server gitlabrunner.Server, err error) error {
	if refused := (*Error)(nil); errors.As(err, &refused) {
		refused.Host = server.Address
	}
	return err
}

// Unwrap is what is wrong.
func (e *Error) Unwrap() error { return e.Err }
