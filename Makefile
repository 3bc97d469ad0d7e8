# virtaudit. `make help` lists the targets.

SHELL := bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := build

export CGO_ENABLED := 0

VERSION   ?= $(shell git describe --tags --always --dirty 2>/dev/null || echo devel)
PREFIX    ?= /usr/local
LOG       ?= /var/log/audit
FUZZTIME  ?= 30s
BENCHTIME ?= 1s

bindir  := $(DESTDIR)$(PREFIX)/bin
datadir := $(DESTDIR)$(PREFIX)/share

# VIRTAUDIT_FAIL_ON_SKIP=1 makes a skipped test a failure.
testsum_flags := $(if $(filter 1,$(VIRTAUDIT_FAIL_ON_SKIP)),-fail-on-skip)

.PHONY: build
build: ## build bin/virtaudit
	go build -trimpath -ldflags '-X main.version=$(VERSION)' -o bin/virtaudit ./cmd/virtaudit

.PHONY: run
run: build ## report on this host's audit log (or LOG=...), else on the one in testdata
	@scripts/run.sh bin/virtaudit '$(LOG)'

# The cache is left out: it does not know what is installed on the host.
.PHONY: test
test: ## run every test; as root on Debian, install what they need first
	@scripts/test-deps.sh
	@go build -o bin/testsum ./internal/testsum
	@go test -json -count=1 -timeout=15m ./... | bin/testsum $(testsum_flags)

.PHONY: unit
unit: ## vet and run the quick tests, without any set-up
	go vet ./...
	go test -vet=off -short ./...

.PHONY: lint
lint: ## run the linters that go.mod pins
	@unformatted=$$(go tool gofumpt -l .); \
	if [ -n "$$unformatted" ]; then \
		printf 'not formatted by gofumpt:\n%s\n' "$$unformatted" >&2; exit 1; \
	fi
	go vet ./...
	go tool staticcheck ./...
	go tool go-errorlint ./...

.PHONY: bench
bench: ## measure, and write docs/performance.md
	go test -run '^$$' -bench . -benchmem -benchtime '$(BENCHTIME)' ./record ./auditlog ./internal/trail
	go run ./internal/perf

.PHONY: fuzz
fuzz: ## run every fuzz target for FUZZTIME (30s)
	@scripts/fuzz.sh '$(FUZZTIME)'

.PHONY: generate
generate: ## write the generated files anew
	go generate ./...

.PHONY: install
install: build ## install the binary, man pages and completions below DESTDIR and PREFIX (/usr/local)
	rm -rf bin/share
	mkdir -p bin/share/man
	bin/virtaudit man --dir bin/share/man
	for shell in bash zsh fish; do bin/virtaudit completion $$shell >bin/share/$$shell; done
	install -d '$(bindir)' '$(datadir)/man/man1' '$(datadir)/bash-completion/completions' \
		'$(datadir)/zsh/site-functions' '$(datadir)/fish/vendor_completions.d'
	install -m 755 bin/virtaudit '$(bindir)/virtaudit'
	install -m 644 bin/share/man/*.1 '$(datadir)/man/man1'
	install -m 644 bin/share/bash '$(datadir)/bash-completion/completions/virtaudit'
	install -m 644 bin/share/zsh '$(datadir)/zsh/site-functions/_virtaudit'
	install -m 644 bin/share/fish '$(datadir)/fish/vendor_completions.d/virtaudit.fish'

.PHONY: clean
clean: ## remove what was built
	rm -rf bin

.PHONY: help
help: ## list the targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "%-10s %s\n", $$1, $$2 }' Makefile
