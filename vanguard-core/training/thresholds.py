"""Finds the thresholds on honest text that nothing was trained on, and writes the table the engine compiles.

`python thresholds.py POOL`, where POOL is what pool.py wrote. Beside the pool stand the honest texts of the training file's `valid` part,
eight times each: they hold the kinds that cost most (prompts, security writing, tool definitions), of which a machine's documentation has few.
A rate is that of texts which any head flags.
"""

import gzip
import json
import sys

import numpy as np

import features
from data import HEADS, HERE, load
from model import Model
from train import WEIGHTS

# Shares of honest texts that reach warn, firm and block.
RATES = {"balanced": (0.005, 0.002, 0.0005), "strict": (0.01, 0.005, 0.002)}
VALID = 8
# What each head may take of a rate. Honest people write role-play prompts and about jailbreaks more often than any pool shows, and the pool has
# few descriptions of tools, which are short orders by nature.
SHARES = [1.0, 0.4, 0.04]
# What blocks must be surer by so much than the pool asks: traffic that nobody here has seen differs from any pool.
MARGIN = 1.15
# Descriptions are one short text of many in a listing.
METADATA_KINDS = {"crate_doc", "python", "catalogue", "tooldef", "man"}
# Shares of honest texts that a head alone flags, between which a probability is told.
STEPS = [0.02, 0.01, 0.005, 0.002, 0.001, 0.0005, 0.0002]
# What a probability is told for: so many texts of those that a model reads are attacks.
BASE = 0.01
TABLE = WEIGHTS.parent / "thresholds.table"
RECALL = HERE / "recall.json"


def honest(pool):
    """Kind and scores of every honest text, valid ones as often as they count."""
    model = Model(WEIGHTS.read_bytes())
    out = []
    with gzip.open(pool, "rt", encoding="utf-8") as lines:
        texts = [json.loads(line) for line in lines]
    for text in texts:
        out.append((text["kind"], 1, len(text["text"]), model.best(features.tokens(text["text"]))))
    for case in load():
        if case["split"] == "valid" and not case["label"] and not case["kind"].startswith("synth"):
            out.append((case["kind"], VALID, len(case["text"]), model.best(case["hashes"])))
    return [entry for entry in out if entry[3] is not None]


def find(scores, weights, rate, shares=SHARES):
    """The least scores by head at which no more than `rate` of the texts are flagged by any head."""
    order = np.argsort(-scores, axis=0, kind="stable")
    total = weights.sum()

    def at(share):
        bars = []
        for head in range(scores.shape[1]):
            reached = np.cumsum(weights[order[:, head]]) / total
            own = share * shares[head]
            place = min(np.searchsorted(reached, own), len(reached) - 1)
            bars.append(scores[order[place, head], head] + 1)
        return np.array(bars)

    low, high = 0.0, rate
    for _ in range(40):
        share = (low + high) / 2
        flagged = weights[(scores >= at(share)).any(axis=1)].sum() / total
        low, high = (share, high) if flagged <= rate else (low, share)
    return at(low)


def likely(head):
    """Per cent of the texts between two steps that are attacks, by what is found of sources that a model has never seen."""
    found = json.loads(RECALL.read_text())[HEADS[head]]
    out, least = [], 0
    for rate, share, next_rate, next_share in zip(STEPS, found, [*STEPS[1:], 0.0], [*found[1:], 0.0]):
        attacks, honest = BASE * (share - next_share), (1 - BASE) * (rate - next_rate)
        # Never less for a higher score.
        least = max(least, round(100 * attacks / (attacks + honest)))
        out.append(least)
    return out


def odds(scores, weights, heads):
    """Rows of steps: the least score, and the per cent."""
    rows = []
    for head in range(len(HEADS)):
        steps = []
        if head in heads:
            at = heads.index(head)
            bars = [int(find(scores[:, [at]], weights, rate, [1.0])[0]) for rate in STEPS]
            steps = [f"({bar}, {percent})" for bar, percent in zip(bars, likely(head))]
        rows.append(f"    &[{', '.join(steps)}],")
    return rows


def table(entries):
    lines = []
    for name, doc, heads, kinds in [
        ("TEXT", "Texts in results and arguments", [0, 1], None),
        ("METADATA", "Descriptions", [0, 1, 2], METADATA_KINDS),
    ]:
        kept = [entry for entry in entries if kinds is None or (entry[0] in kinds and entry[2] <= 2000)]
        scores = np.array([entry[3][heads] for entry in kept])
        # Of descriptions the valid part holds some that quote attacks, and few others.
        weights = np.array([entry[1] if kinds is None else 1 for entry in kept], dtype=float)
        rows = []
        for profile, rates in RATES.items():
            bars = [find(scores, weights, rate) for rate in rates]
            bars[-1] = np.maximum(bars[-1], (bars[-1] * MARGIN).astype(int) if profile == "balanced" else 0)
            cells = [
                f"at({', '.join(str(int(bar[heads.index(head)])) for bar in bars)})" if head in heads else "None"
                for head in range(len(HEADS))
            ]
            rows.append(f"[{', '.join(cells)}]")
        rates = ", ".join(f"{p} {'/'.join(f'{r:.2%}' for r in rates)}" for p, rates in RATES.items())
        lines.append(f"/// {doc}: of {len(kept)} honest texts reach warn/firm/block, at most: {rates}.")
        lines.append(f"const {name}: (Row, Row) = (")
        lines += [f"    {row}," for row in rows]
        lines.append(");")
        lines.append(f"/// {doc}: from each score on, of a hundred that score so how many are attacks, if {BASE:.0%} of all are.")
        lines.append(f"const {name}_LIKELY: [Steps; Head::COUNT] = [")
        lines += odds(scores, weights, heads)
        lines.append("];")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    text = table(honest(sys.argv[1]))
    TABLE.write_text(text)
    print(text)
