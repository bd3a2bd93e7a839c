"""What a call of a port's method is about, read off its arguments: its detail, and the call that it concerns."""

from collections.abc import Iterable, Iterator
from typing import Any

import msgspec

from domain.calls.call import Call, CallState
from domain.campaigns.lead import Lead, LeadState

CALL = "call_"
"""How the ids of a campaign's calls begin."""


def details_of(given: Iterable[Any]) -> Iterator[str]:
    """The state that is saved, the kind of event, the name of the message: of each thing that has one."""
    for value in given:
        if isinstance(value, list | tuple):
            yield from details_of(value)
        else:
            yield _detail(value)


def _detail(value: Any) -> str:
    if isinstance(value, Call):
        relayed = value.state is CallState.ENDED and not value.events
        return "relayed" if relayed else value.state.value
    if isinstance(value, msgspec.Struct):
        return str(value.__struct_config__.tag or "")
    if hasattr(value, "event"):  # a line of the legs' journal
        return value.event.kind.value if value.event else "intent"
    for name in ("state", "kind", "note"):
        found = getattr(value, name, None)
        if isinstance(found, str) and found:
            return str(found)
    return "turn" if getattr(value, "turn", None) else ""


def call_of(given: Iterable[Any]) -> str:
    """The id of the call, where one is concerned."""
    return next((found for value in given for found in _calls(value) if found.startswith(CALL)), "")


def _calls(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, bytes):
        yield str(msgspec.json.decode(value).get("call_id", ""))
    elif isinstance(value, Call):
        yield value.id
    elif isinstance(value, Lead):
        tries = value.tries + (value.state is LeadState.LEASED)
        yield f"{CALL}{value.id}.{tries}"
    elif isinstance(value, list | tuple):
        for each in value:
            yield from _calls(each)
    else:
        for name in ("call_id", "room", "subject", "source"):
            yield str(getattr(value, name, ""))
