#!/usr/bin/env python3
"""Runs a command and keeps a copy of every byte that goes in and comes out.

    tee.py FOLDER COMMAND [ARG ...]

writes FOLDER/1/in (what the command was given), FOLDER/1/out (what it wrote) and, once it has ended, FOLDER/1/exit (its exit code); the
next process with the same FOLDER takes FOLDER/2, since a client may start a server once to ask for its era and again to work with it. Put on
both sides of a proxy it shows what the proxy did to each line. stderr goes straight through.
"""

import itertools
import os
import signal
import subprocess
import sys
import threading


def copy(source: int, record: int, sink: int) -> None:
    """Copies until `source` ends; a sink that has gone away stops the forwarding, not the record."""
    open_sink = True
    while chunk := os.read(source, 1 << 16):
        write_all(record, chunk)
        if open_sink:
            try:
                write_all(sink, chunk)
            except OSError:
                open_sink = False


def write_all(fd: int, data: bytes) -> None:
    view = memoryview(data)
    while view:
        view = view[os.write(fd, view) :]


def own_folder(parent: str) -> str:
    for number in itertools.count(1):
        folder = os.path.join(parent, str(number))
        try:
            os.makedirs(folder)
            return folder
        except FileExistsError:
            continue
    raise AssertionError("unreachable")


def main() -> int:
    folder, command = own_folder(sys.argv[1]), sys.argv[2:]

    def record(name: str) -> int:
        return os.open(os.path.join(folder, name), os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o644)

    signal.signal(signal.SIGPIPE, signal.SIG_IGN)
    child = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    signal.signal(signal.SIGTERM, lambda *_: child.terminate())
    assert child.stdin and child.stdout
    to_child, given = child.stdin, record("in")

    def feed() -> None:
        copy(0, given, to_child.fileno())
        to_child.close()

    threading.Thread(target=feed, daemon=True).start()
    copy(child.stdout.fileno(), record("out"), 1)
    code = child.wait()
    os.write(record("exit"), str(code).encode())
    return code if code >= 0 else 128 - code


if __name__ == "__main__":
    code = main()
    sys.stdout.flush()
    os._exit(code)  # the feeding thread may still sit in a read
