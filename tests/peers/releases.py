"""Next releases of real servers: what they say today, varied by a seeded generator as honest maintainers vary it."""

from __future__ import annotations

import copy
import json
import random
import subprocess
import sys
from typing import Any

LISTS = {"tools/list": "tools", "prompts/list": "prompts", "resources/templates/list": "resourceTemplates"}

SENTENCES = [
    "Returns an empty list if nothing fits.",
    "Dates are given as YYYY-MM-DD, in UTC.",
    "Long results are cut after 10,000 characters.",
    "Use this when the user asks for it by name.",
    "Requires write access.",
    'Example: "travel plans".',
    "Accents and case are ignored (é = E).",
    "Paths are relative to the first folder that is allowed, e.g. `src/main.rs`.",
    "Deleted entries are never returned.",
    "Note: ids may change after an import.",
    "Always returns UTF-8.",
    "Fails if the file does not exist; nothing is written then.",
    "**Deprecated** options are still read, but will go away in version 3.",
    "Results are sorted by name unless told otherwise.",
    "See the README for all options.",
    "You can leave out everything that is optional.",
]
OTHER_WORDS = [("Returns", "Gives"), ("Get ", "Fetch "), ("Create ", "Make "), ("multiple", "several"), (" files", " one or more files"), ("Read ", "Reads "), ("the ", "the given ")]
PARAMETERS = {
    "offset": {"type": "integer", "minimum": 0, "default": 0},
    "verbose": {"type": "boolean", "default": False, "description": "Also say when each was changed"},
    "format": {"type": "string", "enum": ["markdown", "plain"], "default": "markdown"},
    "until": {"anyOf": [{"type": "string", "format": "date"}, {"type": "null"}], "default": None},
    "language": {"type": "string", "description": "ISO 639-1 code", "pattern": "^[a-z]{2}$"},
    "encoding": {"type": "string", "default": "utf-8", "description": "How the text is encoded"},
    "fields": {"type": "array", "items": {"enum": ["name", "size"]}, "uniqueItems": True},
    "timeoutMs": {"type": "number", "exclusiveMinimum": 0, "maximum": 60000},
    "options": {"type": "object", "properties": {"deep": {"type": "boolean"}}, "additionalProperties": False},
}
TOOLS = ["list_archives", "count-entries", "restoreVersion", "export_all", "validate_schema", "get_server_version"]


def listings(command: list[str]) -> dict[str, Any]:
    """What a real server says: its answer to `initialize`, and its three listings."""
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as server:
        assert server.stdin and server.stdout

        def ask(number: int, method: str, params: dict[str, Any]) -> dict[str, Any]:
            server.stdin.write(json.dumps({"jsonrpc": "2.0", "id": number, "method": method, "params": params}) + "\n")
            server.stdin.flush()
            for line in server.stdout:
                answer = json.loads(line)
                if answer.get("id") == number and "method" not in answer:
                    return answer.get("result", {})
            raise AssertionError(f"{command}: no answer to {method}")

        client = {"protocolVersion": "2025-11-25", "capabilities": {}, "clientInfo": {"name": "releases", "version": "1"}}
        said = {"initialize": ask(0, "initialize", client)}
        server.stdin.write('{"jsonrpc":"2.0","method":"notifications/initialized"}\n')
        for number, (method, name) in enumerate(LISTS.items(), 1):
            said[method] = {name: ask(number, method, {}).get(name, [])}
        server.stdin.close()
        server.terminate()
    return said


def release(said: dict[str, Any], seed: int) -> dict[str, Any]:
    """A next release: one to six honest changes."""
    dice, new = random.Random(seed), copy.deepcopy(said)
    for _ in range(dice.randint(1, 6)):
        dice.choice(CHANGES)(new, dice)
    return new


def tools(said: dict[str, Any]) -> list[dict[str, Any]]:
    return said["tools/list"]["tools"]


def properties(said: dict[str, Any], dice: random.Random) -> tuple[dict[str, Any], dict[str, Any]]:
    schema = dice.choice(tools(said))["inputSchema"]
    return schema, schema.setdefault("properties", {})


def another_sentence(said: dict[str, Any], dice: random.Random) -> None:
    """Wording: something is explained better."""
    entry = dice.choice([*tools(said), *said["prompts/list"]["prompts"], *said["resources/templates/list"]["resourceTemplates"]])
    entry["description"] = f"{entry.get('description', '')} {dice.choice(SENTENCES)}".strip()


def other_words(said: dict[str, Any], dice: random.Random) -> None:
    """Wording: the same in other words, shorter, or with other line breaks."""
    entry, (old, new) = dice.choice(tools(said)), dice.choice(OTHER_WORDS)
    words = entry.get("description", "").replace(old, new)
    entry["description"] = dice.choice([words, words.split(". ")[0], " ".join(words.split()), words.replace("\n", "\n\n")])


def described(said: dict[str, Any], dice: random.Random) -> None:
    """Wording: a parameter gets, changes or loses its description, or its title."""
    _, named = properties(said, dice)
    for name, schema in named.items():
        if isinstance(schema, dict) and dice.random() < 0.5:
            schema[dice.choice(["description", "title"])] = dice.choice([f"The {name}", name.title(), f"{name}, as the user gave it"])


def order(said: dict[str, Any], dice: random.Random) -> None:
    """Order: of the definitions, of their members, of the names in `required` and the choices in `enum`."""

    def shuffled(value: Any) -> Any:
        if isinstance(value, list):
            return [shuffled(element) for element in value]
        if not isinstance(value, dict):
            return value
        members = [(name, shuffled(member)) for name, member in value.items()]
        dice.shuffle(members)
        for name, member in members:
            if name in ("enum", "required", "anyOf") and isinstance(member, list):
                dice.shuffle(member)
        return dict(members)

    for method, name in LISTS.items():
        said[method] = shuffled(said[method])
        dice.shuffle(said[method][name])


def optional_parameter(said: dict[str, Any], dice: random.Random) -> None:
    """An optional field."""
    _, named = properties(said, dice)
    name = dice.choice(sorted(PARAMETERS))
    named.setdefault(name, copy.deepcopy(PARAMETERS[name]))


def optional_members(said: dict[str, Any], dice: random.Random) -> None:
    """Members of a definition that may be there: title, hints that promise more, a schema of results."""
    tool = dice.choice(tools(said))
    tool.setdefault("title", tool["name"].replace("_", " ").replace("-", " ").title())
    tool.setdefault("annotations", {}).setdefault("idempotentHint", dice.random() < 0.5)
    tool.setdefault("outputSchema", {"type": "object", "properties": {"content": {"type": "string"}, "total": {"type": "integer"}}})


def deprecated(said: dict[str, Any], dice: random.Random) -> None:
    """Wording: one tool points to another of the same server."""
    one, other = dice.choice(tools(said)), dice.choice(tools(said))
    if one is not other:
        one["description"] = f"{one.get('description', '')} DEPRECATED: use `{other['name']}` instead."


def spelled_otherwise(said: dict[str, Any], dice: random.Random) -> None:
    """The style of names changes, of all tools at once."""
    old, new = dice.choice([("_", "-"), ("-", "_")])
    for tool in tools(said):
        tool["name"] = tool["name"].replace(old, new)


def lenient(said: dict[str, Any], dice: random.Random) -> None:
    """Values that models often send as text are taken as text, too."""
    for tool in tools(said):
        for member in tool["inputSchema"].get("properties", {}).values():
            if member.get("type") in ("boolean", "number", "integer") and dice.random() < 0.5:
                member["type"] = [member["type"], "string"]


def may_be_null(said: dict[str, Any], dice: random.Random) -> None:
    """Another way of saying that a parameter may be left out, as generators of schemas change it."""
    schema, named = properties(said, dice)
    for name, member in named.items():
        if name not in schema.get("required", []) and isinstance(member.get("type"), str) and "enum" not in member:
            inner = {key: member.pop(key) for key in ("type", "items", "minimum", "maximum", "format", "pattern") if key in member}
            member["anyOf"] = [inner, {"type": "null"}]
            member.setdefault("default", None)


def generated_otherwise(said: dict[str, Any], dice: random.Random) -> None:
    """Another generator of schemas: another dialect, objects that are no longer closed."""
    for tool in tools(said):
        tool["inputSchema"]["$schema"] = dice.choice(["https://json-schema.org/draft/2020-12/schema", "http://json-schema.org/draft-07/schema#"])
        if tool["inputSchema"].get("additionalProperties") is False:
            del tool["inputSchema"]["additionalProperties"]
        tool.pop("execution", None)


def limits(said: dict[str, Any], dice: random.Random) -> None:
    """Other defaults and limits, one more choice."""
    for tool in tools(said):
        for member in tool["inputSchema"].get("properties", {}).values():
            if isinstance(member.get("maximum"), (int, float)):
                member["maximum"] *= dice.choice([2, 10])
            if isinstance(member.get("default"), int) and not isinstance(member["default"], bool):
                member["default"] += dice.randint(1, 5)
            if isinstance(member.get("enum"), list) and all(isinstance(choice, str) for choice in member["enum"]):
                member["enum"].append("auto")


def new_tool(said: dict[str, Any], dice: random.Random) -> None:
    name = dice.choice(TOOLS)
    if all(tool["name"] != name for tool in tools(said)):
        schema = {"type": "object", "properties": {"name": {"type": "string"}, "limit": {"type": "integer"}}, "required": ["name"]}
        tools(said).append({"name": name, "description": dice.choice(SENTENCES), "inputSchema": schema})


def tool_gone(said: dict[str, Any], dice: random.Random) -> None:
    if len(tools(said)) > 1:
        tools(said).pop(dice.randrange(len(tools(said))))


CHANGES = [
    *(another_sentence, other_words, described, deprecated, order, optional_parameter, optional_members),
    *(may_be_null, lenient, generated_otherwise, limits, new_tool, tool_gone, spelled_otherwise),
]


def serve(path: str) -> None:
    """Says what the lines of a file hold: the first what it is, and each further one its listings, one after the other."""
    with open(path, encoding="utf-8") as file:
        first, *others = map(json.loads, file)
    asked = {method: 0 for method in LISTS}
    for line in sys.stdin:
        request = json.loads(line)
        if "id" not in request:
            continue
        method = request["method"]
        if method == "initialize":
            result = first["initialize"]
        else:
            turn = asked[method]
            asked[method] += 1
            result = [first, *others][turn][method]
        print(json.dumps({"jsonrpc": "2.0", "id": request["id"], "result": result}), flush=True)


if __name__ == "__main__":
    serve(sys.argv[1])
