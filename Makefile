# Two commands do everything: `make demo` shows the main job, `make test`
# passes the tests. The others need more time.

GO       ?= go
BINARY   := bin/helm-runnertrust
FUZZTIME ?= 30s

.PHONY: build test docs lint lint-shell pictures dist dist-check dist-sign e2e e2e-gitops compat demo fuzz matrix matrix-check hierarchies runners mutants race vulncheck bench clean

build:
	CGO_ENABLED=0 $(GO) build -trimpath -ldflags '-s -w' -o $(BINARY) .

# The packages that carry the promises are covered to 90 % of their statements, by all tests
# together. What one test binary covers of them, as go test says behind each result, says nothing:
# awk drops it, and the exit code is handed on beside it.
MEASURED := ./gitlabrunner,./render,./render/manifest,./render/pod,./render/ingress,./render/added,./render/delivery,./render/audit,./render/values,./render/tomledit,./render/yamledit,./trust,./trust/probe

test:
	@exec 4>&1; code=$$({ { $(GO) test -coverpkg=$(MEASURED) -coverprofile=coverage.out ./...; echo $$? >&3; } | \
		awk '{ sub(/[\t ]+coverage: .*/, ""); print }' >&4; } 3>&1) && exit $$code
	@awk -v least=90 -f .ci/coverage.awk coverage.out

# The pages that are made of the program's own tables; make test fails when they are out of date.
docs:
	$(GO) test ./cli -count=1 -run '^(TestReference|TestTroubleshooting)$$' -update
	$(GO) test ./docs -count=1 -run '^TestChineseTroubleshooting$$' -update

# golangci-lint is pinned in a module of its own, and built on first use.
lint:
	@linter=$$(cd e2e && $(GO) run ./cmd/tool golangci-lint) && \
	for module in . e2e e2e/sdk/helm3 e2e/sdk/helm4; do (cd $$module && $$linter run --config $(CURDIR)/.golangci.yml ./...) || exit 1; done

# shellcheck is Debian's; shfmt is pinned. Helm runs the hook at the end of
# plugin.yaml in sh.
lint-shell:
	@command -v shellcheck >/dev/null || { echo "shellcheck is missing: apt-get install shellcheck" >&2; exit 1; }
	shellcheck --shell=sh render/jobs.sh
	shellcheck install-binary.sh plugin.complete .ci/fuzz
	sed '1,/delete: |-/d' plugin.yaml | shellcheck --shell sh -
	@shfmt=$$(cd e2e && $(GO) run ./cmd/tool shfmt) && $$shfmt -d install-binary.sh plugin.complete .ci/fuzz

# The files of a release of HEAD, in dist/: a clean clone is built, so that
# changes that are not committed stay out. dist-check builds them again, and
# fails when they are not the same bytes, whatever the user's umask, language
# and time zone. dist-sign signs them for Helm 4.
dist:
	cd e2e && $(GO) run ./release make $(CURDIR)/dist

dist-check: dist
	cd e2e && umask 077 && LC_ALL=C TZ=Asia/Shanghai $(GO) run ./release check $(CURDIR)/dist

dist-sign:
	@test -n "$(KEYRING)" || { echo "usage: make dist-sign KEYRING=FILE KEY=NAME [PASSPHRASE_FILE=FILE]" >&2; exit 1; }
	cd e2e && $(GO) run ./release sign -keyring "$(abspath $(KEYRING))" -key "$(KEY)" \
		-passphrase-file "$(abspath $(PASSPHRASE_FILE))" $(CURDIR)/dist

# Every *.yaml in CHARTS goes through the filter, and must come out with
# nothing but added lines. make e2e tries the test charts alone.
compat:
	@test -n "$(CHARTS)" || { echo "usage: make compat CHARTS=DIR" >&2; exit 1; }
	cd e2e && $(GO) test ./compat -count=1 -v -args -charts $(abspath $(CHARTS))

demo:
	@cd e2e && $(GO) run ./demo

# The pictures of the documents, from real runs on Linux. Certificates, and so fingerprints, differ
# each time: make e2e compares the rest, and says when they have to be made again.
pictures:
	cd e2e && $(GO) test ./pictures -count=1 -args -write

# Everything that has goroutines of its own.
race:
	CGO_ENABLED=1 $(GO) test -race ./trust/probe ./trust/trusttest
	CGO_ENABLED=1 $(GO) test -race -run '^(TestPipe|TestPipes|TestWrap|TestVerifyAll|TestFetch)' ./cli

# What is known of the modules and of Go's library: the only target that asks a server, vuln.go.dev, for its data.
vulncheck:
	@check=$$(cd e2e && $(GO) run ./cmd/tool govulncheck) && $$check ./...

# Real Helm 3 and 4 against a real API server, built from pinned modules.
# -count=1, as the binary and the clone under test are no inputs that go knows.
# The jobs' tests start shells of other users in roots of their own, as root.
e2e: dist
	@cd e2e && for tool in helm3 helm4 etcd kubernetes kustomize yq; do $(GO) run ./cmd/tool $$tool || exit 1; done
	cd e2e && $(GO) test -count=1 -timeout 30m $$($(GO) list ./... | grep -v /matrix)
	@for helm in helm3 helm4; do (cd e2e/sdk/$$helm && $(GO) test -count=1 -timeout 10m ./...) || exit 1; done

# The examples: helmfile, gitlab-ci-local and the schemas of Argo CD, Flux and cert-manager are
# more than the other tests need. npm, rsync and buildah are Debian's.
e2e-gitops: dist
	@for program in npm rsync buildah; do \
		command -v $$program >/dev/null || { echo "$$program is missing: apt-get install $$program" >&2; exit 1; }; done
	@cd e2e && for tool in helm3 helm4 etcd kubernetes kustomize helmfile actionlint controller-gen hcl; do \
		$(GO) run ./cmd/tool $$tool || exit 1; done
	cd e2e && $(GO) test -count=1 -timeout 20m -tags gitops -run '^TestExample' .

# Real TLS servers, the shipped program, and real clients: Go, git and curl.
# The first writes docs/MATRIX.md from the run, the second compares with it.
matrix:
	cd e2e && $(GO) test ./matrix -count=1 -run '^TestMatrix$$' -args -write

matrix-check:
	cd e2e && $(GO) test ./matrix -count=1 -skip '^TestRandomHierarchies$$'
	cd e2e && $(RANDOM) -hierarchies 300

# The verdict on git against git and curl, in random hierarchies: the long run,
# which writes docs/HIERARCHIES.md. Its -seed, as SEED, makes the same ones.
SEED   ?= 0
RANDOM  = $(GO) test ./matrix -count=1 -v -run '^TestRandomHierarchies$$' -args -seed $(SEED)

hierarchies:
	cd e2e && $(RANDOM) -hierarchies 3000 -write

# The filter and verify against random runners: the long run, which writes docs/RUNNERS.md.
runners:
	cd e2e && $(GO) test ./runners -count=1 -v -timeout 1h -run '^TestRandomRunners$$' -args -seed $(SEED) -runners 5000 -write

# Changes the domain and trust in one spot after another, at most EACH in a package, and lists the changes that
# no test notices; docs/MUTATION.md has a run, of 40 minutes on a machine with other work.
EACH ?= 25

mutants:
	cd e2e && $(GO) test -tags mutants ./mutants -count=1 -v -timeout 5h -run "^TestMutants$$" -args -seed $(SEED) -each $(EACH)

fuzz:
	.ci/fuzz FuzzSplit $(FUZZTIME) ./render/yamledit
	.ci/fuzz FuzzEdit $(FUZZTIME) ./render/yamledit
	.ci/fuzz FuzzFilter $(FUZZTIME) ./render
	.ci/fuzz FuzzSetTLSCAFile $(FUZZTIME) ./render/tomledit
	.ci/fuzz FuzzSetPreBuildScript $(FUZZTIME) ./render/tomledit
	.ci/fuzz FuzzAddJobVolumes $(FUZZTIME) ./render/tomledit
	.ci/fuzz FuzzParse $(FUZZTIME) ./trust
	.ci/fuzz FuzzFunction $(FUZZTIME) ./cli
	cd e2e && ../.ci/fuzz FuzzRunners $(FUZZTIME) ./runners

# Whole processes beside others, on a machine that does nothing else: about 10 minutes, written to
# docs/BENCHMARK.md. ROUNDS is how often each small run is repeated.
ROUNDS ?= 100

bench:
	cd e2e && $(GO) test ./bench -count=1 -v -timeout 1h -args -write -rounds $(ROUNDS)

clean:
	rm -rf bin dist coverage.out
