package cli

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"helm-runnertrust/cli/input"
	"helm-runnertrust/fixtures"
)

// TestCertificateText gives the text of a key where a path or a name is expected. Nothing of it may
// come back, and the variable that takes text is named.
func TestCertificateText(t *testing.T) {
	manifests := fixtures.Input(t, "accept/current")
	const body = "MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgswordfishswordfishsw"
	for name, text := range map[string]string{
		"key":              "-----BEGIN " + "PRIVATE KEY-----\n" + body + "\n-----END " + "PRIVATE KEY-----\n",
		"one line":         "-----BEGIN " + "PRIVATE KEY-----" + body,
		"without its head": body + "\nswordfish",
		"DER in base64":    "MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQswordfishswordfish",
		"PEM in base64":    "LS0tLS1CRUdJTiBswordfishswordfishswordfishswordfish",
	} {
		for place, args := range map[string][]string{
			"--cert":           {"--cert=" + text},
			"--configmap-name": {"--configmap-name", text},
			"--certs-dir":      {"--certs-dir", text},
			"-f":               {"render", "-f", text},
			"--save":           {"fetch", "gitlab.test", "--save=" + text},
			"--connect":        {"fetch", "gitlab.test", "--connect", text},
			"--fingerprint":    {"fetch", "gitlab.test", "--fingerprint", text},
			"--host":           {"values", "--host", text},
			"an argument":      {"fetch", text},
		} {
			lines := [][]string{args, hostGiven(args, text)}
			if place == "--cert" {
				lines = append(lines, []string{"verify", "https://gitlab.test", "--cert", text}, []string{"render", "--cert=" + text, "-o", "x"})
			}
			for _, args := range lines {
				stdout, stderr, code := call(t, manifests, nil, args...)
				said := strings.HasPrefix(stderr, "runnertrust: error: an argument: the value is the text of a certificate or a key") && strings.Contains(stderr, "RUNNERTRUST_CERT")
				if code != errorOf(args) || stdout != "" || !said || strings.Contains(stderr, "swordfish") || strings.Contains(stderr, "MI") {
					t.Errorf("%s, %s: exit code %d, %q", name, place, code, stderr)
				}
			}
		}
		if _, err := input.Load("gitlab.test=" + text); err == nil || strings.Contains(err.Error(), "swordfish") {
			t.Errorf("%s, as a file of a KRM function: %v", name, err)
		}
		_, stderr, code := call(t, manifests, []string{"RUNNERTRUST_CERTS_DIR", text}, "--cert="+fixturesDir+"/certs/ca.crt")
		if code != exitError || !strings.Contains(stderr, "variable RUNNERTRUST_CERTS_DIR: the value is the text") || strings.Contains(stderr, "swordfish") {
			t.Errorf("%s, environment: exit code %d, %q", name, code, stderr)
		}
	}
}

// hostGiven is a command line with HOST= before the text.
func hostGiven(args []string, text string) []string {
	line := strings.Join(args, "\x00")
	return strings.Split(strings.ReplaceAll(line, "--cert="+text, "--cert=gitlab.test="+text), "\x00")
}

// The shapes of a URL with a password, most of them malformed.
var passwordShapes = []string{
	"https://oauth2:%s@gitlab.test", "oauth2:%s@gitlab.test", "https:oauth2:%s@gitlab.test", "https:/oauth2:%s@gitlab.test",
	"https://oauth2:%s#x@gitlab.test", "https://oauth2:%s/x@gitlab.test", "https://oauth2:%s?x@gitlab.test/", "https://%s:x@gitlab.test:84a3",
	"https://oauth2:1/%s@gitlab.test", "https://oauth2:%s%%40gitlab.test", "https://oauth2:%s", "ssh://git:%s@gitlab.test/group/project.git",
	"https://oauth2:%s@gitlab.test:8443/group/project.git", " https://oauth2:%s@gitlab.test", "//oauth2:%s@gitlab.test", "oauth2:%s",
	"https://gitlab.test:%s@", "https://oauth2:x@%s@gitlab.test", "https://oauth2:%s@", "\"https://oauth2:%s@gitlab.test",
}

// randomPassword has characters that end a password early where it is not encoded; parts are what
// no output may hold.
func randomPassword(random *rand.Rand) (password string, parts []string) {
	for range 1 + random.IntN(3) {
		part := make([]byte, 8)
		for i := range part {
			part[i] = "bcdfghjkmpqvwxzBCDFGHJKMPQVWXZ"[random.IntN(30)]
		}
		parts = append(parts, string(part))
	}
	between := []string{"/", "#", "?", "@", ":", " ", "%", "%2", "[", "]", `\`, `"`, "é", "+", "://", "1/", ":1/"}
	return strings.Join(parts, between[random.IntN(len(between))]), parts
}

// TestPasswords gives every command URLs with random passwords, in every shape: what the commands
// say must not hold them.
func TestPasswords(t *testing.T) {
	const seed = 8
	random := rand.New(rand.NewPCG(seed, seed))
	manifest := fixtures.Input(t, "accept/host-upper-case-and-port")
	start := strings.Index(manifest, "https://")
	end := start + strings.IndexAny(manifest[start:], "\"'\n")
	cert := "--cert=" + fixturesDir + "/certs/ca.crt"
	for range 30 {
		for _, shape := range passwordShapes {
			password, parts := randomPassword(random)
			if strings.HasSuffix(shape, "%s") {
				password = strings.ReplaceAll(password, "@", "/") // nobody can tell what is behind an @ from a host
			}
			url := fmt.Sprintf(shape, password)
			quoted, err := json.Marshal(url)
			if err != nil {
				t.Fatal(err)
			}
			stream := strings.TrimRight(manifest[:start], `"'`) + string(quoted) + strings.TrimLeft(manifest[end:], `"'`)
			commands := [][]string{
				{cert}, {"render", cert, "--diff"}, {"verify"}, {"verify", "-o", "json"},
				{"fetch", url}, {"verify", url}, {"verify", url, "-o", "json"}, {"fetch", "gitlab.test", "--connect", url},
				{"values", "--host", url, cert},
			}
			elsewhere := [][]string{
				{url}, {"fetch", "gitlab.test", "--connect", "127.0.0.1:1", "--save", url},
				{"fetch", "gitlab.test", "--fingerprint", url}, {"fetch", "gitlab.test", "--timeout=" + url}, {"verify", "-o", url},
				{"--cert", url}, {"--cert=gitlab.test=" + url}, {"render", "-f", url}, {cert, "--deployment=" + url},
				{cert, "--configmap-name", url}, {"render", url}, {"verify", "--release", url},
				{"--from-secret", url}, {"--from-configmap=gitlab.test=" + url}, {"--via", url}, {cert, "--pipe=" + url},
				{"values", "--host=gitlab.test", "--from-secret", url}, {"values", "--host=gitlab.test", cert, "--chart-version", url},
			}
			if input.MayHoldPassword(url) { // else it could be anything
				commands = append(commands, elsewhere...)
			}
			for _, args := range commands {
				stdout, stderr, code := call(t, stream, []string{"HELM_BIN", "false"}, args...)
				if len(args) == 1 && args[0] == cert {
					stdout = "" // the manifests, as they came
				}
				for _, part := range parts {
					if strings.Contains(stdout+stderr, part) {
						t.Fatalf("%q, %q: exit code %d, %s%s", url, args, code, stdout, stderr)
					}
				}
				if args[0] != cert && args[0] != "render" && args[0] != "verify" && (code != exitError || stderr == "") {
					t.Fatalf("%q, %q: exit code %d, %s", url, args, code, stderr)
				}
			}
		}
	}
}
