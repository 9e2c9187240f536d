"""The shipped model as the engine scores with it: integers throughout."""

import math

import numpy as np

import features
from data import HEADS, windows

PARTS = 16
SHARES = np.array([1, 2, 2])  # halves of its weight that a word, a pair and a triple count
ROOTS = np.array([math.isqrt(max(count, features.LEAST) << 24) for count in range(6 * features.BLOCK + 1)], dtype=np.int64)


class Model:
    def __init__(self, weights):
        """`weights`: the bytes of weights.bin, or an array of heads by buckets."""
        if isinstance(weights, bytes):
            weights = np.frombuffer(weights, np.int8).reshape(-1, len(HEADS)).T
        self.weights = np.hstack([weights.astype(np.int64), np.zeros((len(HEADS), 1), np.int64)])

    def windows(self, hashes):
        """The score of every window and head, in parts of a point."""
        found = features.once(features.buckets(hashes))
        sums = np.vstack([np.zeros((1, len(HEADS)), np.int64), np.cumsum((self.weights[:, found] * SHARES).sum(axis=2).T, axis=0)])
        count = np.concatenate([[0], np.cumsum((found >= 0).sum(axis=1))])
        spans = np.array(windows(len(hashes)))
        sums = sums[spans[:, 1]] - sums[spans[:, 0]]
        roots = ROOTS[count[spans[:, 1]] - count[spans[:, 0]]][:, None]
        # Towards zero, as the engine divides.
        return np.sign(sums) * (np.abs(sums) * 2048 * PARTS // roots)

    def best(self, hashes):
        """The best window's score by head; None for a text without tokens."""
        return self.windows(hashes).max(axis=0) if len(hashes) else None
