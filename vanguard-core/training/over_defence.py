"""What honest texts the shipped model flags, by kind and by language. `python over_defence.py POOL`: the pool that pool.py wrote, and the `valid`
part of the training file, neither of which it was trained on."""

import gzip
import json
import re
import sys
from collections import defaultdict

import features
from data import load
from model import Model
from thresholds import TABLE
from train import WEIGHTS

FEW = 54  # different words, pairs and triples: a lone short sentence is worth a band less
LANGUAGE = re.compile(r"/(?:locale|man)/([a-z]{2,3})(?=[_@/.])")


def bars():
    """Warn, firm and block of injection and jailbreak in results, as the engine's table has them."""
    row = re.search(r"TEXT: \(Row, Row\) = \(\s*\[at\(([\d, ]+)\), at\(([\d, ]+)\)", TABLE.read_text())
    return [[int(bar) for bar in cell.split(",")] for cell in row.groups()]


def band(model, bars, hashes):
    """0 nothing, 1 warn, 2 firm, 3 block."""
    scores, counts = model.windows(hashes)
    found = 0
    for head in (0, 1):
        best = scores[:, head].argmax()
        level = sum(int(scores[best, head]) >= bar for bar in bars[head])
        found = max(found, level - (level > 0 and counts[best] < FEW))
    return found


def main(pool):
    model, levels = Model(WEIGHTS.read_bytes()), bars()
    kinds, languages = defaultdict(list), defaultdict(list)
    for line in gzip.open(pool, "rt", encoding="utf-8"):
        text = json.loads(line)
        hashes = features.tokens(text["text"])
        if len(hashes):
            found = band(model, levels, hashes)
            kinds[text["kind"]].append(found)
            language = LANGUAGE.search(text["source"])
            languages[language[1] if language else "en"].append(found)
    for case in load():
        if case["split"] == "valid" and not case["label"] and not case["kind"].startswith("synth"):
            found = band(model, levels, case["hashes"])
            kinds[case["kind"]].append(found)
            languages[case.get("lang") or "not stated"].append(found)
    for title, groups, least in (("kind", kinds, 1), ("language", languages, 100)):
        print(f"| {title} | texts | warned of | blocked |\n| --- | --: | --: | --: |")
        few = []
        for name, found in sorted(groups.items(), key=lambda group: -len(group[1])):
            if len(found) < least:
                few += found
                continue
            print(row(name, found))
        if few:
            print(row("others", few))
        print(row("all", [found for group in groups.values() for found in group]) + "\n")


def row(name, found):
    share = lambda least: f"{sum(at >= least for at in found)} ({sum(at >= least for at in found) / len(found):.2%})"  # noqa: E731
    return f"| {name} | {len(found)} | {share(1)} | {share(3)} |"


if __name__ == "__main__":
    main(sys.argv[1])
