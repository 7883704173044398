package runners

import (
	"encoding/base64"
	"fmt"
	"math/rand/v2"
	"strings"
)

const (
	server   = "gitlab.example.com"
	homeDir  = "/home/gitlab-runner"
	certsDir = homeDir + "/.gitlab-runner/certs"
	rootDir  = "/etc/gitlab-runner/certs"
	envFile  = "CI_SERVER_TLS_CA_FILE"
)

// A grammar makes runners.
type grammar struct {
	random *rand.Rand
	cert   string // PEM of a CA that is valid
	odd    bool   // the runner may be one that no API server takes
	broken bool   // the filter must refuse it
}

func pick[T any](g *grammar, all ...T) T { return all[g.random.IntN(len(all))] }

func (g *grammar) one(in int) bool { return g.random.IntN(in) == 0 }

// stream returns the documents of a release: some objects with certificates, and a runner.
func (g *grammar) stream() [][]field {
	g.odd = g.one(2)
	all := [][]field{g.runner()}
	for _, name := range []string{"a", "b", "c"} {
		for _, kind := range []string{"ConfigMap", "Secret"} {
			if !g.one(3) {
				all = append(all, g.object(kind, name))
			}
		}
	}
	g.random.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
	return all
}

func (g *grammar) object(kind, name string) []field {
	var data []field
	for _, key := range []string{server + ".crt", "ca.crt", "other", "HOME", envFile} {
		if g.one(2) {
			continue
		}
		value := pick(g, g.cert, g.cert, g.cert, "# text\n"+g.cert, "no certificate", "", strings.ReplaceAll(g.cert, "A", "!"))
		switch key {
		case "HOME":
			value = pick(g, homeDir, "/x")
		case envFile:
			value = pick(g, g.path(), "")
		}
		if kind == "Secret" {
			value = base64.StdEncoding.EncodeToString([]byte(value))
		}
		data = append(data, field{key, value})
	}
	if len(data) == 0 { // an object without keys is one that its owner fills
		data = []field{{"other", "YQ=="}}
	}
	return []field{{"apiVersion", "v1"}, {"kind", kind}, {"metadata", []field{{"name", name}, {"namespace", pick(g, "ci", "ci", "ci", "ci", "elsewhere")}}}, {"data", data}}
}

// path is a file that a variable may name.
func (g *grammar) path() string {
	return pick(g, certsDir+"/"+server+".crt", rootDir+"/"+server+".crt", "/x/ca.crt", "/x/certs/ca.crt", "/nowhere/ca.crt")
}

func (g *grammar) runner() []field {
	template := []field{{"metadata", []field{{"labels", []field{{"app", "r"}}}}}, {"spec", g.pod()}}
	if g.one(4) {
		template[0] = field{"metadata", []field{{"labels", []field{{"app", "r"}}}, {"annotations", []field{{"note", "a: b"}, {"empty", ""}}}}}
	}
	metadata := []field{{"name", "ci-runner"}, {"namespace", "ci"}, {"labels", []field{{"app", "r"}, {"heritage", "Helm"}}}}
	if g.one(3) {
		metadata = append(metadata, field{"annotations", []field{{"x/y", "1"}}})
	}
	return []field{{"apiVersion", "apps/v1"}, {"kind", "Deployment"}, {"metadata", metadata},
		{"spec", []field{{"replicas", 1}, {"selector", []field{{"matchLabels", []field{{"app", "r"}}}}}, {"template", template}}}}
}

func (g *grammar) pod() (pod []field) {
	names := []string{"home"}
	volumes := []any{[]field{{"name", "home"}, {"emptyDir", []field{{"medium", "Memory"}}}}}
	for i := range g.random.IntN(4) {
		name := fmt.Sprintf("v%d", i)
		if g.odd && g.one(12) {
			name = pick(g, "home", "V_", "v0")
		}
		names, volumes = append(names, name), append(volumes, g.volume(name))
	}
	container := g.container("runner", names)
	container = append(container, field{"env", g.env()})
	if g.one(4) {
		container = append(container, field{"envFrom", g.envFrom()})
	}
	containers := []any{container}
	if g.one(5) {
		containers = append(containers, g.container("beside", names))
	}
	if g.one(4) {
		pod = append(pod, field{"initContainers", []any{g.container("first", names)}})
	}
	var security []field
	for _, f := range []field{{"runAsUser", pick[any](g, 0, 100, 999, number("1.00065e+09"))}, {"fsGroup", pick[any](g, 65533, 0)}, {"runAsGroup", pick[any](g, 0, 100)}, {"runAsNonRoot", true}} {
		if g.one(2) {
			security = append(security, f)
		}
	}
	if len(security) > 0 {
		pod = append(pod, field{"securityContext", security})
	}
	pod = append(pod, field{"containers", containers}, field{"volumes", volumes})
	if g.broken = g.one(15); g.broken {
		pod = append(pod, pick(g, field{"volumes", volumes}, field{"containers", containers}, field{"<<", number("{a: b}")},
			field{"note", number("*nowhere")}, field{"note", number("'open")}, field{"note", number("[")}))
	}
	return pod
}

// number is written as it stands.
type number string

func (g *grammar) container(name string, volumes []string) []field {
	c := []field{{"name", name}, {"image", "registry.example.com/" + name + ":v1"}}
	if name != "first" || g.one(2) {
		mounts := []any{[]field{{"name", "home"}, {"mountPath", homeDir + "/.gitlab-runner"}}}
		if g.one(8) {
			mounts = nil
		}
		if g.one(12) && mounts != nil {
			mounts = []any{[]field{{"name", "home"}, {"mountPath", homeDir + "/.gitlab-runner"}, {"readOnly", true}}}
		}
		for range g.random.IntN(4) {
			mounts = append(mounts, g.mount(volumes))
		}
		g.random.Shuffle(len(mounts), func(i, j int) { mounts[i], mounts[j] = mounts[j], mounts[i] })
		if len(mounts) > 0 || g.one(2) {
			c = append(c, field{"volumeMounts", mounts})
		}
	}
	if g.one(5) {
		c = append(c, field{"securityContext", []field{{"runAsUser", pick(g, 0, 999)}}})
	}
	return c
}

func (g *grammar) mount(volumes []string) []field {
	m := []field{{"name", pick(g, volumes...)}, {"mountPath", pick(g, certsDir, certsDir, rootDir, certsDir+"/", "/x", "/x/", "/x/certs", "/etc/ssl/certs",
		"/etc/gitlab-runner", homeDir, certsDir+"/"+server+".crt", "/x/ca.crt", "/x//certs")}}
	if g.odd && g.one(12) {
		m[pick(g, 0, 1)].value = pick(g, "none", "/a:b", "relative", "")
	}
	if g.one(3) {
		m = append(m, field{"readOnly", pick(g, true, false)})
	}
	if g.one(6) {
		m = append(m, field{"subPath", pick(g, server+".crt", "ca.crt", "sub", "absent")})
		if g.odd && g.one(5) {
			m[len(m)-1].value = pick(g, "../x", "/x", "a/../../b")
		}
	}
	return m
}

func (g *grammar) volume(name string) []field {
	switch g.random.IntN(8) {
	case 0:
		return []field{{"name", name}, {"emptyDir", []field{}}}
	case 1, 2:
		var sources []any
		for range 1 + g.random.IntN(3) {
			kind := pick(g, "secret", "configMap")
			sources = append(sources, []field{{kind, g.source("name")}})
		}
		projected := []field{{"sources", sources}}
		if g.one(4) {
			projected = append(projected, g.mode("defaultMode"))
		}
		return []field{{"name", name}, {"projected", projected}}
	case 3, 4:
		return []field{{"name", name}, {"secret", g.withMode(g.source("secretName"))}}
	}
	return []field{{"name", name}, {"configMap", g.withMode(g.source("name"))}}
}

func (g *grammar) withMode(source []field) []field {
	if g.one(5) {
		source = append(source, g.mode("defaultMode"))
	}
	return source
}

func (g *grammar) mode(name string) field {
	mode := pick(g, 0o644, 0o444, 0o440, 0o400, 0o600, 0o004, 0o777)
	if g.odd && g.one(8) {
		mode = pick(g, 0o1000, -1)
	}
	return field{name, mode}
}

func (g *grammar) source(name string) []field {
	s := []field{{name, pick(g, "a", "b", "c", "a", "b", "c", "absent")}}
	if g.odd && g.one(12) {
		s = nil
	}
	if g.one(2) {
		var items []any
		for range 1 + g.random.IntN(2) {
			item := []field{{"key", pick(g, server+".crt", "ca.crt", "other")}, {"path", pick(g, server+".crt", "ca.crt", "sub/"+server+".crt", "sub")}}
			if g.odd && g.one(10) {
				item[1].value = pick(g, "../x", "/x", "..x", "")
			}
			if g.one(6) {
				item = append(item, g.mode("mode"))
			}
			items = append(items, item)
		}
		s = append(s, field{"items", items})
	}
	if g.one(5) {
		s = append(s, field{"optional", pick(g, true, false)})
	}
	return s
}

func (g *grammar) env() []any {
	env := []any{[]field{{"name", "CI_SERVER_URL"}, {"value", pick(g, "https://"+server, "https://"+server+"/", "https://"+server+":8443/gitlab")}}}
	if g.one(12) {
		env = append(env, []field{{"name", "BASE"}, {"value", server}})
		env[0] = []field{{"name", "CI_SERVER_URL"}, {"value", pick(g, "https://$(BASE)", "https://"+server+"/$$(x)")}}
		if g.one(2) {
			env[0], env[1] = env[1], env[0]
		}
	}
	if g.one(4) {
		env = append(env, []field{{"name", "HOME"}, {"value", pick(g, homeDir, "/x", "$(BASE)", "")}})
	}
	if g.one(4) {
		env = append(env, []field{{"name", envFile}, {"value", pick(g, g.path(), g.path(), "", "$(HOME)/ca.crt")}})
	}
	if g.one(10) {
		kind := pick(g, "configMapKeyRef", "secretKeyRef")
		reference := []field{{"name", pick(g, "a", "b", "absent")}, {"key", pick(g, "other", "ca.crt")}}
		if g.one(3) {
			reference = append(reference, field{"optional", true})
		}
		env = append(env, []field{{"name", pick(g, "OTHER", "OTHER", envFile)}, {"valueFrom", []field{{kind, reference}}}})
	}
	if g.one(3) {
		env = append(env, []field{{"name", "EMPTY"}, {"value", nil}})
	}
	return env
}

func (g *grammar) envFrom() []any {
	var all []any
	for range 1 + g.random.IntN(2) {
		f := []field{{pick(g, "configMapRef", "secretRef"), []field{{"name", pick(g, "a", "b", "c")}}}}
		if g.one(4) {
			f = append(f, field{"prefix", pick(g, "X_", "CI_")})
		}
		all = append(all, f)
	}
	return all
}
