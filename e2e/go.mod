module helm-runnertrust/e2e

go 1.26.0

require (
	helm-runnertrust v0.0.0
	sigs.k8s.io/yaml v1.6.0
)

require (
	github.com/pkg/errors v0.9.1 // indirect
	github.com/smallstep/pkcs7 v0.2.3 // indirect
	go.yaml.in/yaml/v2 v2.4.4 // indirect
	go.yaml.in/yaml/v3 v3.0.6 // indirect
	helm.sh/helm/v3 v3.22.0 // indirect
)

replace helm-runnertrust => ../
