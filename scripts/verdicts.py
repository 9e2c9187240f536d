#!/usr/bin/env python3
"""From `vanguard inspect --json` to the lines that a corpus scorer reads: {"id", "blocked", "flagged"}.

    verdicts.py VERDICTS.jsonl > scored.jsonl

Blocked: the message is stopped, or a tool is taken out of its listing. Flagged: anything but a plain allow.
"""

import json
import sys


def scored(verdict):
    removed = any(edit["op"] == "remove" for edit in verdict["edits"])
    blocked = verdict["action"] in ("block", "review") or removed
    return {"id": verdict["id"], "blocked": blocked, "flagged": verdict["action"] != "allow"}


def main(path):
    with open(path, encoding="utf-8") as verdicts:
        for line in verdicts:
            print(json.dumps(scored(json.loads(line))))


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    main(sys.argv[1])
