//go:build flux

// Package flux keeps the modules whose types controller-gen makes CRDs of: that of Flux's
// helm-controller is not to be had as a module, only that of its types.
package flux

import (
	_ "github.com/fluxcd/helm-controller/api/v2"
	_ "github.com/fluxcd/source-controller/api/v1"
)
