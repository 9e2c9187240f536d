#!/usr/bin/env bash
# Runs each fuzz target for SECONDS_EACH seconds (default 60), or those named in TARGETS. Needs cargo-fuzz and a nightly toolchain.
# What it learned stays in fuzz/corpus (git-ignored), what broke in fuzz/artifacts: move that to fuzz/crashes/<target>/ with a telling name.
set -euo pipefail
cd "$(dirname "$0")"
each="${SECONDS_EACH:-60}"
targets="${TARGETS:-$(cd fuzz_targets && printf '%s\n' *.rs | sed 's/\.rs$//')}"
failed=""
cargo +nightly fuzz build
for target in $targets; do
  mkdir -p "corpus/$target"
  seeds=()
  [ -d "seeds/$target" ] && seeds=("seeds/$target")
  # -timeout: seconds one input may take; linear time makes even a large one a matter of milliseconds.
  log="$(mktemp)"
  if cargo +nightly fuzz run "$target" "corpus/$target" "${seeds[@]}" -- -max_total_time="$each" -timeout=10 -rss_limit_mb=4096 -max_len=16384 -dict=vanguard.dict -print_final_stats=1 >"$log" 2>&1; then
    echo "$target: clean, $(sed -n 's/^stat::number_of_executed_units: *//p' "$log") inputs in $each s"
  else
    failed="$failed $target"
    tail -n 40 "$log"
    echo "$target: BROKEN"
  fi
  rm -f "$log"
done
[ -z "$failed" ] || { echo "broken:$failed"; exit 1; }
