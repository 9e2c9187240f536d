#!/usr/bin/env bash
# Shows that calls do not make a process larger: CALLS of every kind (a million by default) in Python and in Node, and what is in memory after
# 10, 50 and 100 % of them. Builds both modules (release) and the Node package's JavaScript.
set -euo pipefail
root="$(cd "$(dirname "$0")/.." && pwd)"
export CARGO_TARGET_DIR="${CARGO_TARGET_DIR:-$root/target}"
export PYO3_BUILD_EXTENSION_MODULE=1
calls="${CALLS:-1000000}"
work="$CARGO_TARGET_DIR/memory"
case "$(uname)" in Darwin) ending=dylib ;; *) ending=so ;; esac

cd "$root"
cargo build --quiet --release --locked -p vanguard-py -p vanguard-node --lib
rm -rf "$work"
mkdir -p "$work"
cp -r vanguard-py/python/vanguard "$work"
cp "$CARGO_TARGET_DIR/release/lib_vanguard.$ending" "$work/vanguard/_vanguard.abi3.so"
cp "$CARGO_TARGET_DIR/release/libvanguard_node.$ending" "$work/vanguard.node"
PYTHONPATH="$work" "${PYTHON:-python3}" vanguard-py/tests/memory.py "$calls"
cd vanguard-node
[ -d node_modules ] || npm install --silent --no-package-lock --ignore-scripts --no-audit --no-fund
npm run --silent face
NAPI_RS_NATIVE_LIBRARY_PATH="$work/vanguard.node" node tests/memory.mjs "$calls"
