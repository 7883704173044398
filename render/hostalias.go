package render

import (
	"strings"

	"sigs.k8s.io/kustomize/kyaml/yaml"
)

// podAliases is the shape of what only the audit reads of a pod.
var podAliases = mapping{"hostAliases": listOf(mapping{"ip": leaf, "hostnames": listOf(leaf)}.shape())}.shape()

// addressesOf are the IP addresses that the pod's hostAliases give to a host, in their order: the
// kubelet writes them into /etc/hosts, which goes before any name server.
func (r *runner) addressesOf(host string) ([]string, error) {
	if err := podAliases.Check(r.pod); err != nil {
		return nil, r.placed(err)
	}
	var addresses []string
	for _, alias := range list(r.pod, "hostAliases") {
		for _, name := range list(alias, "hostnames") {
			if host != "" && strings.EqualFold(yaml.GetValue(name), host) {
				addresses = append(addresses, text(alias, "ip"))
			}
		}
	}
	return addresses, nil
}
