package trust

import (
	"net/netip"
	"strings"
)

// hidden stands for what is not shown.
const hidden = "***"

// PrintableURL is a text that may be a URL as it may be shown: without user and password, in
// whatever malformed shape they come, and without a query or fragment, where tokens can be. A
// password may hold any character, so all that stands before the last @ is hidden, and behind a
// colon nothing but a port is shown. What cannot be a part of a secret stays as it is.
func PrintableURL(text string) string {
	scheme, rest := cutScheme(text)
	user := ""
	if end := userEnd(rest); end > 0 {
		user, rest = hidden+"@", rest[end:]
	}
	end := strings.IndexAny(rest+"/", "/?# ")
	host, path := printableHost(rest[:end]), rest[end:]
	if host != rest[:end] {
		return scheme + user + host // a path may be the end of the password
	}
	if at := strings.IndexAny(path, "?#"); at >= 0 {
		path = path[:at+1] + hidden
	}
	return scheme + user + host + path
}

// HasUser reports whether a text that may be a URL may have a user or a password in it.
func HasUser(text string) bool {
	_, rest := cutScheme(text)
	return userEnd(rest) > 0
}

// cutScheme cuts off the scheme of a server or a proxy, with its slashes. Anything else before a
// colon may be a user.
func cutScheme(text string) (scheme, rest string) {
	name, rest, found := strings.Cut(text, ":")
	if !found {
		return "", text
	}
	switch strings.ToLower(name) {
	case "http", "https", "ssh", "git", "ftp", "socks5", "socks5h":
		rest = strings.TrimLeft(rest, "/")
		return text[:len(text)-len(rest)], rest
	}
	return "", text
}

// userEnd is where the host begins behind the last @, which may be written %40; 0 without one.
func userEnd(text string) int {
	end := strings.LastIndex(text, "@") + 1
	if encoded := strings.LastIndex(text, "%40"); encoded >= end {
		end = encoded + len("%40")
	}
	return end
}

// printableHost is HOST or HOST:PORT; what stands in the place of the port may be a password.
func printableHost(text string) string {
	if _, err := netip.ParseAddr(text); err == nil {
		return text
	}
	colon := strings.Index(text, ":")
	if strings.HasPrefix(text, "[") {
		if closing := strings.Index(text, "]"); closing >= 0 {
			colon = closing + 1
		}
	}
	if colon < 0 || colon == len(text) || text[colon] == ':' && len(text)-colon <= len(":65536") && strings.Trim(text[colon+1:], "0123456789") == "" {
		return text
	}
	return text[:colon] + ":" + hidden
}
