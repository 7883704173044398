package cluster

import (
	"fmt"
	"path/filepath"
)

// etcdArgs returns the flags of an etcd that keeps its state in dir/etcd and
// never waits for the disk, as the state does not outlive the process.
func etcdArgs(dir, client, peer string) []string {
	return []string{
		"--name=e2e",
		"--data-dir=" + filepath.Join(dir, "etcd"),
		"--unsafe-no-fsync",
		"--listen-client-urls=" + client,
		"--advertise-client-urls=" + client,
		"--listen-peer-urls=" + peer,
		"--initial-advertise-peer-urls=" + peer,
		"--initial-cluster=e2e=" + peer,
		"--log-level=warn",
	}
}

// apiserverArgs returns the flags of an API server with the default admission
// plugins that listens on the loopback port only. It makes its certificate and
// key by itself, and signs ServiceAccount tokens with the same key.
func (c *Cluster) apiserverArgs(etcd string, port int) []string {
	return []string{
		"kube-apiserver",
		"--etcd-servers=" + etcd,
		"--bind-address=127.0.0.1",
		fmt.Sprintf("--secure-port=%d", port),
		"--cert-dir=" + c.dir,
		"--token-auth-file=" + filepath.Join(c.dir, "tokens.csv"),
		"--authorization-mode=RBAC",
		"--service-account-issuer=https://kubernetes.default.svc",
		"--service-account-key-file=" + c.servingKey(),
		"--service-account-signing-key-file=" + c.servingKey(),
		"--service-cluster-ip-range=10.0.0.0/24",
		// A loopback address cannot be an endpoint of the Service kubernetes.
		"--advertise-address=127.0.0.1",
		"--endpoint-reconciler-type=none",
		"--profiling=false",
	}
}

// controllerManagerArgs returns the flags of a controller manager that runs
// what a Helm release of Deployments needs, and serves nothing.
func (c *Cluster) controllerManagerArgs() []string {
	return []string{
		"kube-controller-manager",
		"--kubeconfig=" + c.Kubeconfig(),
		"--secure-port=0",
		"--leader-elect=false",
		"--service-account-private-key-file=" + c.servingKey(),
		"--root-ca-file=" + c.servingCert(),
		"--controllers=deployment-controller,replicaset-controller,namespace-controller," +
			"serviceaccount-controller,root-ca-certificate-publisher-controller,garbage-collector-controller",
		"--profiling=false",
	}
}

// The API server writes these two at its start.
func (c *Cluster) servingCert() string { return filepath.Join(c.dir, "apiserver.crt") }
func (c *Cluster) servingKey() string  { return filepath.Join(c.dir, "apiserver.key") }
