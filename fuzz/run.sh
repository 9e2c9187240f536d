#!/usr/bin/env bash
# Runs each fuzz target for SECONDS_EACH seconds (default 60), or those named in TARGETS, JOBS of them at a time (default 1).
# Needs cargo-fuzz and a nightly toolchain. What was learned stays in fuzz/corpus (git-ignored), what broke in fuzz/artifacts: move that to
# fuzz/crashes/<target>/ under a telling name.
set -euo pipefail
cd "$(dirname "$0")"
export SECONDS_EACH="${SECONDS_EACH:-60}"

one() {
  local target="$1" log seeds=()
  log="$(mktemp)"
  mkdir -p "corpus/$target"
  [ -d "seeds/$target" ] && seeds=("seeds/$target")
  # -timeout: seconds one input may take; linear time makes even a large one a matter of milliseconds.
  if cargo +nightly fuzz run "$target" "corpus/$target" "${seeds[@]}" -- -max_total_time="$SECONDS_EACH" -timeout=10 -rss_limit_mb=4096 \
    -max_len=16384 -dict=vanguard.dict -print_final_stats=1 >"$log" 2>&1; then
    echo "$target: clean, $(sed -n 's/^stat::number_of_executed_units: *//p' "$log") inputs in $SECONDS_EACH s"
    rm -f "$log"
  else
    tail -n 40 "$log"
    echo "$target: BROKEN (log: $log)"
    return 1
  fi
}
export -f one

cargo +nightly fuzz build
printf '%s\n' ${TARGETS:-$(cd fuzz_targets && printf '%s\n' *.rs | sed 's/\.rs$//')} | xargs -P "${JOBS:-1}" -I{} bash -c 'one {}'
