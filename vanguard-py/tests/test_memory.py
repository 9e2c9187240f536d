"""Many calls do not make the process larger. `make memory` makes a million."""

from __future__ import annotations

import sys

import pytest
from memory import measured


@pytest.mark.skipif(sys.platform != "linux", reason="/proc")
def test_many_calls_do_not_grow_the_process() -> None:
    taken = measured(24_000)
    assert taken[100] - taken[50] < 4 << 20
