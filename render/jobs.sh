# helm-runnertrust: begin
# Joins the CAs that the tools of this job trust already and the file CI_SERVER_TLS_CA_FILE, and
# points the tools to the result. The subshell keeps what it does to itself, and fails no job.
runnertrust=$(
  set +aeu && unset all more gitlab # exported, they could be too long to start cat
  exec 3>&2 2>/dev/null </dev/null
  skip() { echo "runnertrust: nothing done: $1" >&3; exit; }
  ca=${CI_SERVER_TLS_CA_FILE:-}
  case $ca in (/*) ;; (*) skip "CI_SERVER_TLS_CA_FILE is not set to a path" ;; esac
  gitlab=$(cat "$ca") || skip "$ca cannot be read"
  case $gitlab in (*"-----BEGIN CERTIFICATE-----"*) ;; (*) skip "$ca has no certificate" ;; esac
  # First the bundle of the image, wherever Debian, Fedora, SUSE, RHEL or Alpine has it.
  all=$(cat "${SSL_CERT_FILE:-}" || cat /etc/ssl/certs/ca-certificates.crt ||
    cat /etc/pki/tls/certs/ca-bundle.crt || cat /etc/ssl/ca-bundle.pem ||
    cat /etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem || cat /etc/ssl/cert.pem)
  # Then what else the tools were pointed to, so that it goes on working; nothing twice.
  newline=$(echo; echo x) && newline=${newline%x}
  add() { more=$(cat "$1"); case $all in (*"$more"*) ;; (*) all=${all:+$all$newline}$more ;; esac; }
  add "${CURL_CA_BUNDLE:-}"; add "${GIT_SSL_CAINFO:-}"; add "${REQUESTS_CA_BUNDLE:-}"
  add "${NODE_EXTRA_CA_CERTS:-}"; add "$ca"
  use() { echo "runnertrust: GitLab is trusted $2, through $1" >&3; printf %s "$1"; exit; }
  [ "$all" != "$gitlab" ] || use "$ca" "alone (no other CA bundle is here)"
  rm -f "$ca.bundle"
  for file in "$ca.bundle" "${TMPDIR:-/tmp}" /tmp; do
    [ "$file" = "$ca.bundle" ] || file=$(mktemp "$file/runnertrust.XXXXXX") || continue
    { printf %s "$all" && echo; } >|"$file" && chmod a+r "$file" && use "$file" "as well"
    rm -f "$file"
  done
  skip "neither a file beside $ca nor one in ${TMPDIR:-/tmp} can be written"
) || :
if [ -n "$runnertrust" ]; then
  # Node keeps its own CAs. Python does not: its variables (CURL_CA_BUNDLE is one) need them all.
  NODE_EXTRA_CA_CERTS=${NODE_EXTRA_CA_CERTS:-$CI_SERVER_TLS_CA_FILE}
  [ "$NODE_EXTRA_CA_CERTS" = "$CI_SERVER_TLS_CA_FILE" ] || NODE_EXTRA_CA_CERTS=$runnertrust
  export NODE_EXTRA_CA_CERTS SSL_CERT_FILE="$runnertrust" GIT_SSL_CAINFO="$runnertrust"
  [ "$runnertrust" = "$CI_SERVER_TLS_CA_FILE" ] ||
    export CURL_CA_BUNDLE="$runnertrust" REQUESTS_CA_BUNDLE="$runnertrust"
fi
unset runnertrust
# helm-runnertrust: end
