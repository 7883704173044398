package audit

import (
	"cmp"
	"crypto/x509"
	"fmt"
	"net"
	"path"
	"regexp"
	"slices"
	"strings"
	"sync"

	"helm-runnertrust/gitlabrunner"
	"helm-runnertrust/render/ingress"
	"helm-runnertrust/render/manifest"
	"helm-runnertrust/render/pod"
	"helm-runnertrust/render/tomledit"
	"helm-runnertrust/trust"
	"helm-runnertrust/trust/gitclient"
)

// findClients finds the servers that jobs connect to, and what job pods trust.
func (j *judge) findClients(a *Runner, c *pod.Container) error {
	a.Jobs = c.Runner.HasScript()
	hosts := c.Hosts()[0]
	by, _ := j.terminations.Secret(c.Runner.Object, hosts.Cache.Name, false) // with an error it is no source, which would be refused
	if !slices.Contains(by.Ports, hosts.Cache.Port()) {
		by = ingress.Served{}
	}
	sent, _ := j.jobFile(a, c, "Secret", by.Secret, ingress.SecretKey)
	helper := j.helper(a, c, by.Secret)
	a.helper = helper.Store
	a.gitUnknown = a.whyGitUnknown(c, hosts)
	if clone := hosts.Clone; a.Server.Plain || clone.Plain || !strings.EqualFold(clone.Address, a.Server.Address) {
		a.clone = clone
	}
	if a.fault != nil || hosts.Cache.Name == "" && hosts.CacheFault == "" {
		return a.fault
	}
	a.cache = helper
	if hosts.CacheFault != "" {
		a.cache.Verdict = trust.Verdict{Status: trust.StatusUnknown, Finding: trust.Finding{Code: CodeCacheUnknown, Message: hosts.CacheFault}}
		return nil
	}
	if a.jobFault != "" {
		a.cache.Verdict = trust.Verdict{Status: trust.StatusUnknown, Finding: a.gitUnknown}
		return nil
	}
	a.cache.Server = hosts.Cache
	if len(sent) == 0 {
		message := "it trusts the public CAs and " + strings.Join(a.JobFiles, ", ") + ", and its server's CA is not in the manifests"
		if len(a.JobFiles) == 0 {
			message = "no file of --jobs is mounted in the job pods, so it trusts the public CAs only"
		}
		a.cache.Verdict = trust.Verdict{Status: trust.StatusUnknown, Finding: trust.Finding{Code: CodeCacheUnknown, Host: hosts.Cache.Address, Message: message}}
		return nil
	}
	a.cache.Verdict = trust.JudgeRunner(hosts.Cache.Name, sent, helper.Bundle, helper.Store.Pool(), j.options.Now)
	a.cache.Verdict.Finding.Host = hosts.Cache.Address
	a.cache.Qualify(&a.cache.Verdict, trust.CodeUnknownAuthority)
	return nil
}

// whyGitUnknown says why the stream does not show what git connects to, or with; the zero Finding where it does.
func (a *Runner) whyGitUnknown(c *pod.Container, hosts pod.Hosts) trust.Finding {
	const elsewhere = ", so git may go by other certificates than the runner's, or to another host"
	git := a.Server
	if hosts.Clone.Name != "" {
		git = hosts.Clone
	}
	spelled := strings.TrimSuffix(git.CertFile, ".crt")
	switch setting := gitSetting().FindString(jobsEnvironment(c) + cloneScripts(c)); {
	case a.jobFault != "":
		return trust.Finding{Code: pod.CodeNeverStarts, Message: "jobs may not start: " + a.jobFault}
	case hosts.CloneUnknown:
		return trust.Finding{Code: manifest.CloneHost, Message: "its clone_url is not in the manifests, or no URL to clone from"}
	case git.Name != "" && !git.Plain && net.ParseIP(git.Name) == nil && !gitclient.TakesHost(spelled):
		return trust.Finding{Code: manifest.BadURL, Message: fmt.Sprintf("git may not find its file for the host as its URL has it, %q: %s would do", spelled, strings.TrimSuffix(git.Name, "."))}
	case slices.ContainsFunc(c.Runner.Config().Volumes(), holdsGitConfig):
		return trust.Finding{Code: trust.CodeUndecided, Message: "a volume of the job pods may hold a configuration of git" + elsewhere}
	case setting != "":
		return trust.Finding{Code: trust.CodeUndecided, Message: "environment, pod_spec or a script of [[runners]] sets " + setting + elsewhere}
	}
	return trust.Finding{}
}

// helperImage matches GitLab's images of the helper, also in another registry.
var helperImage = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`(^|/)gitlab-runner-helper:((alpine|ubuntu)[a-z0-9.]*-)*(x86_64|arm64|arm|s390x|ppc64le|riscv64)-[^/]+$`)
})

// gitSetting matches what leads git to other certificates than http.<url>.sslCAInfo, which the runner sets
// (get_curl_handle in http.c of git), or may do.
var gitSetting = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`(?i)(GIT_SSL_|\bssl)(CA|Cert|Key|Cipher|Version)\w*|insteadOf\W*(https?:|\$)|GIT_CONFIG_KEY_\d+=(url|include)|` +
		`\binclude(If)?\.\S*path|GIT_CONFIG_(GLOBAL|SYSTEM)|\bpatch_path|` + regexp.QuoteMeta(unshown))
})

// holdsGitConfig reports whether a volume of job pods may hold a file that git reads as its configuration (FILES in
// git-config).
func holdsGitConfig(v tomledit.Volume) bool {
	at := path.Clean(v.MountPath)
	return path.Base(at) == ".gitconfig" || strings.HasSuffix(at, "/git/config") || covers(at, "/etc/gitconfig") || covers(at, "/root/.gitconfig")
}

// covers reports whether a mount at a path puts something in the place of a file or a folder.
func covers(at, name string) bool { return at == name || pod.IsBelow(name, at) }

// cloneScripts returns the text of what runs before git clones, also by the name before gitlab-runner 16.
func cloneScripts(c *pod.Container) (text string) {
	for _, name := range []string{"pre_get_sources_script", "pre_clone_script"} {
		script, _, _ := c.Runner.Config().String(name)
		text += script + textOf(c.Variable("RUNNER_"+strings.ToUpper(name)))
	}
	return text
}

// jobsEnvironment returns the text of the variables that [[runners]] has for its jobs, and of what it changes their pods by.
func jobsEnvironment(c *pod.Container) string {
	listed, _ := c.Runner.Config().Value("environment")
	patches, _ := c.Runner.Config().Value("kubernetes", "pod_spec")
	return fmt.Sprintln(listed, patches, textOf(c.Variable("RUNNER_ENV")))
}

// unshown stands in a text for what the manifests do not show.
const unshown = "a value that is not in the manifests"

func textOf(s pod.Setting) string {
	if s.Set {
		return cmp.Or(s.Value, unshown)
	}
	return ""
}

// helperStore returns what the helper trusts by its image, and by the environment, the scripts and the pods of [[runners]].
func helperStore(c *pod.Container, environment string) Store {
	store := Store{Mozilla: true}
	image, _, _ := c.Runner.Config().String("kubernetes", "helper_image")
	if set := c.Variable("KUBERNETES_HELPER_IMAGE"); set.Set {
		image = cmp.Or(set.Value, pod.ErrUnknown.Error())
	}
	if image != "" && !helperImage().MatchString(image) {
		store.Mozilla = false
		store.uncertain("what the image %q trusts is not known", image)
	}
	for _, name := range []string{"SSL_CERT_FILE", pod.CertDirVariable, "AWS_CA_BUNDLE"} {
		if strings.Contains(environment, name+"=") {
			store.Mozilla = store.Mozilla && name != "SSL_CERT_FILE"
			store.uncertain("environment of [[runners]] sets %s", name)
		}
	}
	if patches, _ := c.Runner.Config().Value("kubernetes", "pod_spec"); patches != nil || strings.Contains(cloneScripts(c), "update-ca-") {
		store.uncertain("pod_spec or a script of [[runners]] may change what the helper trusts")
	}
	return store
}

// helper returns the client of the cache, which reads no file of the runner: it trusts what the image of
// the helper does, and what is mounted beside it in the folders of [crypto/x509]. served is the Secret with
// the certificate of its server.
func (j *judge) helper(a *Runner, c *pod.Container, served string) *Client {
	elsewhere, environment := c.Runner.JobsElsewhere(), jobsEnvironment(c)
	client := &Client{Name: ClientCache, Store: helperStore(c, environment)}
	var all []*x509.Certificate
	for _, v := range c.Runner.Config().Volumes() {
		at := path.Clean(v.MountPath)
		hides := slices.ContainsFunc(goStore, func(file string) bool { return covers(at, file) })
		if hides || strings.Contains(at, "$") {
			client.Store.Mozilla = client.Store.Mozilla && !hides
			client.Store.uncertain("the volume %q of the job pods is mounted at %s", v.Name, v.MountPath)
			continue
		}
		if dir := path.Dir(at); dir != pod.SystemCertDir && dir != pod.SystemCertDirElse || strings.Contains(environment, pod.CertDirVariable+"=") {
			continue // Go reads the files in a folder, and none below (loadSystemRoots in crypto/x509/root_unix.go)
		}
		kind := pod.JobKinds[v.Kind]
		a.JobFiles = append(a.JobFiles, strings.TrimPrefix(kind+"/"+v.Name, "/"))
		key := v.SubPath
		if len(v.Items) > 0 {
			key = ""
		}
		for name, shown := range v.Items {
			if shown == v.SubPath {
				key = name
			}
		}
		read, isSeen := j.jobFile(a, c, kind, v.Name, key)
		switch {
		case !isSeen && elsewhere == "" && kind == "Secret" && v.Name == served && key == ingress.SecretKey:
			client.Sends = kind + "/" + v.Name
		case elsewhere != "":
			client.Store.uncertain("%s", elsewhere)
		case !isSeen:
			client.Store.uncertain("what %s/%s has for %s is not in the manifests", kind, v.Name, v.MountPath)
		}
		all = append(all, read...)
	}
	if len(all) > 0 && elsewhere == "" {
		var err error
		if client.Bundle, err = trust.NewBundle(strings.Join(slices.Compact(slices.Clone(a.JobFiles)), ", "), all); err != nil {
			client.Store.uncertain("%v", err)
		}
	}
	return client
}

// jobFile returns the certificates of a key of an object, and whether the stream has it.
func (j *judge) jobFile(a *Runner, c *pod.Container, kind, name, key string) (certs []*x509.Certificate, isSeen bool) {
	o := j.stream.Find(kind, name, c.Runner.Namespace)
	if o == nil || o.IsHook() || name == "" || key == "" {
		return nil, false
	}
	content, isSeen, err := o.Data(key)
	a.fault = cmp.Or(a.fault, err)
	return gitlabrunner.Certificates(content), isSeen && string(content) != Unread
}
