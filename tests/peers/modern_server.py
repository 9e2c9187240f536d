"""A small server of the 2026-07-28 era, made with the official SDK: what `server-everything` can't show yet.

It answers `server/discover`, asks for input inside its results (elicitation, sampling, roots) with an opaque state, tells progress, and sends
changes on a `subscriptions/listen` stream.
"""

from mcp.server.mcpserver import Context, MCPServer
from mcp_types import CreateMessageRequest, ElicitRequest, InputRequiredResult, ListRootsRequest

server = MCPServer("modern", instructions="Ask before you book.")

QUESTION = {
    "method": "elicitation/create",
    "params": {
        "mode": "form",
        "message": "Which day?",
        "requestedSchema": {"type": "object", "properties": {"name": {"type": "string"}}, "required": ["name"]},
    },
}
SAMPLE = {
    "method": "sampling/createMessage",
    "params": {"messages": [{"role": "user", "content": {"type": "text", "text": "One word for dry?"}}], "maxTokens": 5},
}


@server.tool()
async def book(place: str, context: Context) -> str | InputRequiredResult:
    """Books a table; asks who comes, what the model thinks, and where the project lies."""
    answers = context.input_responses
    if not answers:
        return InputRequiredResult(
            input_requests={
                "who": ElicitRequest.model_validate(QUESTION),
                "word": CreateMessageRequest.model_validate(SAMPLE),
                "where": ListRootsRequest.model_validate({"method": "roots/list"}),
            },
            request_state=f"opaque:{place}:../not/a/path:`not a command`",
        )
    told = {key: answer.model_dump(mode="json", by_alias=True, exclude_none=True) for key, answer in sorted(answers.items())}
    return f"{place}: {told} after {context.request_state}"


@server.tool()
async def count(to: int, context: Context) -> int:
    """Counts, and says how far it is."""
    for step in range(1, to + 1):
        await context.report_progress(step, to, f"step {step}")
    return to


@server.tool()
async def touch(uri: str, context: Context) -> str:
    """Says that a resource has changed."""
    await context.notify_resource_updated(uri)
    await context.notify_tools_changed()
    return uri


@server.resource("note://today")
def today() -> str:
    """The only note."""
    return "Nothing to do."


if __name__ == "__main__":
    server.run("stdio")
