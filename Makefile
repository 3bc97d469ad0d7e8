# virtaudit. `make help` lists the targets.

SHELL := bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := build

export CGO_ENABLED := 0

VERSION   ?= $(shell git describe --tags --always --dirty 2>/dev/null || echo devel)
BIN       ?= bin
PREFIX    ?= /usr/local
LOG       ?= /var/log/audit
LISTEN    ?= 127.0.0.1:0
FUZZTIME  ?= 30s
BENCHTIME ?= 1s

# /etc, unless the prefix is a place of its own.
SYSCONFDIR ?= $(if $(filter /usr /usr/local,$(PREFIX)),/etc,$(PREFIX)/etc)

bindir  := $(DESTDIR)$(PREFIX)/bin
datadir := $(DESTDIR)$(PREFIX)/share
libdir  := $(DESTDIR)$(PREFIX)/lib
confdir := $(DESTDIR)$(SYSCONFDIR)

# VIRTAUDIT_FAIL_ON_SKIP=1 makes a skipped test a failure.
testsum_flags := $(if $(filter 1,$(VIRTAUDIT_FAIL_ON_SKIP)),-fail-on-skip)

.PHONY: build
build: ## build virtaudit in BIN (bin)
	go build -trimpath -ldflags '-X main.version=$(VERSION)' -o $(BIN)/virtaudit ./cmd/virtaudit

# Alone in the terminal's foreground, Ctrl-C is for the service and not for make.
.PHONY: run
run: build ## show this host's guests in the browser (by LOG=...), else those of a shipped trail
	@if [ -t 0 ]; then set -m; fi; scripts/run.sh $(BIN)/virtaudit '$(LOG)' $(BIN)/run '$(LISTEN)'; exit $$?

.PHONY: deps
deps: ## install what tests and benchmarks need, as root on Debian
	@scripts/test-deps.sh
	@scripts/web-deps.sh

# The cache is left out: it does not know what is installed on the host.
.PHONY: test
test: deps ## run every test; as root on Debian, install what they need first
	@go build -o bin/testsum ./internal/testsum
	@go test -json -count=1 -timeout=30m ./... | bin/testsum $(testsum_flags)

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

.PHONY: web
web: ## build the page into web/dist, and check its types; needs Node
	@scripts/web-deps.sh
	cd web && npm run --silent check && npm run --silent build

.PHONY: fuzz
fuzz: ## run every fuzz target for FUZZTIME (30s)
	@scripts/fuzz.sh '$(FUZZTIME)'

.PHONY: generate
generate: ## write the generated files anew
	go generate ./...

# Files in SYSCONFDIR are the user's once they are there.
.PHONY: install
install: build ## install all below DESTDIR and PREFIX (/usr/local): binary, man pages, completions, systemd units, settings
	rm -rf $(BIN)/share
	mkdir -p $(BIN)/share/man
	$(BIN)/virtaudit man --dir $(BIN)/share/man
	for shell in bash zsh fish; do $(BIN)/virtaudit completion $$shell >$(BIN)/share/$$shell; done
	sed 's|/usr/local/|$(PREFIX)/|' dist/systemd/virtaudit.service >$(BIN)/share/virtaudit.service
	sed 's|/usr/local/|$(PREFIX)/|' dist/auditd/virtaudit.conf >$(BIN)/share/auditd.conf
	install -d '$(bindir)' '$(datadir)/man/man1' '$(datadir)/bash-completion/completions' \
		'$(datadir)/zsh/site-functions' '$(datadir)/fish/vendor_completions.d' '$(datadir)/virtaudit' \
		'$(libdir)/systemd/system' '$(libdir)/sysusers.d' '$(libdir)/tmpfiles.d' \
		'$(confdir)/virtaudit' '$(confdir)/audit/plugins.d'
	install -m 755 $(BIN)/virtaudit '$(bindir)/virtaudit'
	install -m 644 $(BIN)/share/man/*.1 '$(datadir)/man/man1'
	install -m 644 $(BIN)/share/bash '$(datadir)/bash-completion/completions/virtaudit'
	install -m 644 $(BIN)/share/zsh '$(datadir)/zsh/site-functions/_virtaudit'
	install -m 644 $(BIN)/share/fish '$(datadir)/fish/vendor_completions.d/virtaudit.fish'
	install -m 644 dist/systemd/emit.conf dist/systemd/proc.conf '$(datadir)/virtaudit'
	install -m 644 $(BIN)/share/virtaudit.service '$(libdir)/systemd/system/virtaudit.service'
	install -m 644 dist/systemd/virtaudit.sysusers '$(libdir)/sysusers.d/virtaudit.conf'
	install -m 644 dist/systemd/virtaudit.tmpfiles '$(libdir)/tmpfiles.d/virtaudit.conf'
	test -e '$(confdir)/virtaudit/config.yaml' || install -m 644 dist/config.yaml '$(confdir)/virtaudit/config.yaml'
	test -e '$(confdir)/audit/plugins.d/virtaudit.conf' || install -m 640 $(BIN)/share/auditd.conf '$(confdir)/audit/plugins.d/virtaudit.conf'

.PHONY: uninstall
uninstall: ## remove what install installs, but for settings that were changed, and the store
	rm -f '$(bindir)/virtaudit' '$(datadir)'/man/man1/virtaudit.1 '$(datadir)'/man/man1/virtaudit-*.1 \
		'$(datadir)/bash-completion/completions/virtaudit' '$(datadir)/zsh/site-functions/_virtaudit' \
		'$(datadir)/fish/vendor_completions.d/virtaudit.fish' \
		'$(libdir)/systemd/system/virtaudit.service' '$(libdir)/sysusers.d/virtaudit.conf' \
		'$(libdir)/tmpfiles.d/virtaudit.conf' '$(confdir)/audit/plugins.d/virtaudit.conf'
	rm -rf '$(datadir)/virtaudit'
	! cmp -s dist/config.yaml '$(confdir)/virtaudit/config.yaml' || rm '$(confdir)/virtaudit/config.yaml'
	rmdir --ignore-fail-on-non-empty '$(confdir)/virtaudit'

.PHONY: clean
clean: ## remove what was built
	rm -rf bin

.PHONY: help
help: ## list the targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "%-10s %s\n", $$1, $$2 }' Makefile
