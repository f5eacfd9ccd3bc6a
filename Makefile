# Chores of one line each; the work is in Cargo, in `xtask` and in `.ci/`. Everything is built with the committed lock
# file, and always as `--workspace`: cargo unites the features of the packages that it is asked for, so another selection
# would build wasmtime again. The probes are compiled ahead by a tool of the same build, and embedded by the next one.

CARGO  ?= cargo
PREFIX ?= $(HOME)/.local
export CARGO_TARGET_DIR = $(CURDIR)/target

.PHONY: demo demo-docker test check install build bundle gen bench bench-kit bench-stack bench-payload bench-registry bench-signatures fuzz hostile messages dist setup tools

demo: build ## the main job end to end against a stand-in stack on loopback, no Docker needed
	@bash examples/demo/run target/release/shipworthy target/release/stand-in-stack

demo-docker: build tools ## all five probes on a real Docker Engine, in both modes, with a mismatch of each service
	@bash examples/demo-docker/run target/release/shipworthy target/release/stand-in-esb

test: setup tools ## every test, with what they need
	cd plugins && CARGO_TARGET_DIR=../target/guests-native $(CARGO) test --locked --quiet
	cd sdk/rust && CARGO_TARGET_DIR=../../target/sdk $(CARGO) test --locked --quiet
	@bash sdk/test
	$(CARGO) test --locked --workspace --no-run
	target/debug/xtask bundle
	$(CARGO) test --locked --workspace

check: ## what CI runs
	bash .ci/run

build: setup ## the binary with its probes compiled ahead: target/release/shipworthy
	$(CARGO) build --locked --release --workspace
	target/release/xtask bundle
	$(CARGO) build --locked --release --workspace

install: build ## the binary with its bundled probes, and what builds probes in Go, to PREFIX/bin
	install -D -m 0755 target/release/shipworthy $(DESTDIR)$(PREFIX)/bin/shipworthy
	install -D -m 0755 target/release/shipworthy-go $(DESTDIR)$(PREFIX)/bin/shipworthy-go

bundle: build ## the bundled probes, with their sizes
	target/release/xtask bundle

gen: ## the generated parts of the documentation
	$(CARGO) xtask gen

bench: build ## the stack side beside check_http, curl, goss, blackbox_exporter, native code and bare wasmtime, in one run
	cd benches/native && CARGO_TARGET_DIR=../../target/native $(CARGO) build --locked --release
	$(CARGO) bench --locked --workspace --bench engine --no-run
	benches/bench

bench-kit: build tools ## from `plugin new` to the first verdict in each language, and what each component takes
	benches/kit

bench-stack: build tools ## whole-process time of all five probes on a real Docker Engine, and where it goes
	bash benches/stack

bench-payload: build ## trees of 20,000 small, 2,000 middling and 2 large files, beside sha256sum, rhash, hashdeep and bagit
	$(CARGO) build --locked --release --workspace --examples
	benches/payload

bench-registry: build tools ## pulling a plugin from a real registry, beside `oras pull`
	benches/registry

bench-signatures: build ## verification by key beside openssl and cosign, in one run
	benches/signatures

fuzz: ## the readers of the payload side and whole plugins, twenty seconds each
	fuzz/run

hostile: build ## every hostile plugin with what becomes of it, its time and its peak memory: docs/hostile-plugins.md
	target/release/hostile target/release/shipworthy --write docs/hostile-plugins.md

messages: build ## what Shipworthy and three peers say in ten bad situations: docs/messages.md
	benches/messages target/release/shipworthy --write docs/messages.md

dist: tools ## what is handed out: a static binary with all it needs, an image from scratch, bills of materials; target/dist
	dist/build $(PROFILE)
	$(CARGO) build --locked --workspace
	dist/check target/debug/stand-in-stack

setup:
	@rustup target list --installed | grep -qx wasm32-wasip2 || rustup target add wasm32-wasip2

tools: ## strace, Docker with containerd, and the toolchains of probes, for the tests; one that lacks its part says so
	@bash .ci/tools
