# One target for each thing one does here. `make help` lists them.
CARGO ?= cargo
PYTHON ?= python3
TARGET := $(or $(CARGO_TARGET_DIR),target)
# Evaluation traffic lies outside the clone and never goes into it.
VANGUARD_CORPUS ?= ../shared/corpus
# make fuzz: seconds for each target, how many run side by side, and which targets (all of them if empty).
SECONDS_EACH ?= 600
JOBS ?= 1
TARGETS ?=
# make demo: PROFILE=dev builds it quickly. make packages knows the same.
PROFILE ?= release
BUILT := $(TARGET)/$(if $(filter dev,$(PROFILE)),debug,$(PROFILE))

# Python's native module takes Python's symbols from the process that loads it: no libpython is needed to build it.
export PYO3_BUILD_EXTENSION_MODULE = 1

.PHONY: help build demo test bindings packages memory boundary vectors peers check deny features docs instructions fuzz bench corpus growth clean
.DEFAULT_GOAL := help

help: ## Show what can be made
	@awk -F':.*## ' '/^[a-z]+:.*## / {printf "  make %-14s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

build: ## Build the command `vanguard` for use
	$(CARGO) build --release --locked -p vanguard-proxy
	@echo "built $(TARGET)/release/vanguard"

demo: ## Show attacks on a small MCP server, without and with Vanguard (PROFILE=dev: not optimised)
	$(CARGO) build --profile $(PROFILE) --locked --quiet -p vanguard-proxy
	$(PYTHON) examples/demo/demo.py $(BUILT)/vanguard

test: ## Run every test (Rust, Python 3 and Node; the packages' own: `make bindings`)
	$(CARGO) test --workspace --locked
	@command -v redis-server >/dev/null || command -v valkey-server >/dev/null || echo "not run, as there is no redis-server: vanguard-adapters redis, vanguard-proxy state"
	$(CARGO) test --locked -p vanguard-adapters -p vanguard-proxy --features vanguard-adapters/sigstore,vanguard-proxy/sigstore,vanguard-adapters/http,vanguard-proxy/http --lib --test sigstore --test bundle --test http --test asks
	$(CARGO) build --locked --quiet -p vanguard-core --example read_cases
	READ_CASES=$(TARGET)/debug/examples/read_cases $(PYTHON) tests/differential/test_reader.py
	$(CARGO) check --locked --quiet --benches --examples --workspace
	@$(CARGO) check --quiet --no-default-features --manifest-path fuzz/Cargo.toml --target-dir $(TARGET)/fuzz

bindings: ## Test the Python and the Node package (installs what they need into target/python and node_modules)
	vanguard-py/test.sh
	vanguard-node/test.sh

packages: ## Build wheel, sdist and npm tarball, and try each in an empty environment (PROFILE=dev: not optimised)
	scripts/packages.sh

memory: ## Show what CALLS calls (a million) leave in memory, in Python and in Node
	scripts/memory.sh

boundary: ## Show what Python and Node add to a call, beside mcp-vanguard 2.2.2 (installed into target/boundary)
	$(PYTHON) scripts/boundary.py
	scripts/boundary.mjs

vectors: ## Write the expected verdicts of vanguard-core/tests/vectors anew
	UPDATE_VECTORS=1 $(CARGO) test --quiet --locked -p vanguard-core --test vectors

peers: ## Run real servers and SDK clients through the guard (installs them into target/peers)
	$(CARGO) build --locked --quiet -p vanguard-proxy
	tests/peers/run.sh

check: deny features docs instructions ## Check licences, features, documentation and instruction counts

deny: ## Check licences and advisories of dependencies (cargo-deny)
	$(CARGO) deny --all-features check

features: ## Check each feature alone and all together (cargo-hack)
	$(CARGO) hack check --workspace --locked --each-feature --no-dev-deps

docs: ## Build the documentation; a warning is an error
	RUSTDOCFLAGS="-D warnings" $(CARGO) doc --workspace --locked --no-deps --document-private-items

instructions: ## Count instructions of five messages (valgrind); 5 % more than recorded fails
	scripts/instructions.py

fuzz: ## Fuzz each target for SECONDS_EACH seconds, JOBS at a time (nightly toolchain, cargo-fuzz)
	@SECONDS_EACH=$(SECONDS_EACH) JOBS=$(JOBS) TARGETS="$(TARGETS)" fuzz/run.sh

bench: ## Measure every cost as a ratio
	$(CARGO) bench --locked -p vanguard-core --bench costs
	$(CARGO) bench --locked -p vanguard-proxy --bench roundtrip
	$(CARGO) bench --locked -p vanguard-proxy --features http --bench waiting

corpus: ## Score verdicts on the evaluation traffic in VANGUARD_CORPUS
	$(CARGO) build --release --locked --quiet -p vanguard-proxy
	scripts/corpus.sh $(TARGET)/release/vanguard $(VANGUARD_CORPUS) $(TARGET)/corpus

growth: ## Look for hostile messages whose cost grows faster than their size (a quarter of an hour)
	$(CARGO) build --release --locked --quiet -p vanguard-proxy
	python3 scripts/growth.py $(TARGET)/release/vanguard

clean: ## Remove what was built
	$(CARGO) clean
