"""Streamable HTTP between the SDK's real server and client, of both its lines and both eras, guarded wherever a guard can stand."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import anyio
import pytest
from demo_server import build
from mcp.client import streamable_http
from scenario import V1, connected, guarded, served
from vanguard import Guard

MODES = ["handshake"] if V1 else ["auto", "legacy"]


def middleware() -> Any:
    return build(middleware=[Guard(server="demo").middleware()]).streamable_http_app()


def wrapped() -> Any:
    return Guard(server="demo").asgi(build().streamable_http_app())


def plain() -> Any:
    return build().streamable_http_app()


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("make", [wrapped] if V1 else [wrapped, middleware])
def test_a_guarded_server(make: Callable[[], Any], mode: str) -> None:
    async def main(address: str) -> None:
        async with connected(streamable_http.streamable_http_client(address), mode) as client:
            await guarded(client)

    with served(make()) as address:
        anyio.run(main, address)


@pytest.mark.parametrize("mode", MODES)
def test_a_guarded_client(mode: str) -> None:
    records: list[str] = []

    async def main(address: str) -> None:
        guard = Guard(server="demo", audit=records.append)
        async with connected(guard.transport(streamable_http.streamable_http_client(address)), mode) as client:
            await guarded(client)

    with served(plain()) as address:
        anyio.run(main, address)
    assert any('"action":"edit"' in record for record in records)
