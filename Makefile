# Chores of one line each; the work is in Cargo, in `cargo xtask` and in `.ci/`.
# Everything is built with the committed lock file.

CARGO  ?= cargo
PREFIX ?= $(HOME)/.local

.PHONY: demo test check install build bundle gen bench-start setup tools

demo: build ## the main job end to end against a stand-in stack on loopback, no Docker needed
	$(CARGO) build --quiet --locked --release -p shipworthy-stand-ins
	@bash examples/demo/run target/release/shipworthy target/release/stand-in-stack

test: setup tools ## every test, with what they need
	$(CARGO) xtask bundle
	cd plugins && CARGO_TARGET_DIR=../target/guests-native $(CARGO) test --locked --quiet
	cd sdk/rust && CARGO_TARGET_DIR=../../target/sdk $(CARGO) test --locked --quiet
	$(CARGO) build --locked --quiet -p shipworthy-stand-ins
	$(CARGO) test --locked --workspace

check: ## what CI runs
	bash .ci/run

build: setup ## the binary with its probes compiled ahead: target/release/shipworthy
	$(CARGO) run --quiet --locked --release -p xtask -- bundle
	$(CARGO) build --locked --release -p shipworthy

install: build ## the binary with its bundled probes, to PREFIX/bin
	install -D -m 0755 target/release/shipworthy $(DESTDIR)$(PREFIX)/bin/shipworthy

bundle: setup ## the bundled probes alone, with their sizes
	$(CARGO) xtask bundle

gen: ## the generated parts of the documentation
	$(CARGO) xtask gen

bench-start: build ## whole-process time of five probes beside its peers, in one run
	$(CARGO) build --quiet --locked --release -p shipworthy-stand-ins
	bash benches/start

setup:
	@rustup target list --installed | grep -qx wasm32-wasip2 || rustup target add wasm32-wasip2

# strace shows that the boundary holds; the test that uses it says so if it is missing.
tools:
	@command -v strace >/dev/null || { [ "$$(id -u)" = 0 ] && apt-get install -y -qq strace >/dev/null; } || true
