"""The command `vanguard`, as the program of that name: `vanguard --help`, `python -m vanguard --help`."""

import signal
import sys
from pathlib import Path
from typing import NoReturn

from ._vanguard import command


def main() -> NoReturn:
    """Run the command line of this process."""
    # Python's own handler would wait for Python code to run.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    sys.exit(command(["vanguard", *sys.argv[1:]], again()))


def again() -> list[str]:
    """Words that start this command anew, of this very package: isolated, since a server's folder may hold modules of any name."""
    if not sys.executable:
        return []
    folder = str(Path(__file__).resolve().parents[1])
    return [sys.executable, "-I", "-c", f"import sys; sys.path.insert(0, {folder!r}); from vanguard.__main__ import main; main()"]


if __name__ == "__main__":
    main()
