#!/usr/bin/env bash
# Tests the Python package from this checkout: a debug build of the native module, checked types, formatting, every test.
# What it needs of PyPI it installs into target/python. Exit 0 with a notice where PyPI can't be reached, unless CI=true.
set -euo pipefail
here="$(cd "$(dirname "$0")" && pwd)"
export CARGO_TARGET_DIR="${CARGO_TARGET_DIR:-$(cd "$here/.." && pwd)/target}"
# One at a time for a target folder: two would take the environments from under each other.
if [ -z "${VANGUARD_TESTS_LOCKED:-}" ] && command -v flock >/dev/null; then
  mkdir -p "$CARGO_TARGET_DIR"
  VANGUARD_TESTS_LOCKED=1 exec flock -o "$CARGO_TARGET_DIR/python.lock" "$here/$(basename "$0")" "$@"
fi
# An extension module finds Python's symbols in the process that loads it; no libpython is needed to build one.
export PYO3_BUILD_EXTENSION_MODULE=1
venvs="$CARGO_TARGET_DIR/python"

install() { # name, requirements
  local venv="$venvs/$1" stamp
  stamp="$(cat "$here"/tests/requirements*.txt "$here"/../tests/peers/requirements-v*.txt <(python3 --version; echo "$here") | cksum)"
  [ "$(cat "$venv/stamp" 2>/dev/null)" = "$stamp" ] && return
  rm -rf "$venv"
  mkdir -p "$venvs"
  if ! { python3 -m venv "$venv" && "$venv/bin/pip" install --quiet --disable-pip-version-check --no-input --retries 2 --requirement "$2"; } >"$venvs/$1.log" 2>&1; then
    tail -n 15 "$venvs/$1.log" >&2
    echo "vanguard-py: NOT TESTED: could not install its tests' requirements" >&2
    [ "${CI:-}" = true ] && exit 1
    exit 0
  fi
  echo "$here/python" >"$(echo "$venv"/lib/python3*/site-packages)/vanguard.pth"
  echo "$stamp" >"$venv/stamp"
}
install v2 "$here/tests/requirements.txt"
install v1 "$here/tests/requirements-v1.txt"
install fastmcp "$here/tests/requirements-fastmcp.txt"

# The same selection as `cargo test --workspace`, so that nothing is compiled twice.
cargo build --quiet --locked --workspace --lib --bins --tests
case "$(uname)" in Darwin) library=lib_vanguard.dylib ;; *) library=lib_vanguard.so ;; esac
# In place of the old one at once: a process may have it loaded.
cp "$CARGO_TARGET_DIR/debug/$library" "$here/python/vanguard/_vanguard.abi3.so.new"
mv "$here/python/vanguard/_vanguard.abi3.so.new" "$here/python/vanguard/_vanguard.abi3.so"

cd "$here"
export PATH="$venvs/v2/bin:$PATH"
ruff format --quiet --check .
ruff check --quiet .
mypy
# mypy wants the native module's stub to be as the native module is.
python -m mypy.stubtest vanguard._vanguard
python -m pytest --quiet --no-header "$@"
"$venvs/v1/bin/python" -m pytest --quiet --no-header tests/test_transport.py tests/test_http.py tests/test_langchain.py tests/test_agents.py tests/test_guard_asks.py tests/test_readme.py
"$venvs/fastmcp/bin/python" -m pytest --quiet --no-header tests/test_fastmcp.py tests/test_guard_asks.py
