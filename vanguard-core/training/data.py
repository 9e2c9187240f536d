"""The training texts: which head they teach, how much they count, and the windows they are cut into."""

import gzip
import hashlib
import json
import os
import pathlib

import numpy as np
from scipy import sparse

import features
import forms
import grammar

HERE = pathlib.Path(__file__).parent
HEADS = ["injection", "jailbreak", "poisoned"]
HEAD_OF = {
    "synth_injection": 0, "synth_ml": 0, "synth_leak": 0, "spikee": 0, "deepset_attack": 0, "hinglish": 0, "defenseclaw": 0,
    "hackaprompt": 0, "llmail": 0, "zh_attack": 0, "own_injection": 0, "own_language": 0, "grammar_injection": 0,
    "form_injection": 0, "form_language": 0,
    "synth_jailbreak": 1, "jailbreak_public": 1, "own_jailbreak": 1, "form_jailbreak": 1,
    "synth_poisoned": 2, "synth_malicious": 2, "own_poisoned": 2, "grammar_poisoned": 2,
}  # fmt: skip
# What a text of a kind counts. Generators repeat a few skeletons; texts that people wrote are few and count more.
WEIGHT = {
    "synth_injection": 0.3, "synth_ml": 0.4, "synth_leak": 0.5, "synth_jailbreak": 0.4, "synth_poisoned": 0.4, "synth_malicious": 0.5,
    "spikee": 0.6, "deepset_attack": 0.6, "hinglish": 0.5, "defenseclaw": 1.0, "hackaprompt": 2.0, "llmail": 2.0, "zh_attack": 2.0,
    "jailbreak_public": 3.0, "own_injection": 2.5, "own_language": 2.5, "own_jailbreak": 2.5, "own_poisoned": 2.5,
    "grammar_injection": 0.6, "grammar_poisoned": 0.6, "form_injection": 0.4, "form_language": 0.8, "form_jailbreak": 0.4,
}  # fmt: skip
# Honest texts that look most like attacks: prompts, questions to assistants, security writing.
HONEST_WEIGHT = {"ai_text": 5.0, "instruction": 8.0, "security": 8.0, "deepset_honest": 6.0, "hinglish": 4.0, "defenseclaw": 4.0, "spikee_honest": 4.0, "synth_nearmiss": 3.0, "tooldef": 2.0, "own_honest": 30.0, "grammar_honest": 1.5, "grammar_tool": 1.5, "form_honest": 1.5}
# Attacks that teach something else: questions that a model should refuse whoever asks, and a program that holds prompts.
LEFT_OUT = {("hinglish", 1), ("jailbreak_public", 1)}
WORD_SHARE = 0.5  # what a lone word counts beside a pair or a triple: words alone say little of what a text is for


def path():
    return pathlib.Path(os.environ.get("VANGUARD_L2_DATA", HERE.parents[1] / "../shared/corpus/l2-train.jsonl.gz"))


def load(data=None):
    """Texts in a fixed order, without what is kept for development."""
    texts = []
    with gzip.open(data or path(), "rt", encoding="utf-8") as lines:
        for line in lines:
            case = json.loads(line)
            if not case["kind"].startswith("dev_") and (case["kind"], case["label"]) not in LEFT_OUT:
                texts.append(case)
    for line in (HERE / "own.jsonl").read_text("utf-8").splitlines():
        case = json.loads(line)
        case |= {"split": "train", "source": "own", "lang": case.get("lang", "")}
        texts.append(case)
    for kind, label, text in [*grammar.texts(), *forms.texts()]:
        texts.append({"kind": kind, "label": label, "text": text, "split": "train", "source": "own", "lang": "en"})
    for case in texts:
        case["hashes"] = features.tokens(case["text"])
        case["buckets"] = features.buckets(case["hashes"])
    return [case for case in texts if len(case["hashes"])]


def rng(*parts):
    """A generator that depends on nothing but its name."""
    return np.random.Generator(np.random.PCG64(int.from_bytes(hashlib.sha256(repr(parts).encode()).digest()[:8], "little")))


def windows(count, block=None):
    """The windows of a text of so many tokens: (start, end)."""
    block = block or features.BLOCK
    blocks = max(1, -(-count // block))
    if blocks == 1:
        return [(0, count)]
    return [(at * block, min(count, (at + 2) * block)) for at in range(blocks - 1)]


class Matrix:
    """Windows as rows: how often a bucket occurs, over the root of their number."""

    def __init__(self):
        self.columns, self.shares, self.lengths = [], [], []

    def add(self, buckets):
        held = buckets >= 0
        flat = buckets[held]
        self.columns.append(flat)
        self.shares.append(np.broadcast_to(np.array([WORD_SHARE, 1, 1], np.float32), buckets.shape)[held])
        self.lengths.append(len(flat))

    def build(self):
        lengths = np.array(self.lengths, dtype=np.int64)
        scale = (1 / np.sqrt(np.maximum(lengths, features.LEAST))).astype(np.float32)
        indptr = np.concatenate([[0], np.cumsum(lengths)])
        columns = np.concatenate(self.columns) if self.columns else np.zeros(0, np.int32)
        return sparse.csr_matrix((np.repeat(scale, lengths) * np.concatenate(self.shares), columns, indptr), shape=(len(lengths), 1 << features.BITS))


def all_windows(case):
    """The buckets of every window of a text, each once."""
    buckets = case["buckets"]
    return [features.once(buckets[start:end]) for start, end in windows(len(buckets))]
