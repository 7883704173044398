package runners

import (
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strings"
)

// read returns the file that the runner in a Deployment opens, and its path, or says why there is none.
func (w world) read(deployment map[string]any) (data []byte, path string, err error) {
	pod := at(deployment, "spec", "template", "spec")
	volumes, err := w.volumesOf(pod)
	if err != nil {
		return nil, "", err
	}
	var runner any
	var seen root
	names := map[string]bool{}
	for _, c := range append(append([]any{}, list(pod, "initContainers")...), list(pod, "containers")...) {
		if names[text(c, "name")] {
			return nil, "", fmt.Errorf("two containers %q", text(c, "name"))
		}
		names[text(c, "name")] = true
		isInit := slices.ContainsFunc(list(pod, "initContainers"), func(other any) bool { return text(other, "name") == text(c, "name") })
		if user := usersOf(pod, c)[0]; user.uid == 0 && user.notRoot && (isInit || text(c, "name") == "runner") {
			return nil, "", fmt.Errorf("container %s: runAsNonRoot, and the user 0", text(c, "name")) // verifyRunAsNonRoot in pkg/kubelet/kuberuntime
		}
		r, err := mountsOf(c, volumes)
		if err != nil {
			return nil, "", fmt.Errorf("container %s: %w", text(c, "name"), err)
		}
		if text(c, "name") == "runner" {
			runner, seen = c, r
		}
	}
	env, err := w.environment(runner)
	if err != nil {
		return nil, "", err
	}
	for _, user := range usersOf(pod, runner) {
		if path, err = pathFor(env, user.uid); err != nil {
			return nil, "", err
		}
		f, err := seen.open(path)
		if err != nil {
			return nil, path, err
		}
		if !user.mayRead(f) {
			return nil, path, fmt.Errorf("%s: uid %d cannot read mode %o", path, user.uid, f.mode)
		}
		data = f.data
	}
	return data, path, nil
}

// pathFor is gitlab-runner's own choice (GetTLSCAFile and its default in commands/register.go, network/client.go).
func pathFor(env map[string]string, uid int) (string, error) {
	u, err := url.Parse(env["CI_SERVER_URL"])
	if err != nil || u.Host == "" {
		return "", fmt.Errorf("CI_SERVER_URL %q", env["CI_SERVER_URL"])
	}
	if named := env[envFile]; named != "" {
		return named, nil
	}
	dir := rootDir
	if uid != 0 {
		home := env["HOME"]
		if home == "" { // runc then takes that of /etc/passwd (libcontainer, where it sets the environment), of the images
			home = homeDir
		}
		if !strings.HasPrefix(home, "/") {
			return "", fmt.Errorf("HOME %q", home)
		}
		dir = home + "/.gitlab-runner/certs"
	}
	return dir + "/" + strings.Split(u.Host, ":")[0] + ".crt", nil
}

// A user is one that the container may have.
type user struct {
	uid     int
	fsGroup bool
	group   int  // -1 is the image's
	notRoot bool // or the container does not start
}

// usersOf returns the users that a container may have: what neither the container nor the pod says is the
// image's (determineEffectiveSecurityContext in pkg/securitycontext/util.go), which is root's or another.
func usersOf(pod, container any) []user {
	security := func(name string) any {
		if own := at(container, "securityContext", name); own != nil {
			return own
		}
		return at(pod, "securityContext", name)
	}
	u := user{uid: 999, group: -1, fsGroup: at(pod, "securityContext", "fsGroup") != nil, notRoot: security("runAsNonRoot") == true}
	if group, given := security("runAsGroup").(float64); given {
		u.group = int(group)
	}
	if uid, given := security("runAsUser").(float64); given {
		u.uid = int(uid)
		return []user{u}
	}
	if u.notRoot {
		return []user{u}
	}
	return []user{{uid: 0}, u}
}

// mayRead is path_resolution(7): root reads all; of others, the bits of the group decide for its members, and
// those of others for all else. The group of a file is the fsGroup, which the kubelet lets read, or root's.
func (u user) mayRead(f file) bool {
	const group, others = 0o040, 0o004
	switch {
	case u.uid == 0, u.fsGroup:
		return true
	case u.group < 0:
		return f.mode&group != 0 && f.mode&others != 0
	case u.group == 0:
		return f.mode&group != 0
	}
	return f.mode&others != 0
}

// environment returns the variables of a container (makeEnvironmentVariables in pkg/kubelet/kubelet_pods.go).
// Objects that are only in the cluster set nothing, as verify assumes in so many words.
func (w world) environment(container any) (map[string]string, error) {
	env := map[string]string{}
	for _, from := range list(container, "envFrom") {
		for field, kind := range map[string]string{"configMapRef": "ConfigMap", "secretRef": "Secret"} {
			if at(from, field) == nil {
				continue
			}
			keys, _ := w.keys(kind, text(from, field, "name"))
			for key, value := range keys {
				env[text(from, "prefix")+key] = string(value)
			}
		}
	}
	listed := map[string]string{}
	for _, entry := range list(container, "env") {
		name := text(entry, "name")
		listed[name] = expand(text(entry, "value"), func(name string) (string, bool) {
			if value, found := listed[name]; found {
				return value, true
			}
			value, found := env[name]
			return value, found
		})
		for field, kind := range map[string]string{"configMapKeyRef": "ConfigMap", "secretKeyRef": "Secret"} {
			reference := at(entry, "valueFrom", field)
			if reference == nil {
				continue
			}
			keys, found := w.keys(kind, text(reference, "name"))
			value, has := keys[text(reference, "key")]
			switch {
			case has:
				listed[name] = string(value)
			case !found && name == envFile:
				return nil, fmt.Errorf("%s: not known", name)
			case found && at(reference, "optional") != true:
				return nil, fmt.Errorf("%s: no such key", name)
			default:
				delete(listed, name)
			}
		}
	}
	maps.Copy(env, listed)
	return env, nil
}

// expand is Expand of third_party/forked/golang/expansion: $(NAME) of what is known, $$ for $.
func expand(text string, value func(string) (string, bool)) string {
	var b strings.Builder
	for i := 0; i < len(text); i++ {
		rest := text[i:]
		end := strings.Index(rest, ")")
		switch {
		case strings.HasPrefix(rest, "$$"):
			b.WriteByte('$')
			i++
		case strings.HasPrefix(rest, "$(") && end > 0:
			if known, found := value(rest[2:end]); found {
				b.WriteString(known)
			} else {
				b.WriteString(rest[:end+1])
			}
			i += end
		default:
			b.WriteByte(text[i])
		}
	}
	return b.String()
}
