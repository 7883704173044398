package values

import (
	"fmt"
	"slices"
	"strings"

	"helm-runnertrust/gitlabrunner"
	"helm-runnertrust/render"
	"helm-runnertrust/render/manifest"
	"helm-runnertrust/trust"
)

// An offer is what the runner's file can have: certificates, or the key of an object.
type offer struct {
	name   string        // in messages
	bundle *trust.Bundle // nil for an object
	object render.Object
}

// choose returns the one offer for a server: that for its host, else that for every host.
func (o Options) choose(server gitlabrunner.Server) (offer, error) {
	var forHost, general []offer
	hosted := slices.DeleteFunc(slices.Clone(o.Sources), func(from render.Source) bool { return from.Host == "" })
	if b := render.Choose(hosted, server.Name); b != nil {
		forHost = append(forHost, offer{name: b.Origin(), bundle: b})
	} else if b := render.Choose(o.Sources, server.Name); b != nil {
		general = append(general, offer{name: b.Origin(), bundle: b})
	}
	for i, object := range o.Objects {
		switch {
		case slices.Contains(o.Objects[:i], object):
		case object.Host == "":
			general = append(general, offer{name: object.String(), object: object})
		case strings.EqualFold(object.Host, server.Name):
			forHost = append(forHost, offer{name: object.String(), object: object})
		}
	}
	if len(forHost) == 0 {
		forHost = general
	}
	switch len(forHost) {
	case 0:
		only := ""
		if hosts := o.Hosts(); len(hosts) > 0 {
			only = ", only for: " + strings.Join(hosts, ", ")
		}
		return offer{}, refuse(server, manifest.NoCertificate, "no certificate is given for the host %q%s", server.Name, only)
	case 1:
		return forHost[0], nil
	}
	var names []string
	for _, from := range forHost {
		names = append(names, from.name)
	}
	return offer{}, refuse(server, manifest.TwoSources, "host %s: its certificate is to come from %s, and a runner reads one file",
		server.Name, strings.Join(names, " and from "))
}

func refuse(server gitlabrunner.Server, code trust.Code, format string, args ...any) error {
	return &render.Error{Code: code, Host: server.Address, Err: fmt.Errorf(format, args...)}
}
