#!/usr/bin/env bash
# Tests the Node package from this checkout: a debug build of the native module, checked types, formatting, every test.
# What it needs of npm it installs. Exit 0 with a notice where npm can't be reached, unless CI=true.
set -euo pipefail
cd "$(dirname "$0")"
export CARGO_TARGET_DIR="${CARGO_TARGET_DIR:-$(cd .. && pwd)/target}"
# One at a time for a target folder and a checkout: two would take the module, or what npm brought, from under each other.
if [ -z "${VANGUARD_TESTS_LOCKED:-}" ] && command -v flock >/dev/null; then
  mkdir -p "$CARGO_TARGET_DIR"
  VANGUARD_TESTS_LOCKED=1 exec flock -o "$CARGO_TARGET_DIR/node.lock" "./$(basename "$0")" "$@"
fi
# Of the Python module beside it, which is built with the same selection.
export PYO3_BUILD_EXTENSION_MODULE=1
stamp="$(cat package.json <(node --version) | cksum)"
if [ "$(cat node_modules/.stamp 2>/dev/null)" != "$stamp" ]; then
  # Without a lock: npm's holds packages of every platform, of which a machine needs and may have but one.
  if ! npm install --no-package-lock --ignore-scripts --no-audit --no-fund --fetch-retries 2 --loglevel error >/dev/null; then
    echo "vanguard-node: NOT TESTED: could not install what its tests need" >&2
    [ "${CI:-}" = true ] && exit 1
    exit 0
  fi
  echo "$stamp" >node_modules/.stamp
fi
types="$(cat native.d.ts native.js | cksum)"
node build.mjs --workspace
if [ "$types" != "$(cat native.d.ts native.js | cksum)" ]; then
  echo "vanguard-node: native.js or native.d.ts is not what the code gives; commit what was just written" >&2
  exit 1
fi
npm run --silent face
npm run --silent lint
npm test --silent
