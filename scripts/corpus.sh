#!/usr/bin/env bash
# corpus.sh VANGUARD CORPUS OUT [OPTION…]: judges the messages of the corpus folder and scores the verdicts.
# Messages, verdicts and scores stay in OUT; options go to `vanguard inspect` (for example --profile strict).
set -euo pipefail
vanguard=$1 corpus=$2 out=$3
shift 3
here=$(cd "$(dirname "$0")" && pwd)
if [ ! -e "$corpus/score.py" ]; then
  echo "corpus.sh: no corpus at $corpus (set VANGUARD_CORPUS); it is not part of the repository" >&2
  exit 1
fi
mkdir -p "$out"
python3 "$corpus/score.py" --envelopes >"$out/messages.jsonl"
# 1: something was stopped, which is the point.
"$vanguard" inspect --json --stats "$@" "$out/messages.jsonl" >"$out/verdicts.jsonl" || [ $? -eq 1 ]
"$here/verdicts.py" "$out/verdicts.jsonl" >"$out/scored.jsonl"
python3 "$corpus/score.py" "$out/scored.jsonl" --json "$out/scores.json"
