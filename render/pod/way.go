package pod

// A Way is how a runner finds its file.
type Way string

// The ways, in the order in which the runner takes them.
const (
	WayEnv             Way = "env"             // CI_SERVER_TLS_CA_FILE
	WayConfig          Way = "config"          // tls-ca-file in the template of its configuration
	WayCertsDir        Way = "certs-dir"       // <host>.crt in the certs directory
	WayCertsSecretName Way = "certsSecretName" // the same, from the Secret of the chart's value
	WayNone            Way = "none"            // no file: the system's certificates only
)
