#!/bin/sh
# Run by `helm plugin install` and `helm plugin update`, or by hand, to put
# bin/helm-runnertrust in place. The first of these that there is:
#   1. the binary that is in bin/ already (a release archive), of plugin.yaml's version, and in a
#      clone of its commit; one of another commit is built again, where Go is
#   2. the archive of that version at RUNNERTRUST_RELEASES, a folder or a URL
#   3. the archive beside the plugin: in its folder, its dist/ or its parent
#   4. the archive of the release at the clone's origin, if that is an https or ssh host
#   5. a build from source, where Go is
# An archive is taken with the SHA-256 of the release's checksum file, or not at all. With
# RUNNERTRUST_RELEASES there is no 3 to 5; when it is empty, 5 only. Then the name of the
# post-renderer is made known: to Helm 3 as a program in PATH, or in RUNNERTRUST_BIN_DIR, to
# Helm 4 as a plugin. plugin.yaml takes the links away again.
set -eu
unset CDPATH

say() { printf 'runnertrust: %s\n' "$*" >&2; }

# quoted TEXT: the text as one word of a shell.
quoted() {
	case $1 in
	*[!A-Za-z0-9_./:@%+=,-]* | '') printf "'%s'" "$(printf %s "$1" | sed "s/'/'\\\\''/g")" ;;
	*) printf %s "$1" ;;
	esac
}

# stub ERROR HINT: a program that says so.
stub() {
	mkdir -p "$plugin/bin" && rm -f "$binary" && cat >"$binary" <<-STUB && chmod 755 "$binary"
		#!/bin/sh
		# Left behind by install-binary.sh, which could not install the program.
		printf 'runnertrust: %s\n' $(quoted "error: not installed: $1") $(quoted "hint: $2") >&2
		exit 1
	STUB
}

# fail ERROR HINT: the plugin says so from now on, too, unless it has a program that works.
fail() {
	say "error: $1"
	say "hint: $2"
	"$binary" version >/dev/null 2>&1 || stub "$@" 2>/dev/null || :
	exit 1
}

# The major version of the Helm that runs this hook, its parent: hooks of Helm 4
# are not told which Helm that is, and another one may come first in PATH.
helm_version() {
	for helm in ${HELM_PLUGIN_NAME:+"/proc/$PPID/exe" "$(ps -o comm= -p "$PPID" 2>/dev/null || :)"} "${HELM_BIN:-}" helm; do
		case $("$helm" version --short 2>/dev/null || :) in
		v3.*) echo 3 && return ;;
		v4.*) echo 4 && return ;;
		esac
	done
	fail "no Helm 3 or 4 found" "put Helm into PATH, then: $again"
}

# public TEXT: without what may be a secret: the user info of a URL, up to the last @, its query and
# its fragment. Where an @ comes after a ? or a #, what is which is anybody's guess.
public() { printf '%s\n' "$1" | sed -e 's|://[^?#]*[?#].*@.*|://|' -e 's|://[^/].*@|://|' -e 's|\(://[^?#]*\)[?#].*|\1|'; }

# origin: what this clone was made from, without user and password.
origin() {
	[ ! -e "$plugin/.git" ] || git -C "$plugin" config --get remote.origin.url 2>/dev/null | sed 's|^\([A-Za-z+]*://\)[^/]*@|\1|'
}

# in_folder: whether bin/ has the program. An update of a clone starts without: Helm cleans it.
in_folder() {
	installed=$("$binary" version 2>/dev/null) && [ "${installed%% *}" = "$version" ] && how="which was in the folder"
}

# stale: whether the program in bin/ says another commit than the checkout's.
stale() {
	head=$(git -C "$plugin/.git" rev-parse --verify --quiet HEAD 2>/dev/null) || return 1
	made=$(printf %s "$installed" | sed -n 's/.*(commit \([0-9a-f]\{12\}\).*/\1/p')
	case $head in "$made"*) return 1 ;; esac
	command -v go >/dev/null && return
	say "warning: the program is from commit $made, and the clone holds another, without Go to build it"
	return 1
}

# platform: as the names of the archives have it, such as linux-amd64.
platform() { uname -sm | tr 'A-Z ' 'a-z-' | sed -e 's/x86_64$/amd64/' -e 's/aarch64$/arm64/'; }

# sha256 FILE: empty where no program can tell.
sha256() { { sha256sum || shasum -a 256 || openssl dgst -sha256 -r; } <"$1" 2>/dev/null | cut -d ' ' -f 1; }

# fetch URL FILE: one download. Returns 22 for what no second try changes, such as a 404. The
# wget of busybox checks no certificate. With curl, an https URL leads to no http one.
fetch() {
	if command -v curl >/dev/null; then
		curl -fsSL --proto "=https,${1%%:*}" --retry 2 --connect-timeout 15 --speed-limit 1000 --speed-time 30 -o "$2" "$1"
	elif wget --version >/dev/null 2>&1; then
		wget --no-verbose --tries 2 --timeout 30 -O "$2" "$1" || { [ $? = 8 ] && return 22; }
	elif [ "${1%%:*}" = http ] && command -v wget >/dev/null; then
		wget -q -O "$2" "$1"
	else
		echo "neither curl nor GNU wget is installed" >&2 && return 22
	fi
}

# get LOCATION NAME: copies or downloads a file of a release into $work; reason is the last thing
# that was said about it, unless that may be about a part of a password.
get() {
	from=$(public "$1")/$2 path=${1#[Ff]*://}
	for pause in 1 2 0; do
		status=0
		case $1 in
		[Hh]*) fetch "$1/$2" "$work/$2" || status=$? ;;
		[Ff]*) cp "${path%%[?#]*}/$2" "$work/$2" || status=22 ;;
		*) cp "$path/$2" "$work/$2" || status=22 ;;
		esac 2>"$work/log"
		case $status in 0 | 22) break ;; esac
		sleep "$pause"
	done
	reason=$(public "$(sed -n '$p' "$work/log")")
	case $status,$1 in 22,*) ;; *[@?#]*) reason="the download failed with code $status" ;; esac
	return "$status"
}

# take LOCATION: the program of the archive there. Returns 1 where there is no such release;
# one that does not have what it promises ends the installation.
take() {
	get "$1" "$checksums" || return 1
	wanted=$(tr -d '\r' <"$work/$checksums" | awk -v name="$archive" '
		($2 == name || $2 == "*" name) && !seen[sum = tolower($1)]++ { printf "%s%s", also, sum; also = " and " }')
	reason="it has no $archive"
	[ -n "$wanted" ] || return 1
	get "$1" "$archive" || fail "$from: $reason" "mend the release or the network, then: $again"
	actual=$(sha256 "$work/$archive")
	[ -n "$actual" ] || fail "nothing to check the SHA-256 of $archive with" \
		"install sha256sum, shasum or openssl, then: $again"
	[ "$actual" = "$wanted" ] || fail "$from: its SHA-256 is $actual, and $checksums has $wanted" \
		"do not use this archive; when its release is mended: $again"
	tar -xzf "$work/$archive" -C "$work" runnertrust/bin/helm-runnertrust ||
		fail "$from cannot be unpacked" "see above, then: $again"
	place "$work/runnertrust/bin/helm-runnertrust"
	how="from $from, SHA-256 checked"
}

# place FILE: the program takes its name when it has shown that it runs.
place() {
	installed=$("$1" version) || fail "the program does not run on this machine" "see above, then: $again"
	[ "${installed%% *}" = "$version" ] ||
		fail "the program is $installed, and plugin.yaml $version" "get the release anew, then: $again"
	mv -f "$1" "$binary"
}

# ours FILE: whether it is this user's or root's; the parent of a clone can be /tmp.
ours() { [ -n "$(find "$1" -prune \( -user "$(id -u)" -o -user 0 \) -type f 2>/dev/null)" ]; }

# beside: the archive in the folder of the plugin, or of what it was cloned from, or next to it.
beside() {
	for root in "$(cd "$plugin" && pwd -P)" "$(origin | sed 's|^file://||')"; do
		case $root in /*) ;; *) continue ;; esac
		for folder in "$root" "$root/dist" "${root%/*}"; do
			ours "$folder/$archive" && ours "$folder/$checksums" && take "$folder" && return
		done
	done
	return 1
}

# The addresses of the release at the origin: in GitHub's, Gitea's and Forgejo's form, then in
# GitLab's. Names that are for documentation lead nowhere.
release_locations() {
	base=$(origin | sed -e 's|^ssh://\([^/:]*\)[:0-9]*/|https://\1/|' -e 's|^[^/@]*@\([^/:]*\):/*|https://\1/|' -e 's|/*$||' -e 's|\.git$||')
	case $base in
	https://example.com/* | https://*.example.com/* | https://*.example/*) ;;
	https://*/*) printf '%s\n' "$base/releases/download/v$version" "$base/-/releases/v$version/downloads" ;;
	esac
}

# download: an archive of the release, from wherever one may be had.
download() {
	case ${RUNNERTRUST_RELEASES-unset} in
	unset) ;;
	'') return 1 ;;
	/* | [Ff][Ii][Ll][Ee]:///* | [Hh][Tt][Tt][Pp]://[!/]* | [Hh][Tt][Tt][Pp][Ss]://[!/]*)
		take "${RUNNERTRUST_RELEASES%/}" && return
		fail "$from: $reason" "set RUNNERTRUST_RELEASES to the path or URL of the release, or unset it, then: $again"
		;;
	*) fail "RUNNERTRUST_RELEASES is neither an absolute path nor an http, https or file URL" "correct or unset it, then: $again" ;;
	esac
	beside && return
	for location in $(release_locations); do
		take "$location" && return
		missed="; $from: $reason"
	done
	return 1
}

build() {
	none="there is no release archive of $version for this machine"
	put="put $archive and $checksums into $(quoted "$plugin/dist"), then: $again"
	[ -e "$plugin/go.mod" ] || fail "$none, and no source to build it from$missed" "$put"
	command -v go >/dev/null || fail "$none, and no Go to build it with$missed" "install Go, or $put"
	say "building $version from source, which takes minutes$missed"
	# The commit of a repository around the folder is not ours, and another user's fails the build.
	git -C "$plugin/.git" rev-parse --verify --quiet HEAD >/dev/null 2>&1 && stamp=auto || stamp=false
	(cd "$plugin" && CGO_ENABLED=0 go build -buildvcs="$stamp" -trimpath -ldflags '-s -w' -o "$work/helm-runnertrust" .) ||
		fail "the build failed" "see above; it needs Go 1.26 or newer and the Go module proxy; then: $again"
	place "$work/helm-runnertrust"
	how="built from source"
}

# link TARGET NAME: a symbolic link, replaced when it leads nowhere or into a folder of this plugin.
link() {
	if [ -e "$2" ]; then
		case $(readlink "$2" || :) in
		"$plugin"/* | */*runnertrust*/bin/helm-runnertrust) ;;
		*) fail "$2 is there already, and not from this plugin" "remove it, then: $again" ;;
		esac
	fi
	ln -sfn "$1" "$2" || fail "$2 cannot be linked" "see above, then: $again"
}

# A folder of PATH for a user's programs. The HOME of a service can be /, and /bin is none.
folder_in_path() {
	home=${HOME:-/} home=${home%/}
	for folder in ${home:+"$home/.local/bin" "$home/bin"} /usr/local/bin; do
		case ":$PATH:" in *":$folder:"*) [ -d "$folder" ] && [ -w "$folder" ] && printf %s "$folder" && return ;; esac
	done
	return 0
}

# for_helm3: the name of the post-renderer is that of a program in PATH, or a path.
for_helm3() {
	name=$binary did="linked nothing into PATH"
	case ${RUNNERTRUST_NO_LINK:-} in 1 | true) return ;; esac
	folder=${RUNNERTRUST_BIN_DIR:-$(folder_in_path)}
	[ -n "$folder" ] || return 0
	case $folder in /*) ;; *) folder=$PWD/$folder ;; esac
	[ -z "${RUNNERTRUST_BIN_DIR:-}" ] || [ "$(printf %s "$folder" | tr -d ':\n')" = "$folder" ] ||
		fail "the path of RUNNERTRUST_BIN_DIR has a colon or a line break" "set it to another folder, then: $again"
	mkdir -p "$folder" || fail "$folder cannot be made" "set RUNNERTRUST_BIN_DIR to another folder, then: $again"
	link "$binary" "$folder/helm-runnertrust"
	note=$plugins/.helm-runnertrust-links # for the delete hook
	grep -qsxF -e "$folder" "$note" || printf '%s\n' "$folder" 2>/dev/null >>"$note" || :
	name=$folder/helm-runnertrust
	[ "$(command -v helm-runnertrust || :)" != "$name" ] || name="helm-runnertrust"
	did="linked $folder/helm-runnertrust"
}

# twin NAME FOLDER: whether a plugin of the name is in another folder too. With two of one name
# Helm 3 loads no plugin at all, Helm 4 neither of them, and none removes one.
twin() {
	for twin in "$plugins"/*/plugin.yaml; do
		twin=${twin%/plugin.yaml}
		[ "$twin" != "$2" ] && grep -q "^name: *$1 *\$" "$twin/plugin.yaml" 2>/dev/null && return
	done
	return 1
}

# for_helm4: the name of the post-renderer is that of a plugin.
for_helm4() {
	name="helm-runnertrust"
	registered=$plugins/helm-runnertrust-postrenderer
	twin "$name" "$registered" && did="left the post-renderer to $twin" && return
	link "$plugin/postrenderer" "$registered"
	did="registered the post-renderer as $registered"
}

# warn_of_helm3: Helm 3 loads no plugin at all from a folder with one for Helm 4.
warn_of_helm3() {
	grep -qs '^apiVersion: *v1' "$plugins"/*/plugin.yaml || return 0
	source=$(public "$(origin)")
	printf '%s\n' "$PATH" | tr : '\n' | while read -r folder; do
		for sharing in "$folder/helm" "$folder/helm3"; do
			case $("$sharing" version --short 2>/dev/null || :) in v3.*) ;; *) continue ;; esac
			case ":$("$sharing" env HELM_PLUGINS 2>/dev/null || :):" in *":$plugins:"*) ;; *) continue ;; esac
			say "warning: Helm 3 ($sharing) shares $plugins with Helm 4, and so loads no plugin"
			say "hint: to mend it, give it plugins of its own, in every run:" \
				"HELM_PLUGINS=$(quoted "$plugins-helm3") $(quoted "$sharing") plugin install $(quoted "${source:-$(cd "$plugin" && pwd -P)}")"
			break 2
		done
	done
}

plugin=$(cd "${HELM_PLUGIN_DIR:-$(dirname "$0")}" && pwd)
missed='' plugins=${plugin%/*} binary=$plugin/bin/helm-runnertrust
version=$(sed -n 's/^version: *//p' "$plugin/plugin.yaml")
again="sh $(quoted "$plugin/install-binary.sh")"
# wget knows the lower-case names only.
[ -z "${HTTPS_PROXY:-}" ] || export https_proxy="${https_proxy:-$HTTPS_PROXY}"
[ -z "${NO_PROXY:-}" ] || export no_proxy="${no_proxy:-$NO_PROXY}"

case $(uname -s) in
MINGW* | MSYS* | CYGWIN*) fail "this script is not for Windows" \
	"unpack runnertrust-$version-windows-amd64.zip into the folder that helm env HELM_PLUGINS prints" ;;
esac
helm=$(helm_version)
# Run by hand, it may be among clones.
if [ -n "${HELM_PLUGIN_DIR:-}" ] && twin runnertrust "$plugin"; then
	fail "$twin is this plugin too, and Helm loads no plugin while both are there" \
		"to keep that one: rm -rf $(quoted "$plugin"); to replace it: rm -rf $(quoted "$twin") && $again"
fi
[ ! -d "$binary" ] || fail "$binary is a folder" "remove it, then: $again"
archive=runnertrust-$version-$(platform).tar.gz
checksums=runnertrust-$version-checksums.txt
step=download
if in_folder; then
	step=''
	! stale || step=build
fi
if [ -n "$step" ]; then
	work=$(mkdir -p "$plugin/bin" && mktemp -d "$plugin/bin/.install.XXXXXX") ||
		fail "$plugin cannot be written to" "see above, then: $again"
	trap 'rm -rf "$work"' EXIT
	trap 'exit 1' HUP INT TERM
	"$step" || build
fi
"for_helm$helm"
warn_of_helm3
say "installed $installed in $plugin, $how"
say "$did"
say "next: helm runnertrust fetch HOST --save gitlab.crt &&" \
	"helm upgrade ... --post-renderer $(quoted "$name") --post-renderer-args --cert=gitlab.crt"
