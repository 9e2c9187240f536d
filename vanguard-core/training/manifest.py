"""Writes manifest.json: what the shipped weights were made of, by hash; no text."""

import gzip
import hashlib
import json
import sys
from collections import Counter

from data import HERE, LEFT_OUT, path
from forms import FORMS
from thresholds import TABLE
from train import WEIGHTS


def digest(data):
    return hashlib.sha256(data).hexdigest()


def main(pool):
    packed = path().read_bytes()
    kinds, licences, sources, left = Counter(), Counter(), Counter(), Counter()
    for line in filter(None, gzip.decompress(packed).decode().split("\n")):
        case = json.loads(line)
        if case["kind"].startswith("dev_"):
            left["kinds that begin with dev_"] += 1
            continue
        if (case["kind"], case["label"]) in LEFT_OUT:
            left[f"attacks of kind {case['kind']}"] += 1
            continue
        kinds[case["kind"]] += 1
        licences[case["licence"]] += 1
        sources[case["source"].split(":")[0]] += 1
    held = Counter(json.loads(line)["kind"] for line in gzip.open(pool, "rt", encoding="utf-8"))
    manifest = {
        "training": {
            "file": "l2-train.jsonl.gz",
            "sha256": digest(packed),
            "texts": sum(kinds.values()),
            "left_out": dict(left),
            "kinds": dict(sorted(kinds.items())),
            "licences": dict(sorted(licences.items())),
            "sources": dict(sorted(sources.items())),
        },
        "own": {name: digest((HERE / name).read_bytes()) for name in ["own.jsonl", "grammar.py", "forms.py", *(f"forms/{path.name}" for path in sorted(FORMS.glob("*.txt")))]},
        "honest_pool": {"texts": sum(held.values()), "kinds": dict(sorted(held.items())), "sha256": digest(gzip.open(pool).read())},
        "weights": digest(WEIGHTS.read_bytes()),
        "thresholds": digest(TABLE.read_bytes()),
    }
    (HERE / "manifest.json").write_text(json.dumps(manifest, indent=1, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main(sys.argv[1])
