"""The tools that a model is given, and how its calls of them are read."""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from openai.types.chat import ChatCompletionMessage, ChatCompletionToolParam
from openai.types.chat.chat_completion_chunk import ChoiceDelta

END_CALL: Final[ChatCompletionToolParam] = {
    "type": "function",
    "function": {
        "name": "end_call",
        "description": "Ends the call as soon as your words are spoken. Say goodbye in the same message.",
        "parameters": {
            "type": "object",
            "properties": {
                "disposition": {"type": "string", "description": "How the call went, in one word such as interested"}
            },
            "required": ["disposition"],
        },
    },
}
ENDED: Final = "ended"
"""The disposition of a call that a model ends without saying how it went."""


def choose_tool(conditions: Sequence[str]) -> ChatCompletionToolParam:
    numbers = list(range(len(conditions) + 1))
    return {
        "type": "function",
        "function": {
            "name": "choose",
            "description": "Says which condition holds; 0 when none does.",
            "parameters": {
                "type": "object",
                "properties": {"number": {"type": "integer", "enum": numbers}},
                "required": ["number"],
            },
        },
    }


@dataclass(slots=True)
class ToolCall:
    """A call that comes in pieces: the name first, then its arguments."""

    name: str = ""
    arguments: list[str] = field(default_factory=list)

    def add(self, delta: ChoiceDelta) -> None:
        for piece in delta.tool_calls or ():
            if piece.function:
                self.name += piece.function.name or ""
                self.arguments.append(piece.function.arguments or "")

    @property
    def disposition(self) -> str | None:
        """What `end_call` was given; None when it was not called."""
        if self.name != "end_call":
            return None
        word = _parsed("".join(self.arguments)).get("disposition")
        return word.strip() if isinstance(word, str) and word.strip() else ENDED


def chosen_number(message: ChatCompletionMessage) -> int | None:
    """The number chosen, by the tool or, from a server that has no tools, as the first number in its words."""
    for call in message.tool_calls or ():
        if call.type == "function":
            number = _parsed(call.function.arguments).get("number")
            return number if isinstance(number, int) else None
    found = re.search(r"\d+", message.content or "")
    return int(found.group()) if found else None


def _parsed(arguments: str) -> dict[str, object]:
    try:
        parsed = json.loads(arguments)
    except ValueError:
        return {}
    return parsed if isinstance(parsed, dict) else {}
