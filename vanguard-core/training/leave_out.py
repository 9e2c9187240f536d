"""What carries over: trains without a whole source of attacks, and says how many of them are found by the thresholds' rates.

`python leave_out.py POOL [KIND…]`. A round of training instead of three, and only the head that the source teaches, so that it takes minutes; the
thresholds of each model are those at which 0.5 % and 0.05 % of the same honest texts reach that head alone.
"""

import gzip
import json
import sys

import numpy as np

import features
import train
from data import HEAD_OF, HEADS, load
from model import Model

GROUPS = {
    "spikee": ["spikee"],
    "deepset": ["deepset_attack"],
    "defenseclaw": ["defenseclaw"],
    "hinglish": ["hinglish"],
    "hackaprompt, llmail, zh": ["hackaprompt", "llmail", "zh_attack"],
    "generator, injections": ["synth_injection", "synth_ml", "synth_leak"],
    "generator, jailbreaks": ["synth_jailbreak"],
    "public jailbreaks": ["jailbreak_public"],
    "generator, metadata": ["synth_poisoned", "synth_malicious"],
    "own, English": ["own_injection", "grammar_injection"],
    "own, other languages": ["own_language", "synth_ml", "hinglish"],
    "own, metadata": ["own_poisoned", "grammar_poisoned"],
}


def main(pool, only):
    train.ROUNDS = 1
    cases = load()
    with gzip.open(pool, "rt", encoding="utf-8") as lines:
        honest = [features.tokens(json.loads(line)["text"]) for at, line in enumerate(lines) if at % 3 == 0]
    honest += [case["hashes"] for case in cases if case["split"] == "valid" and not case["label"]]
    print("| left out | texts | head | found at 0.5 % | at 0.05 % |\n| --- | --: | --- | --: | --: |")
    for name, kinds in GROUPS.items():
        if only and kinds[0] not in only:
            continue
        head = HEAD_OF[kinds[0]]
        # The source's honest texts go too, or its form alone would tell. Of the other honest texts every second.
        kept = [case for case in cases if case["kind"] not in kinds and (not case["label"] or HEAD_OF[case["kind"]] == head)]
        kept = [case for at, case in enumerate(kept) if case["label"] or at % 2 == 0]
        model = train.train(kept, say=lambda *_: None, heads=[head])
        weights, _ = train.quantise(model)
        model = Model(weights)
        scores = np.sort([model.best(hashes)[head] for hashes in honest if len(hashes)])
        bars = [scores[-1 - int(len(scores) * rate)] for rate in (0.005, 0.0005)]
        # Of a group that names other kinds too, only the first is measured.
        found = np.array([model.best(case["hashes"])[head] for case in cases if case["label"] and case["kind"] == kinds[0]])
        shares = " | ".join(f"{(found > bar).mean():.0%}" for bar in bars)
        print(f"| {name} | {len(found)} | {HEADS[head]} | {shares} |", flush=True)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2:])
