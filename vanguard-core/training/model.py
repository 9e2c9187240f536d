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
        """The score of every window and head, in parts of a point, and how many features each window has."""
        buckets = features.buckets(hashes)
        found = [features.once(buckets[start:end]) for start, end in windows(len(hashes))]
        sums = np.array([(self.weights[:, window] * SHARES).sum(axis=(1, 2)) for window in found])
        counts = np.array([int((window >= 0).sum()) for window in found])
        # Towards zero, as the engine divides.
        return np.sign(sums) * (np.abs(sums) * 2048 * PARTS // ROOTS[counts][:, None]), counts

    def best(self, hashes):
        """The best window's score by head; None for a text without tokens."""
        return self.windows(hashes)[0].max(axis=0) if len(hashes) else None
