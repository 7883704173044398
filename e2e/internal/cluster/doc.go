// Package cluster runs a Kubernetes control plane for tests: etcd, the API
// server and the controller manager, on loopback ports of their own, with
// keys that are made at start and state that ends with it.
//
// What it shows is what the real API server accepts, defaults and stores, and
// what the Deployment, ReplicaSet, ServiceAccount, namespace and
// garbage-collection controllers make of it. It has no scheduler and no
// kubelet: pods stay Pending, and nothing may wait for one to run.
package cluster
