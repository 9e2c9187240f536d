#!/usr/bin/env bash
# Installs the real servers and clients into target/peers (git-ignored), once per set of pinned versions.
# Exit 0: installed. Exit 3: a registry could not be reached, so nothing here can run.
set -euo pipefail
here="$(cd "$(dirname "$0")" && pwd)"
root="$(cd "$here/../.." && pwd)"
peers="${CARGO_TARGET_DIR:-$root/target}/peers"
stamp="$(cat "$here"/requirements-v*.txt "$here"/package*.json "$0" <(python3 --version) <(node --version) | cksum)"
if [ "$(cat "$peers/stamp" 2>/dev/null)" = "$stamp" ]; then
  exit 0
fi
mkdir -p "$peers"
rm -f "$peers/stamp"
log="$peers/install.log"
: >"$log"

step() {
  if ! "$@" >>"$log" 2>&1; then
    tail -n 15 "$log" >&2
    echo "tests/peers: could not install ($*); see $log" >&2
    exit 3
  fi
}

for line in v1 v2; do
  rm -rf "$peers/python-$line"
  step python3 -m venv "$peers/python-$line"
  step "$peers/python-$line/bin/pip" install --quiet --disable-pip-version-check --no-input --retries 2 --timeout 15 --requirement "$here/requirements-$line.txt"
done
mkdir -p "$peers/node"
cp "$here/package.json" "$here/package-lock.json" "$peers/node/"
step npm --prefix "$peers/node" ci --ignore-scripts --no-audit --no-fund --fetch-retries 2
echo "$stamp" >"$peers/stamp"
