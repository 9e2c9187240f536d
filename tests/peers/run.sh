#!/usr/bin/env bash
# Real servers and real clients around `vanguard start`. VANGUARD_BIN names the binary; without it the debug build is used.
# Where the registries can't be reached this says so and succeeds, except in CI (CI=true), where it fails.
set -euo pipefail
here="$(cd "$(dirname "$0")" && pwd)"
export CARGO_TARGET_DIR="${CARGO_TARGET_DIR:-$(cd "$here/../.." && pwd)/target}"
export VANGUARD_BIN="${VANGUARD_BIN:-$CARGO_TARGET_DIR/debug/vanguard}"
peers="$CARGO_TARGET_DIR/peers"

installed=0
"$here/install.sh" || installed=$?
if [ "$installed" -ne 0 ]; then
  echo "tests/peers: NOT RUN: the servers and clients could not be installed" >&2
  [ "${CI:-}" = true ] && exit 1
  exit 0
fi
if [ ! -x "$VANGUARD_BIN" ]; then
  echo "tests/peers: no binary at $VANGUARD_BIN; build it with: cargo build -p vanguard-proxy" >&2
  exit 1
fi

failed=0
for line in v2 v1; do
  (cd "$here" && "$peers/python-$line/bin/python" -m pytest --quiet --no-header .) || failed=1
done
node --test --test-reporter="${PEERS_REPORTER:-spec}" "$here/typescript/" || failed=1
exit "$failed"
