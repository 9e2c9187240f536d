"""Trains the embedded model and writes its weights. `python train.py`: the same data gives the same bytes.

Three logistic regressions (injection, jailbreak, poisoned metadata) over the same hashed words, pairs and triples of windows. Attacks are
shown alone and in the middle of honest texts. After a first fit all honest windows are scored, the worst join the training, and the fit is
repeated: honest text that looks like an attack teaches most.
"""

import os

os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("NPY_DISABLE_CPU_FEATURES", "AVX512F AVX512CD AVX512_SKX AVX512_CLX AVX512_CNL AVX512_ICL AVX512_SPR")

import argparse
import hashlib
import pathlib

import numpy as np
from scipy import optimize

import features
from data import HEAD_OF, HEADS, HONEST_WEIGHT, WEIGHT, Matrix, all_windows, load, rng, windows

ROUNDS = 2
WORST = 24_000  # honest windows that each round adds
HARD = 2.0  # what each of them counts
HONEST_WINDOWS = 4  # of a text, in the first round
POSITIVE_MASS = 0.25  # what all attacks of a head count together, beside the honest windows
DECAY = 1e-5
CARRIERS = 2  # honest texts that an attack is planted in
WEIGHTS = pathlib.Path(__file__).parents[1] / "src/semantic/weights.bin"


def planted(case, hosts, count):
    """Windows in which the attack stands amid honest text: those that hold most of it."""
    attack, block = case["hashes"], features.BLOCK
    random = rng("plant", case["id"] if "id" in case else case["text"])
    for host in random.choice(len(hosts), size=count, replace=False):
        host = hosts[host]["hashes"]
        before = host[: random.integers(0, min(len(host), 4 * block) + 1)]
        after = host[len(before) : len(before) + int(random.integers(0, 4 * block))]
        buckets = features.buckets(np.concatenate([before, attack, after]))
        start, end = len(before), len(before) + len(attack)
        held = [(min(end, b) - max(start, a), a, b) for a, b in windows(len(buckets))]
        most = max(overlap for overlap, _, _ in held)
        best = [(a, b) for overlap, a, b in held if overlap == most]
        a, b = best[int(random.integers(0, len(best)))]
        yield features.once(buckets[a:b])


class Set:
    """Windows with what they count in each head: positive, honest, or nothing."""

    def __init__(self):
        self.matrix, self.head, self.weight, self.kind = Matrix(), [], [], []

    def add(self, buckets, head, weight, kind):
        self.matrix.add(buckets)
        self.head.append(head)
        self.weight.append(weight)
        self.kind.append(kind)


def collect(cases):
    """The training windows of the first round."""
    chosen = Set()
    hosts = [case for case in cases if not case["label"] and len(case["hashes"]) > 2 * features.BLOCK and case["kind"] != "own_honest"]
    for case in cases:
        parts = all_windows(case)
        if case["label"]:
            head, weight = HEAD_OF[case["kind"]], WEIGHT[case["kind"]]
            kept = parts if len(parts) <= 6 else [parts[i] for i in sorted(rng("cut", case["text"]).choice(len(parts), 6, replace=False))]
            for part in kept:
                chosen.add(part, head, weight / len(kept), case["kind"])
            for part in planted(case, hosts, CARRIERS):
                chosen.add(part, head, weight * 0.5, case["kind"])
        else:
            weight = HONEST_WEIGHT.get(case["kind"], 1.0)
            kept = range(len(parts))
            if len(parts) > HONEST_WINDOWS:
                kept = sorted(rng("cut", case["text"]).choice(len(parts), HONEST_WINDOWS, replace=False))
            for at in kept:
                chosen.add(parts[at], -1, weight, case["kind"])
    return chosen


def fit(matrix, labels, weights, start, steps=45):
    """Logistic regression with decay, by L-BFGS."""
    transposed = matrix.T.tocsr()
    sign = np.where(labels, 1.0, -1.0)
    weights = weights / weights.sum()

    def loss(parameters):
        w, bias = parameters[:-1].astype(np.float32), parameters[-1]
        margin = sign * (matrix @ w + bias)
        value = (weights * np.logaddexp(0, -margin)).sum() + 0.5 * DECAY * float(w.astype(np.float64) @ w)
        slope = -weights * sign / (1 + np.exp(np.clip(margin, -60, 60)))
        gradient = np.empty_like(parameters)
        gradient[:-1] = transposed @ slope.astype(np.float32) + DECAY * w
        gradient[-1] = slope.sum()
        return value, gradient

    return optimize.minimize(loss, start, jac=True, method="L-BFGS-B", options={"maxiter": steps, "maxcor": 8}).x


def train(cases, say=print):
    """Weights and biases of the heads, in floats."""
    cases = [case for case in cases if case["split"] == "train"]
    chosen = collect(cases)
    honest = [case for case in cases if not case["label"]]
    pool = Matrix()
    places = []
    for case in honest:
        for part in all_windows(case):
            pool.add(part)
            places.append(part)
    pool = pool.build()
    size = 1 << features.BITS
    model = np.zeros((len(HEADS), size + 1))
    added = [np.zeros(pool.shape[0], dtype=bool) for _ in HEADS]
    for round in range(ROUNDS):
        matrix = chosen.matrix.build()
        head, weight = np.array(chosen.head), np.array(chosen.weight)
        for at in range(len(HEADS)):
            rows = np.flatnonzero((head == at) | (head == -1) | (head == 10 + at))
            positive = head[rows] == at
            w = weight[rows].copy()
            w[positive] *= POSITIVE_MASS * w[~positive].sum() / w[positive].sum()
            model[at] = fit(matrix[rows], positive, w, model[at])
        if round + 1 < ROUNDS:
            for at in range(len(HEADS)):
                scores = pool @ model[at, :-1] + model[at, -1]
                scores[added[at]] = -np.inf
                worst = np.argsort(-scores, kind="stable")[: WORST // 2]
                say(f"round {round} {HEADS[at]}: worst honest windows from {scores[worst[0]]:.2f} to {scores[worst[-1]]:.2f}")
                added[at][worst] = True
                for row in worst:
                    chosen.add(places[row], 10 + at, HARD, "hard")
    return model


def quantise(model):
    """int8 weights of each head, and the scale by which a score over 127 steps stands for the float's."""
    w = model[:, :-1]
    scales = np.array([np.quantile(np.abs(row[row != 0]), 0.9995) / 127 if row.any() else 1.0 for row in w])
    return np.clip(np.rint(w / scales[:, None]), -127, 127).astype(np.int8), scales


def forget_hosts(weights, cases):
    """No weight for what names a reserved host: our own attacks are sent to `.example` (RFC 2606), and so is much that is honest."""
    name, dot = features.hash_of("example"), features.hash_of(".")
    for case in cases:
        hashes = case["hashes"]
        places = np.flatnonzero(hashes[1:] == name) + 1
        places = places[hashes[places - 1] == dot]
        if not case["label"] or not len(places):
            continue
        found = features.buckets(hashes)
        # Every feature that holds the name: the word and what ends with it, then what goes on behind it.
        for behind in range(3):
            rows = places[places + behind < len(hashes)] + behind
            held = found[rows, behind:]
            weights[:, held[held >= 0]] = 0


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--out", type=pathlib.Path, default=WEIGHTS)
    options = parser.parse_args()
    cases = load()
    model = train(cases)
    weights, scales = quantise(model)
    forget_hosts(weights, cases)
    # The heads of a bucket side by side: one place in memory for all three.
    data = weights.T.tobytes()
    options.out.write_bytes(data)
    print(f"{options.out}: {len(data)} bytes, sha256 {hashlib.sha256(data).hexdigest()}")
    for name, scale, bias in zip(HEADS, scales, model[:, -1]):
        print(f"{name}: scale {scale:.6f} bias {bias:.3f}")


if __name__ == "__main__":
    main()
