#!/usr/bin/env bash
# Runs each fuzz target for SECONDS_EACH seconds (default 60), or those named in TARGETS, JOBS of them at a time (default 1); README.md says more.
# FLAGS are more flags of libFuzzer, such as -timeout=600 where other work leaves the fuzzers little of the machine.
# What was learned stays in fuzz/corpus (git-ignored), what broke in fuzz/artifacts.
set -euo pipefail
cd "$(dirname "$0")"
export SECONDS_EACH="${SECONDS_EACH:-60}"
JOBS="${JOBS:-1}"

fail() {
  echo "fuzz: $*" >&2
  exit 2
}
for name in SECONDS_EACH JOBS; do
  [[ "${!name}" =~ ^[1-9][0-9]{0,5}$ ]] || fail "$name must be a whole number from 1 to 999999, not \"${!name}\""
done
known=(fuzz_targets/*.rs)
known=("${known[@]#fuzz_targets/}")
known=("${known[@]%.rs}")
targets=("${known[@]}")
[ -z "${TARGETS:-}" ] || read -ra targets <<<"${TARGETS//,/ }"
for target in "${targets[@]}"; do
  [ -f "fuzz_targets/$target.rs" ] || fail "there is no target \"$target\"; there are: ${known[*]}"
done
cargo +nightly --version >/dev/null 2>&1 || fail "needs a nightly toolchain: rustup toolchain install nightly"
cargo fuzz --version >/dev/null 2>&1 || fail "needs cargo-fuzz: cargo install cargo-fuzz --locked"

# A target's longest input in bytes, and the seconds one may take. Work is linear in the input, so that even a long one is a matter of
# milliseconds; but an automaton, built when a pattern is loaded or first a candidate, may take up to a second under the sanitizer, and
# an input may be the first to need many. An inspector keeps them, which would be taken for a leak and looked for after each input. Its
# features are so many that libFuzzer's weighing of them (entropic) would take half of the time.
bounds() {
  case "$1" in
  head_scan | inspect | exchange) echo "-max_len=16384 -timeout=60 -detect_leaks=0 -entropic=0" ;;
  reader) echo "-max_len=16384 -timeout=10" ;;
  rules_loader) echo "-max_len=2048 -timeout=60" ;;
  rule_literals) echo "-max_len=512 -timeout=30" ;;
  *) echo "-max_len=4096 -timeout=10" ;;
  esac
}

one() {
  local number="$1" target="$2" log="$WORK/$2.log" seeds=() inputs began=$SECONDS
  echo "[$number] $target: starts, $SECONDS_EACH s"
  mkdir -p "corpus/$target" "artifacts/$target"
  [ -d "seeds/$target" ] && seeds=("seeds/$target")
  # Beside other work the seconds say little of how much was done: those of the processor, what was tried and what was reached do.
  local TIMEFORMAT=%U
  # shellcheck disable=SC2046,SC2086 # bounds and flags are several words
  if { time "$WORK/$target" "corpus/$target" "${seeds[@]}" -max_total_time="$SECONDS_EACH" $(bounds "$target") -rss_limit_mb=4096 \
    -dict=vanguard.dict -artifact_prefix="artifacts/$target/" -print_final_stats=1 ${FLAGS:-} >"$log" 2>&1; } 2>"$WORK/$target.processor"; then
    inputs="$(sed -n 's/^stat::number_of_executed_units: *//p' "$log")"
    reached="$(sed -n 's/.* cov: \([0-9]*\) .*/\1/p' "$log" | tail -n 1)"
    echo "[$number] $target: clean, $inputs inputs in $((SECONDS - began)) s, $(cat "$WORK/$target.processor") of them the processor's; $reached edges reached"
    echo "$inputs" >"$WORK/$target.clean"
  else
    grep -aE -m 1 -A 3 'panicked at|^==[0-9]+== ?ERROR' "$log" || tail -n 20 "$log"
    echo "[$number] $target: BROKEN after $((SECONDS - began)) s, what broke it is in fuzz/artifacts/$target/, all it said in $log"
  fi
}
export -f one bounds

# A function, so that the shell has read the whole script before hours pass and somebody edits it.
main() {
  cargo +nightly fuzz build
  # Links, so that a build of changed code meanwhile doesn't change what is being run.
  directory="$(cargo +nightly metadata --format-version 1 --no-deps | sed -n 's/.*"target_directory":"\([^"]*\)".*/\1/p')"
  host="$(rustc +nightly -vV | sed -n 's/^host: //p')"
  mkdir -p "$directory/runs"
  WORK="$(mktemp -d "$directory/runs/XXXXXX")"
  export WORK
  numbered=()
  for target in "${targets[@]}"; do
    ln "$directory/$host/release/$target" "$WORK/$target"
    numbered+=("$((${#numbered[@]} / 2 + 1))/${#targets[@]}" "$target")
  done
  printf '%s\n' "${numbered[@]}" | xargs -P "$JOBS" -n 2 bash -c 'one "$@"' fuzz

  clean=() broken=() inputs=0
  for target in "${targets[@]}"; do
    if [ -f "$WORK/$target.clean" ]; then
      clean+=("$target")
      inputs=$((inputs + $(cat "$WORK/$target.clean")))
    else
      broken+=("$target")
    fi
  done
  echo "fuzz: ${#clean[@]} of ${#targets[@]} targets clean, $inputs inputs"
  if [ ${#broken[@]} -gt 0 ]; then
    echo "fuzz: broken: ${broken[*]}"
    exit 1
  fi
  rm -rf "$WORK"
}
main
