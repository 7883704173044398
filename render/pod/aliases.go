package pod

import (
	"strings"

	"sigs.k8s.io/kustomize/kyaml/yaml"

	"helm-runnertrust/render/manifest"
)

// AddressesOf returns the IP addresses that the pod's hostAliases give to a host, in their order: the
// kubelet writes them into /etc/hosts, which goes before any name server.
func (r *Runner) AddressesOf(host string) ([]string, error) {
	if err := r.WithPlace(hostAliases.Check(r.Pod)); err != nil {
		return nil, err
	}
	var addresses []string
	for _, alias := range manifest.List(r.Pod, "hostAliases") {
		for _, name := range manifest.List(alias, "hostnames") {
			if host != "" && strings.EqualFold(yaml.GetValue(name), host) {
				addresses = append(addresses, manifest.Text(alias, "ip"))
			}
		}
	}
	return addresses, nil
}
