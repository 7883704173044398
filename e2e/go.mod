module helm-runnertrust/e2e

go 1.26.0

require (
	helm-runnertrust v0.0.0
	sigs.k8s.io/yaml v1.6.0
)

require (
	go.yaml.in/yaml/v2 v2.4.4 // indirect
	golang.org/x/net v0.57.0 // indirect
	golang.org/x/text v0.41.0 // indirect
)

replace helm-runnertrust => ../
