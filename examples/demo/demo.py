#!/usr/bin/env python3
"""Sends the same calls to a small MCP server twice, straight and through Vanguard, and shows both answers side by side.

    demo.py VANGUARD [--json]     VANGUARD is the built binary; `make demo` builds it and runs this

Exits with 0 only if every case came out as `cases.json` expects it to.
"""

import json
import os
import pathlib
import select
import shutil
import subprocess
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
MODERN = {
    "io.modelcontextprotocol/protocolVersion": "2026-07-28",
    "io.modelcontextprotocol/clientCapabilities": {},
    "io.modelcontextprotocol/clientInfo": {"name": "demo", "version": "1"},
}
LIMIT = 30
# Put together here so that no scanner takes this file for a leak.
TOKEN = "ghp_" + "16C7e42F292c6912E7710c838347Ae178B4a"


class Peer:
    """One running server, straight or guarded."""

    def __init__(self, command):
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        self.rest = b""

    def send(self, line):
        self.process.stdin.write(line.encode() + b"\n")
        self.process.stdin.flush()

    def line(self):
        """The next line, byte for byte."""
        until = time.monotonic() + LIMIT
        while b"\n" not in self.rest:
            ready, _, _ = select.select([self.process.stdout], [], [], max(0, until - time.monotonic()))
            chunk = os.read(self.process.stdout.fileno(), 65536) if ready else b""
            if not chunk:
                self.process.kill()
                sys.exit("demo: no answer from %s\n%s" % (self.process.args, self.process.stderr.read().decode()))
            self.rest += chunk
        line, self.rest = self.rest.split(b"\n", 1)
        return line

    def close(self):
        self.process.stdin.close()
        self.process.wait(LIMIT)


def furnish(folder):
    """The server's world: a project and a home, with nothing real in them."""
    for name, content in {
        "project/README.md": "# Demo project\n\nNothing to see here.\n",
        "project/settings.env": "DEBUG=1\nGITHUB_TOKEN=%s\n" % TOKEN,
        "home/.ssh/id_rsa": "-----BEGIN OPENSSH PRIVATE KEY-----\nthis is no key\n-----END OPENSSH PRIVATE KEY-----\n",
    }.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content)
    (folder / "project/src").mkdir()
    return [sys.executable, str(HERE / "server.py"), str(folder)]


def request(case, number, era):
    """The line to send for a case."""
    if "raw" in case:
        return case["raw"].replace("%ID%", str(number))
    params = case.get("params", {"name": case.get("tool"), "arguments": case.get("arguments")})
    if era == "modern":
        params = {**params, "_meta": MODERN}
    message = {"jsonrpc": "2.0", "id": number, "method": case.get("method", "tools/call"), "params": params}
    return json.dumps(message, ensure_ascii=False)


def greet(peer, era):
    """Begins a session as clients of that era do. A legacy client of today probes for the modern era first."""
    peer.send(request({"method": "server/discover", "params": {}}, 1, "modern"))
    lines = [peer.line()]
    if era == "legacy":
        client = {"protocolVersion": "2025-11-25", "capabilities": {}, "clientInfo": {"name": "demo", "version": "1"}}
        peer.send(request({"method": "initialize", "params": client}, 2, era))
        lines.append(peer.line())
        peer.send('{"jsonrpc":"2.0","method":"notifications/initialized"}')
    return lines


def shown(line):
    """An answer in a few words."""
    answer = json.loads(line)
    if "error" in answer:
        return "error %d" % answer["error"]["code"]
    result = answer["result"]
    if "tools" in result:
        return "%d tools" % len(result["tools"])
    return result["content"][0]["text"] if "content" in result else json.dumps(result)


def outcome(case, raw, guarded):
    """What became of the call, in the words of `cases.json`."""
    if guarded == raw:
        return "same"
    if guarded == raw.replace(TOKEN.encode(), b"[REDACTED:github-token:1]"):
        return "redacted"
    one, other = json.loads(raw), json.loads(guarded)
    if "error" in other:
        # The direction of the record tells the two apart; here it is enough that it is our own error.
        return "refused" if other["error"]["code"] == -31403 else "changed"
    if "tools" in one["result"]:
        gone = case.get("tool")
        one["result"]["tools"] = [tool for tool in one["result"]["tools"] if tool["name"] != gone]
        return "removed" if one == other else "changed"
    return "changed"


def run(vanguard, era, cases):
    """Every case in one session of an era. Returns one row each."""
    rows = []
    with tempfile.TemporaryDirectory(prefix="vanguard-demo-") as folder:
        folder = pathlib.Path(folder)
        audit = folder / "audit.jsonl"
        guard = [vanguard, "start", "--name", "demo", "--audit", str(audit), "--"]
        straight, guarded = Peer(furnish(folder / "one")), Peer(guard + furnish(folder / "two"))
        same = greet(straight, era) == greet(guarded, era)
        rows.append({"case": "begin a session (%s)" % era, "expect": "same", "outcome": "same" if same else "changed"})
        seen = 0
        for number, case in enumerate(cases, 10):
            line = request(case, number, era)
            answers = []
            for peer in (straight, guarded):
                peer.send(line)
                answers.append(peer.line())
            raw, got = answers
            records = [json.loads(record) for record in audit.read_text().splitlines()[seen:]] if audit.exists() else []
            seen += len(records)
            worst = max(records, key=lambda record: ["allow", "warn", "edit", "review", "block"].index(record["action"]), default=None)
            became = outcome(case, raw, got)
            if became == "refused" and worst and worst["flow"] == "to_client":
                became = "withheld"
            if became == "same" and worst:
                became = "noted"
            finding = next((f for f in (worst or {}).get("findings", []) if f["action"] == worst["would"]), {})
            rows.append(
                {
                    "case": case["name"],
                    "expect": case["expect"],
                    "outcome": became,
                    "raw": shown(raw),
                    "guarded": shown(got),
                    "verdict": worst["action"] if worst else "allow",
                    "rule": finding.get("rule", ""),
                    "reason": finding.get("reason", ""),
                }
            )
        straight.close()
        guarded.close()
        codes = (straight.process.returncode, guarded.process.returncode)
        rows.append({"case": "end the session", "expect": "same", "outcome": "same" if codes == (0, 0) else "changed"})
    for row in rows:
        row.update(era=era, ok=row["outcome"] == row["expect"])
    return rows


class Table:
    """Rows for a terminal, or for a file without colours."""

    COLOURS = {"allow": 32, "warn": 33, "edit": 36, "review": 35, "block": 31, "no": 31, "yes": 32, "dim": 2, "head": 1}

    def __init__(self, out):
        self.out = out
        self.colour = out.isatty() and not os.environ.get("NO_COLOR")
        self.width = shutil.get_terminal_size((110, 24)).columns if out.isatty() else 110

    def paint(self, kind, text):
        return "\033[%dm%s\033[0m" % (self.COLOURS[kind], text) if self.colour and kind in self.COLOURS else text

    def cell(self, text, width):
        text = "".join(char if char.isprintable() else " " for char in text)
        return (text if len(text) <= width else text[: width - 1] + "…").ljust(width)

    def show(self, row):
        case, raw = max(30, self.width * 4 // 10), max(16, self.width * 2 // 10)
        mark = self.paint("yes" if row["ok"] else "no", "✓" if row["ok"] else "✗")
        columns = [self.cell(row["case"], case), self.cell(row.get("raw", ""), raw), self.cell(row["outcome"], 8)]
        verdict = row.get("verdict", "")
        print(mark, *columns, self.paint(verdict, self.cell(verdict, 6)), row.get("rule", ""), file=self.out)
        if not row["ok"]:
            print("    expected: %s" % row["expect"], file=self.out)
        if row.get("reason"):
            print("    " + self.paint("dim", self.cell(row["reason"], self.width - 4).rstrip()), file=self.out)

    def head(self):
        case, raw = max(30, self.width * 4 // 10), max(16, self.width * 2 // 10)
        names = [self.cell("  case", case + 2), self.cell("without Vanguard", raw), self.cell("with", 8), "verdict rule"]
        print(self.paint("head", " ".join(names)), file=self.out)


def main(arguments):
    options = [argument for argument in arguments if argument.startswith("-")]
    paths = [argument for argument in arguments if not argument.startswith("-")]
    if len(paths) != 1 or not set(options) <= {"--json"}:
        sys.exit(__doc__)
    if not os.access(paths[0], os.X_OK):
        sys.exit("demo: %s is not there; build it first (make demo does)" % paths[0])
    cases = json.loads((HERE / "cases.json").read_text(encoding="utf-8"))["cases"]
    legacy, modern = (run(paths[0], era, cases) for era in ("legacy", "modern"))
    rows = legacy + modern
    wrong = [row for row in rows if not row["ok"]]
    if "--json" in options:
        print(json.dumps({"ok": not wrong, "cases": rows}, indent=1, ensure_ascii=False))
        return bool(wrong)
    table = Table(sys.stdout)
    table.head()
    for row in legacy:
        table.show(row)
    for row in modern:
        if not row["ok"]:
            table.show(row)
    right = sum(row["ok"] for row in modern)
    print("\nThe same in the protocol of 2026-07-28: %d of %d as expected." % (right, len(modern)))
    print("same: the very bytes of the server's answer. refused: the server never saw the call. withheld: its answer was stopped.")
    print("removed: the tool is gone from the listing. redacted: a placeholder in the secret's place, and not another byte.")
    verdict = "Every case came out as expected." if not wrong else "%d of %d cases did NOT come out as expected." % (len(wrong), len(rows))
    print(table.paint("no" if wrong else "yes", verdict))
    return bool(wrong)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
