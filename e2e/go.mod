module helm-runnertrust/e2e

go 1.26
