"""What carries over: trains without a whole source of attacks, and says how many of them are found at fixed rates of honest texts.

`python leave_out.py POOL [GROUP…]` prints the table of the card. Each model's bars stand where a share of the honest texts of the pool and of the
file's `valid` part (as `thresholds.py` weighs them) reaches a head. Run on all groups it writes `recall.json`: how many of the attacks of a source
that a model has never seen reach each rate, by head, which is what `thresholds.py` makes probabilities of.
"""

import gzip
import json
import sys

import numpy as np
from scipy import sparse

import features
import train
from data import HEAD_OF, HEADS, HERE, Matrix, all_windows, load
from thresholds import SHARES, STEPS, VALID, find

GROUPS = {
    "spikee": ["spikee", "spikee_honest"],
    "deepset": ["deepset_attack", "deepset_honest"],
    "defenseclaw": ["defenseclaw"],
    "hackaprompt, llmail, zh": ["hackaprompt", "llmail", "zh_attack"],
    "generator, injections": ["synth_injection", "synth_leak", "synth_ml", "synth_jailbreak"],
    "generator, other languages": ["synth_ml", "synth_injection", "synth_leak", "synth_jailbreak"],
    "generator, jailbreaks": ["synth_jailbreak", "synth_injection", "synth_leak", "synth_ml"],
    "generator, metadata": ["synth_poisoned", "synth_malicious"],
    "own lines, English": ["own_injection", "own_language", "own_jailbreak"],
    "own lines, other languages": ["own_language", "own_injection", "own_jailbreak"],
    "own lines, jailbreaks": ["own_jailbreak", "own_injection", "own_language"],
    "own lines, metadata": ["own_poisoned"],
    "forms, English": ["form_injection", "form_language", "form_jailbreak"],
    "forms, other languages": ["form_language", "form_injection", "form_jailbreak"],
    "forms, jailbreaks": ["form_jailbreak", "form_injection", "form_language"],
}
# Of these groups a probability is made: for injections what other people wrote; of jailbreaks nothing but one generator's is at hand, which repeats
# itself, so it is ours there.
TOLD = [
    ["spikee", "deepset", "defenseclaw", "hackaprompt, llmail, zh", "generator, injections", "generator, other languages"],
    ["own lines, jailbreaks", "forms, jailbreaks"],
    ["generator, metadata", "own lines, metadata"],
]
RATES = (0.005, 0.0005)
STEPS_OF_FIT = 25  # of 45: what carries over is the same, in half the time


class Trainer:
    """The training windows of all sources, of which some are left out."""

    def __init__(self, cases):
        cases = [case for case in cases if case["split"] == "train"]
        chosen = train.collect(cases)
        self.rows, self.kind = chosen.matrix.build(), np.array(chosen.kind)
        self.head, self.weight = np.array(chosen.head), np.array(chosen.weight)
        hard, kinds = Matrix(), []
        for case in cases:
            if not case["label"]:
                parts = all_windows(case)
                kinds += [case["kind"]] * len(parts)
                for part in parts:
                    hard.add(part)
        self.hard, self.hard_kind = hard.build(), np.array(kinds)
        self.known = {}

    def fitted(self, head, kinds):
        """The weights of a head, in the engine's steps. A head that has no attacks of these kinds is trained once."""
        gone = [kind for kind in kinds if HEAD_OF.get(kind, head) == head]
        if all(HEAD_OF.get(kind, -1) != head for kind in gone):
            gone = []
        key = (head, *sorted(gone))
        if key not in self.known:
            rows = np.flatnonzero(((self.head == head) | (self.head == -1)) & ~np.isin(self.kind, gone))
            kept = np.flatnonzero(~np.isin(self.hard_kind, gone))
            matrix, positive, weight = self.rows[rows], self.head[rows] == head, self.weight[rows].copy()
            model = self.fit(matrix, positive, weight, np.zeros(matrix.shape[1] + 1))
            scores = self.hard[kept] @ model[:-1]
            worst = kept[np.argsort(-scores, kind="stable")[: train.WORST // 2]]
            matrix = sparse.vstack([matrix, self.hard[worst]]).tocsr()
            positive = np.concatenate([positive, np.zeros(len(worst), dtype=bool)])
            weight = np.concatenate([weight, np.full(len(worst), train.HARD)])
            model = self.fit(matrix, positive, weight, model)
            self.known[key] = train.quantise(model[None, :])[0][0].astype(np.float32)
        return self.known[key]

    def fit(self, matrix, positive, weight, start):
        weight = weight.copy()
        weight[positive] *= train.POSITIVE_MASS * weight[~positive].sum() / weight[positive].sum()
        return train.fit(matrix, positive, weight, start, STEPS_OF_FIT)


class Texts:
    """Windows of texts, and the best score of each text."""

    def __init__(self, all_buckets):
        matrix, self.starts = Matrix(), []
        for parts in all_buckets:
            self.starts.append(len(matrix.lengths))
            for part in parts:
                matrix.add(part)
        self.matrix = matrix.build()

    def best(self, weights):
        # In sixteenths, as the engine has them; weights are in halves there.
        return np.maximum.reduceat(np.trunc(16 * (self.matrix @ weights)), self.starts).astype(np.int64)


def main(pool, only):
    cases = load()
    trainer = Trainer(cases)
    with gzip.open(pool, "rt", encoding="utf-8") as lines:
        honest = [{"buckets": features.buckets(features.tokens(json.loads(line)["text"]))} for line in lines]
    honest = [case for case in honest if len(case["buckets"])]
    valid = [case for case in cases if case["split"] == "valid" and not case["label"] and not case["kind"].startswith("synth")]
    counts = np.concatenate([np.ones(len(honest)), np.full(len(valid), VALID)])
    honest = Texts(map(all_windows, honest + valid))
    recall = {}
    print("| left out | texts | found at 0.5 % | at 0.05 % |\n| --- | --: | --: | --: |")
    for name, kinds in GROUPS.items():
        if only and name not in only:
            continue
        heads = [2] if HEAD_OF[kinds[0]] == 2 else [0, 1]
        weights = [trainer.fitted(head, kinds) for head in heads]
        scores = np.stack([honest.best(row) for row in weights], axis=1)
        # Of a group that names other kinds too, only the first and its neighbours of the same source are measured.
        first = {"hackaprompt": kinds, "synth_injection": ["synth_injection", "synth_leak"], "synth_poisoned": kinds}.get(kinds[0], kinds[:1])
        attacks = Texts(all_windows(case) for case in cases if case["label"] and case["kind"] in first)
        found = np.stack([attacks.best(row) for row in weights], axis=1)
        shares = [SHARES[head] if heads != [2] else 1.0 for head in heads]
        bars = [find(scores, counts, rate, shares) for rate in RATES]
        print(f"| {name} | {len(found)} | {' | '.join(f'{(found >= bar).any(axis=1).mean():.0%}' for bar in bars)} |", flush=True)
        head = HEAD_OF[kinds[0]]
        at = heads.index(head)
        bars = [find(scores[:, [at]], counts, rate, [1.0])[0] for rate in STEPS]
        recall[name] = (head, [float((found[:, at] >= bar).mean()) for bar in bars])
    if not only:
        table = {}
        for head, title in enumerate(HEADS):
            rows = [recall[name][1] for name in TOLD[head]]
            table[title] = [round(float(share), 4) for share in np.mean(rows, axis=0)]
        (HERE / "recall.json").write_text(json.dumps({"rates": STEPS, **table}, indent=1) + "\n")


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2:])
