# Two commands do everything: `make demo` shows the main job, `make test`
# passes the tests. The others need more time.

GO       ?= go
BINARY   := bin/helm-runnertrust
FUZZTIME ?= 30s

.PHONY: build test lint e2e e2e-helmfile compat demo fuzz matrix matrix-check hierarchies bench clean

build:
	CGO_ENABLED=0 $(GO) build -trimpath -ldflags '-s -w' -o $(BINARY) .

# The packages that carry the promises are covered to 90 % of their statements.
test:
	$(GO) test -coverpkg=./render,./trust -coverprofile=coverage.out ./...
	@awk -v least=90 -f .ci/coverage.awk coverage.out

# golangci-lint is pinned in a module of its own, and built on first use.
lint:
	@linter=$$(cd e2e && $(GO) run ./cmd/tool golangci-lint) && \
	for module in . e2e; do (cd $$module && $$linter run --config $(CURDIR)/.golangci.yml ./...) || exit 1; done

# Every *.yaml in CHARTS goes through the filter, and must come out with
# nothing but added lines.
compat: build
	@test -n "$(CHARTS)" || { echo "usage: make compat CHARTS=DIR" >&2; exit 1; }
	cd e2e && $(GO) run ./compat $(CURDIR)/$(BINARY) $(abspath $(CHARTS))

demo:
	@cd e2e && $(GO) run ./demo

# Real Helm 3 and 4 against a real API server, built from pinned modules.
# -count=1, as the binary and the clone under test are no inputs that go knows.
e2e:
	@cd e2e && for tool in helm3 helm4 etcd kubernetes; do $(GO) run ./cmd/tool $$tool || exit 1; done
	cd e2e && $(GO) test -count=1 -timeout 30m $$($(GO) list ./... | grep -v /matrix)

e2e-helmfile:
	cd e2e && $(GO) test -count=1 -timeout 60m -tags helmfile -run Helmfile -v .

# Real TLS servers, the shipped program, and real clients: Go, git and curl.
# The first writes docs/MATRIX.md from the run, the second compares with it.
matrix:
	cd e2e && $(GO) test ./matrix -count=1 -run '^TestMatrix$$' -args -write

matrix-check:
	cd e2e && $(GO) test ./matrix -count=1 -skip '^TestRandomHierarchies$$'
	cd e2e && $(RANDOM) -hierarchies 300

# The verdict on git against git and curl, in random hierarchies: the long run,
# which writes docs/HIERARCHIES.md. SEED=N -hierarchy I repeats a single one.
SEED   ?= 0
RANDOM  = $(GO) test ./matrix -count=1 -v -run '^TestRandomHierarchies$$' -args -seed $(SEED)

hierarchies:
	cd e2e && $(RANDOM) -hierarchies 3000 -write

fuzz:
	.ci/fuzz FuzzSplit $(FUZZTIME) ./render
	.ci/fuzz FuzzFilter $(FUZZTIME) ./render
	.ci/fuzz FuzzParse $(FUZZTIME) ./trust

# The ratio to cat is the figure; machines differ.
bench:
	$(GO) test -run '^$$' -bench Process -benchtime 200x ./cli

clean:
	rm -rf bin coverage.out
