"""The far end of the guard's tests: a server that does one thing. `peer.py WHAT [ARGUMENT…]`.

echo [LOG]    sends every line back, byte for byte; LOG gets what came in
answer [LOG]  answers every JSON-RPC request with its method; `quit` ends it with code 7, `die` without an answer
late          at the end of its input sends three lines, then ends with code 5
flood COUNT   sends COUNT lines of 1 KB and says `flooded` on stderr, while it reads; says on stderr how many lines came
deaf COUNT    sends COUNT lines and never reads
trap          says `ready`; on SIGTERM, SIGINT or SIGHUP says which on stderr and ends with code 3
stubborn      says `ready`; ends neither at the end of its input nor on SIGTERM
family        starts a process that outlives it unless it is killed, says that one's pid, and ends with its input
mute          closes its output and goes on
blind         closes its input, says `ready` and goes on
recorded F    answers every request with how many lines the file F holds at that moment
swap LINK TO  as `act`, but makes LINK lead to TO before it reads: what was checked is not what is opened
act           does what a tool call asks for and answers with what came of it, or the error's name:
              read_file PATH; write_file PATH; where (its folder); dial PORT; listen PORT; run WORDS; signal PID; privileges;
              sockets PORT (which ways around a closed port are open)
bridge S      connects to the Unix socket S and carries bytes between it and its own input and output
"""

import ctypes
import errno
import json
import os
import signal
import socket
import subprocess
import sys
import threading

what, arguments = sys.argv[1], sys.argv[2:]
source, target = sys.stdin.buffer, sys.stdout.buffer


def say(line):
    target.write(line)
    target.flush()


def lines(log=None):
    for line in source:
        if log:
            with open(log, "ab") as file:
                file.write(line)
        yield line


def requests(log=None):
    for line in lines(log):
        try:
            message = json.loads(line)
        except ValueError:
            continue
        if isinstance(message, dict) and "id" in message and "method" in message:
            yield message


def answer(message, result):
    say(json.dumps({"jsonrpc": "2.0", "id": message["id"], "result": result}).encode() + b"\n")


if what == "echo":
    for line in lines(*arguments):
        say(line)
elif what == "answer":
    for message in requests(*arguments):
        if message["method"] == "die":
            sys.exit(7)
        answer(message, {"method": message["method"]})
        if message["method"] == "quit":
            sys.exit(7)
elif what == "late":
    for line in lines():
        pass
    for number in range(3):
        say(b'{"jsonrpc":"2.0","method":"notifications/late","params":{"number":%d}}\n' % number)
    sys.exit(5)
elif what == "flood":
    count = int(arguments[0])

    def flood():
        for number in range(count):
            say(b'{"jsonrpc":"2.0","method":"notifications/n","params":{"n":%d,"fill":"%s"}}\n' % (number, b"x" * 1000))
        sys.stderr.write("flooded\n")

    thread = threading.Thread(target=flood)
    thread.start()
    sys.stderr.write("lines: %d\n" % sum(1 for _ in lines()))
    thread.join()
elif what == "deaf":
    for number in range(int(arguments[0])):
        say(b'{"jsonrpc":"2.0","method":"notifications/n","params":{"n":%d}}\n' % number)
    while True:
        signal.pause()
elif what == "trap":

    def trap(number, _frame):
        sys.stderr.write("got %s\n" % signal.Signals(number).name)
        sys.stderr.flush()
        os._exit(3)

    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, trap)
    say(b'{"jsonrpc":"2.0","method":"notifications/ready"}\n')
    while True:
        signal.pause()
elif what == "stubborn":
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    say(b'{"jsonrpc":"2.0","method":"notifications/ready"}\n')
    while True:
        signal.pause()
elif what == "family":
    child = subprocess.Popen(["sleep", "1000"], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
    say(b'{"jsonrpc":"2.0","method":"notifications/pid","params":{"pid":%d}}\n' % child.pid)
    for line in lines():
        pass
elif what == "mute":
    os.close(1)
    while True:
        signal.pause()
elif what == "blind":
    os.close(0)
    say(b'{"jsonrpc":"2.0","method":"notifications/ready"}\n')
    while True:
        signal.pause()
elif what == "recorded":
    for message in requests():
        with open(arguments[0], "rb") as file:
            answer(message, {"records": file.read().count(b"\n")})
elif what in ("act", "swap"):

    def act(tool, a):
        if tool == "read_file":
            if arguments:
                link, to = arguments
                os.symlink(to, link + ".new")
                os.rename(link + ".new", link)
            with open(a["path"]) as file:
                return file.read()
        if tool == "write_file":
            with open(a["path"], "w") as file:
                return file.write(a["content"])
        if tool == "where":
            return os.getcwd()
        if tool == "dial":
            return socket.create_connection(("127.0.0.1", a["port"])).getpeername()[1]
        if tool == "listen":
            return socket.create_server(("127.0.0.1", a["port"])).getsockname()[1]
        if tool == "sockets":
            # By ways that go around `connect` and `bind`: which of them work?
            ways = {
                "mptcp": lambda: socket.socket(socket.AF_INET, socket.SOCK_STREAM, 262),
                "smc": lambda: socket.socket(43, socket.SOCK_STREAM, 0),
                "sctp": lambda: socket.socket(socket.AF_INET, socket.SOCK_STREAM, 132),
                "udp": lambda: socket.socket(socket.AF_INET6, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC),
                "raw": lambda: socket.socket(socket.AF_INET, socket.SOCK_RAW, 255),
                "packet": lambda: socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0),
                "fastopen": lambda: socket.socket().sendto(b"x", 0x20000000, ("127.0.0.1", a["port"])),
                "fastmsg": lambda: socket.socket().sendmsg([b"x"], [], 0x20000000, ("127.0.0.1", a["port"])),
                "listen": lambda: socket.socket().listen(),
                "ring": lambda: check(ctypes.CDLL(None, use_errno=True).syscall(425, 1, ctypes.create_string_buffer(120))),
                "local": lambda: socket.socket(socket.AF_UNIX),
                "stream": lambda: socket.socket(socket.AF_INET, socket.SOCK_STREAM, 6),
            }

            def check(result):
                if result < 0:
                    raise OSError(ctypes.get_errno(), "")

            def works(way):
                try:
                    way()
                    return True
                except OSError as error:
                    # Refused for another reason: this machine has no such thing.
                    return error.errno != errno.EACCES
            return " ".join(name for name, way in ways.items() if works(way))
        if tool == "run":
            return subprocess.run(a["words"], stderr=subprocess.STDOUT, stdout=subprocess.PIPE, text=True, check=False).stdout
        if tool == "signal":
            return os.kill(a["pid"], 0)
        if tool == "privileges":
            with open("/proc/self/status") as file:
                return [line.split()[1] for line in file if line.startswith("NoNewPrivs")][0]
        raise ValueError(tool)

    for message in requests():
        try:
            params = message["params"]
            answer(message, {"done": act(params["name"], params["arguments"])})
        except OSError as error:
            answer(message, {"failed": errno.errorcode[error.errno]})
elif what == "bridge":
    far = socket.socket(socket.AF_UNIX)
    far.connect(arguments[0])

    def carry():
        while chunk := far.recv(65536):
            os.write(1, chunk)
        os._exit(0)

    threading.Thread(target=carry, daemon=True).start()
    while chunk := os.read(0, 65536):
        far.sendall(chunk)
else:
    sys.exit("peer.py: what is `%s`?" % what)
