# Daypass. `make run` starts it with a practice account, `make test` checks and tests everything; both set up what they
# need first and say what they do. Nothing else has to be known.

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help

export CARGO_TERM_COLOR ?= auto

.PHONY: help run test check fix bindings bench dist setup clean

help: ## This list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## (.*)/  make \1\t\2/' | expand -t 16

run: ## Start Daypass with a practice account in it (without a display: the service, and the dashboard's address)
	@scripts/run

test: check ## Check, then run every test
	@scripts/test

check: setup ## Format, lints, dependency rules, types
	@scripts/check

fix: setup ## Format and mend what can be mended automatically
	cargo fmt --all
	cargo clippy --workspace --all-targets --fix --allow-dirty --allow-staged
	cd ui && npm run --silent fix

bindings: ## Make the window's types from the Rust types
	rm -rf ui/src/bindings
	TS_RS_EXPORT_DIR="$(CURDIR)/ui/src/bindings" cargo test --quiet --workspace --lib export_bindings

bench: ## Measure beside peers, as ratios in one run
	@scripts/bench

dist: setup ## Make the Debian package of all programs in dist/
	@scripts/dist

setup: ## Install what building and testing need
	@scripts/setup test

clean: ## Remove everything that was built
	cargo clean
	rm -rf dist ui/dist ui/node_modules tests/sdk/node_modules tests/sdk/.venv
