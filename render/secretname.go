package render

import (
	"cmp"
	"fmt"
	"path"
	"strings"

	"helm-runnertrust/gitlabrunner"
	"helm-runnertrust/trust"
)

// CertsSecretName is the Secret that the chart's own value certsSecretName would mount in the same
// way, in every version of the chart: it shows all keys, and each under its own name, at the
// directory of a runner that is not root. "" for none, and where the options are refused.
func (o ValuesOptions) CertsSecretName() string {
	server, err := o.server()
	dir := gitlabrunner.CertsDir(-1, gitlabrunner.DefaultHome)
	if err != nil || !o.filter().needsHost() || path.Clean(cmp.Or(o.CertsDir, dir)) != dir {
		return ""
	}
	var own, general []Object
	for _, object := range o.Objects {
		switch {
		case strings.EqualFold(object.Host, server.Name):
			own = append(own, object)
		case object.Host == "":
			general = append(general, object)
		}
	}
	if len(own) == 0 && Choose(o.Sources, server.Name) == nil {
		own = general
	}
	if len(own) != 1 || own[0].Kind != "Secret" || own[0].Key != server.CertFile {
		return ""
	}
	return own[0].Name
}

// secretNameNotes tell of that value, where there is a Secret for it.
func (e explanation) secretNameNotes() []trust.Finding {
	name := e.options.CertsSecretName()
	if name == "" {
		return nil
	}
	effect := "alone has the same effect"
	if e.added.config != "" {
		effect = "has the effect of volumes and volumeMounts"
	}
	return []trust.Finding{{Code: CertsSecretName, Message: fmt.Sprintf(
		"certsSecretName: %s %s, in every version of the chart, unless the runner is root", name, effect)}}
}
