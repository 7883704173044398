package jobs

import (
	"os"
	"path"
	"strings"
	"testing"
	"time"

	"helm-runnertrust/trust/trusttest"
)

// Texts of certificates: GitLab's, the image's, and one that people add.
var gitlabPEM, imagePEM, companyPEM = newPEM("GitLab"), newPEM("Image"), newPEM("Company")

func newPEM(name string) string { return string(trusttest.PEM(newCA(name).Certificate)) }

func newCA(name string) *trusttest.Identity {
	now := time.Now()
	return trusttest.SelfSigned(trusttest.Template{
		CommonName: name, CA: true, NotBefore: now.AddDate(0, 0, -1), NotAfter: now.AddDate(1, 0, 0),
	})
}

// scene is what a job finds, and what has to come of it.
type scene struct {
	files   map[string]string // by path; the runner's caFile too, if not GitLab's certificate
	env     []string
	before  string                      // what the shell has run already
	prepare func(t *testing.T, i image) // everything else
	uids    []int                       // nil: root and nobody

	says   string // without the name of the file at its end
	file   string // what the tools are pointed to, as a pattern of package path; "": nothing
	has    string // the content of that file
	joined bool   // NODE_EXTRA_CA_CERTS names it too
}

// What the script says.
const (
	asWell  = "runnertrust: GitLab is trusted as well, through "
	alone   = "runnertrust: GitLab is trusted alone (no other CA bundle is here), through "
	nothing = "runnertrust: nothing done: "
	notSet  = nothing + "CI_SERVER_TLS_CA_FILE is not set to a path"
)

// Where Debian has its bundle, and a file that has the name of the joined one taken by a folder.
const (
	debian = "/etc/ssl/certs/ca-certificates.crt"
	taken  = bundleFile + "/file"
)

// joins is the scene of a bundle in the image to which GitLab's certificate is added.
func joins(bundle, content string) scene {
	return scene{
		files: map[string]string{bundle: content},
		says:  asWell, file: bundleFile, has: strings.TrimSuffix(content, "\n") + "\n" + gitlabPEM,
	}
}

var scenes = map[string]scene{
	"Debian and Alpine": joins(debian, imagePEM),
	"Fedora":            joins("/etc/pki/tls/certs/ca-bundle.crt", imagePEM),
	"SUSE":              joins("/etc/ssl/ca-bundle.pem", imagePEM),
	"RHEL":              joins("/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem", imagePEM),
	"OpenSSL":           joins("/etc/ssl/cert.pem", imagePEM),
	"no line end":       joins(debian, strings.TrimSuffix(imagePEM, "\n")),
	"no bundle":         {says: alone, file: caFile, has: gitlabPEM},
	"empty bundle":      {files: map[string]string{debian: ""}, says: alone, file: caFile, has: gitlabPEM},
	"GitLab's certificate is in the bundle": {
		files: map[string]string{debian: gitlabPEM + imagePEM},
		says:  asWell, file: bundleFile, has: gitlabPEM + imagePEM,
	},

	"SSL_CERT_FILE comes first": {
		env:   []string{"SSL_CERT_FILE=/company.pem"},
		files: map[string]string{"/company.pem": companyPEM, debian: imagePEM},
		says:  asWell, file: bundleFile, has: companyPEM + gitlabPEM,
	},
	"SSL_CERT_FILE names nothing": {
		env:   []string{"SSL_CERT_FILE=/missing.pem"},
		files: map[string]string{debian: imagePEM},
		says:  asWell, file: bundleFile, has: imagePEM + gitlabPEM,
	},
	"a variable names stdin": {
		env:   []string{"CURL_CA_BUNDLE=-"},
		files: map[string]string{debian: imagePEM},
		says:  asWell, file: bundleFile, has: imagePEM + gitlabPEM,
	},
	"other variables": {
		env: []string{
			"CURL_CA_BUNDLE=" + debian, "GIT_SSL_CAINFO=/company.pem", "NODE_EXTRA_CA_CERTS=/company.pem",
			"REQUESTS_CA_BUNDLE=/etc", // may be a folder
		},
		files: map[string]string{"/company.pem": companyPEM, debian: imagePEM},
		says:  asWell, file: bundleFile, has: imagePEM + companyPEM + gitlabPEM, joined: true,
	},

	"unset":      {before: "unset CI_SERVER_TLS_CA_FILE", says: notSet},
	"empty":      {env: []string{"CI_SERVER_TLS_CA_FILE="}, says: notSet},
	"relative":   {env: []string{"CI_SERVER_TLS_CA_FILE=" + path.Base(caFile)}, says: notSet},
	"missing":    {env: []string{"CI_SERVER_TLS_CA_FILE=/missing"}, says: nothing + "/missing cannot be read"},
	"folder":     {env: []string{"CI_SERVER_TLS_CA_FILE=/etc"}, says: nothing + "/etc cannot be read"},
	"empty file": {files: map[string]string{caFile: ""}, says: nothing + caFile + " has no certificate"},
	"web page":   {files: map[string]string{caFile: "<html>\n"}, says: nothing + caFile + " has no certificate"},
	"unreadable": {
		uids: []int{nobody}, says: nothing + caFile + " cannot be read",
		prepare: func(t *testing.T, i image) { i.mode(t, caFile, 0o600) },
	},

	"folder is not writable": {
		uids: []int{nobody}, env: []string{"TMPDIR=/home"}, files: map[string]string{debian: imagePEM},
		says: asWell, file: "/home/runnertrust.??????", has: imagePEM + gitlabPEM,
		prepare: func(t *testing.T, i image) { i.mode(t, path.Dir(caFile), 0o755) },
	},
	"name is taken": {
		env: []string{"TMPDIR=/home"}, files: map[string]string{debian: imagePEM, taken: ""},
		says: asWell, file: "/home/runnertrust.??????", has: imagePEM + gitlabPEM,
	},
	"no TMPDIR": {
		env: []string{"TMPDIR=/missing"}, files: map[string]string{debian: imagePEM, taken: ""},
		says: asWell, file: "/tmp/runnertrust.??????", has: imagePEM + gitlabPEM,
	},
	"nowhere to write": {
		says: nothing + "neither a file beside " + caFile + " nor one in /missing can be written",
		env:  []string{"TMPDIR=/missing"}, files: map[string]string{debian: imagePEM, taken: ""},
		prepare: func(t *testing.T, i image) {
			if err := os.Remove(i.path("/tmp")); err != nil {
				t.Fatal(err)
			}
		},
	},
	"disk is full": {
		says:  nothing + "neither a file beside " + caFile + " nor one in /tmp can be written",
		files: map[string]string{debian: strings.Repeat("# a bundle is longer than this disk\n", 4096) + imagePEM},
		// Files stop at 32 KiB or 64 KiB, and the shell lives on.
		before: "trap '' XFSZ; ulimit -f 64",
	},
	"a link is in the way": {
		files: map[string]string{debian: imagePEM, "/home/file": "of somebody else"},
		says:  asWell, file: bundleFile, has: imagePEM + gitlabPEM,
		prepare: func(t *testing.T, i image) {
			if err := os.Symlink("/home/file", i.path(bundleFile)); err != nil {
				t.Fatal(err)
			}
		},
	},
}
