#!/usr/bin/env python3
"""Counts the instructions of one inspection of five fixed messages, under callgrind.

    instructions.py            compares with vanguard-core/benches/instructions.json; more than 5 % above it fails
    instructions.py --record   writes that file

A count is the difference between 20 and 30 inspections, divided by ten: start-up and first uses don't count. It doesn't
depend on the machine's load, and hardly on the machine; it does on the compiler, which is recorded beside it.
"""

import json
import os
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
RECORDED = ROOT / "vanguard-core/benches/instructions.json"
TARGET = pathlib.Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target"))
ALLOWED = 1.05


def collected(program, name, count):
    command = ["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null", program, name, str(count)]
    run = subprocess.run(command, stderr=subprocess.PIPE, text=True, check=False)
    found = re.search(r"Collected : (\d+)", run.stderr)
    if run.returncode or not found:
        sys.exit("instructions.py: %s\n%s" % (" ".join(map(str, command)), run.stderr))
    return int(found.group(1))


def main(record):
    build = ["cargo", "build", "--release", "--locked", "--quiet", "-p", "vanguard-core", "--example", "instructions"]
    subprocess.run(build, cwd=ROOT, check=True)
    program = TARGET / "release/examples/instructions"
    names = subprocess.run([program], stdout=subprocess.PIPE, text=True, check=True).stdout.splitlines()
    counts = {name: (collected(program, name, 30) - collected(program, name, 20)) // 10 for name in names}
    compiler = subprocess.run(["rustc", "--version"], stdout=subprocess.PIPE, text=True, check=True).stdout.strip()
    if record:
        RECORDED.write_text(json.dumps({"compiler": compiler, "instructions": counts}, indent=2) + "\n")
    before = json.loads(RECORDED.read_text()) if RECORDED.exists() else {"compiler": "nothing", "instructions": {}}
    if before["compiler"] != compiler:
        print("recorded with %s, counted with %s" % (before["compiler"], compiler))
    worse = False
    for name, count in counts.items():
        ratio = count / before["instructions"].get(name, count)
        worse |= ratio > ALLOWED
        print("%-22s %10d  %+.1f %%%s" % (name, count, (ratio - 1) * 100, "  TOO MANY" if ratio > ALLOWED else ""))
    return worse


if __name__ == "__main__":
    if sys.argv[1:] not in ([], ["--record"]):
        sys.exit(__doc__)
    sys.exit(main(sys.argv[1:] == ["--record"]))
