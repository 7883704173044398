#!/bin/sh
# Run by `helm plugin install` and `helm plugin update`, in the environment of
# a plugin hook. Builds the binary into bin/, then makes --post-renderer
# helm-runnertrust work: Helm 3 looks for the executable in PATH, Helm 4 for a
# plugin of its own. plugin.yaml takes the links away again.
set -eu

say() { printf 'runnertrust: %s\n' "$*" >&2; }

fail() {
	say "error: $1"
	say "hint: $2"
	exit 1
}

# The version of the Helm that runs this hook, its parent: hooks of Helm 4 are
# not told which Helm that is, and another one may come first in PATH.
helm_version() {
	for helm in "/proc/$PPID/exe" "$(ps -o comm= -p "$PPID" 2>/dev/null || :)" "${HELM_BIN:-}" helm; do
		case $("$helm" version --short 2>/dev/null || :) in
			v3.*) echo 3 && return ;;
			v4.*) echo 4 && return ;;
		esac
	done
	fail "no Helm 3 or 4 found" "run this through: helm plugin install"
}

build() {
	command -v go >/dev/null || fail "Go is not installed, and the binary is built from source" \
		"install Go 1.26 or newer, then: helm plugin update runnertrust"
	(cd "$HELM_PLUGIN_DIR" && CGO_ENABLED=0 go build -trimpath -ldflags '-s -w' -o bin/helm-runnertrust .) ||
		fail "the build failed" "see above; it needs Go 1.26 and the Go module proxy; then: helm plugin update runnertrust"
}

# link TARGET NAME: a symbolic link, replaced when it is one of ours.
link() {
	if [ -e "$2" ] || [ -L "$2" ]; then
		case $(readlink "$2" || :) in
			"$HELM_PLUGIN_DIR"/*) ;;
			*) fail "$2 is there already, and not from this plugin" "remove it, then: helm plugin update runnertrust" ;;
		esac
	fi
	ln -sfn "$1" "$2"
	say "linked $2"
}

# The first folder of PATH to which a user's programs may be linked.
link_into_path() {
	for folder in "${HOME:-}/.local/bin" "${HOME:-}/bin" /usr/local/bin; do
		case ":$PATH:" in
			*":$folder:"*) [ -w "$folder" ] && link "$HELM_PLUGIN_DIR/bin/helm-runnertrust" "$folder/helm-runnertrust" && return ;;
		esac
	done
	say "no folder of your own is in PATH; name the post-renderer by its path:"
	say "  --post-renderer $HELM_PLUGIN_DIR/bin/helm-runnertrust"
}

: "${HELM_PLUGIN_DIR:?is set by helm plugin install}"
version=$(helm_version)
build
case $version in
	3) link_into_path ;;
	4) link "$HELM_PLUGIN_DIR/postrenderer" "${HELM_PLUGIN_DIR%/*}/helm-runnertrust-postrenderer" ;;
esac
say "installed $("$HELM_PLUGIN_DIR/bin/helm-runnertrust" version)"
