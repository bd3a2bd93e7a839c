"""What a CRM is told of a concluded call: one JSON document, small enough for any receiver."""

from collections.abc import Mapping
from typing import Final

import msgspec

from domain.calls.call import CALL_CONCLUDED, Call
from domain.calls.result import Result
from domain.ids import CallId

LARGEST: Final = 20_000
"""Bytes; Standard Webhooks 1.0.0 advises to stay below 20 KB."""

CUT_IN_TURN: Final = ("transcript", "variables", "collected")

Plain = Mapping[str, object]


def concluded_body(call: Call, result: Result, public_url: str) -> str:
    """The event as JSON. What does not fit is left out, and named under `cut`: the end of the transcript first."""
    data = _data(call, result, public_url)
    text = transcript_text(result)
    body = _encoded({**data, "transcript": text, "cut": []}, result)
    for number in range(1, len(CUT_IN_TURN) + 1):
        if len(body) <= LARGEST:
            break
        cut = CUT_IN_TURN[:number]
        data |= {name: {} for name in cut[1:]}
        room = LARGEST - len(_encoded({**data, "transcript": "", "cut": cut}, result))
        body = _encoded({**data, "transcript": _fitted(text, room), "cut": cut}, result)
    return body.decode()


def recording_link(public_url: str, call_id: CallId) -> str:
    """The stable link; it needs a key, a session or a token to open."""
    return f"{public_url.rstrip('/')}/api/v1/recordings/{call_id}"


def transcript_text(result: Result) -> str:
    return "\n".join(f"{turn.speaker.value}: {turn.text}" for turn in result.turns)


def _data(call: Call, result: Result, public_url: str) -> dict[str, object]:
    return {
        "call_id": call.id,
        "direction": call.direction.value,
        "outcome": result.outcome.value,
        "disposition": result.disposition,
        "transfer": result.transfer,
        "collected": dict(result.collected or {}),
        "variables": dict(call.variables),
        "external_id": call.origin.external_id,
        "lead_id": call.origin.lead_id,
        "campaign_id": call.origin.campaign_id,
        "bot_id": call.bot_id,
        "bot_version": call.bot_version,
        "phone": call.phone,
        "caller_number": call.caller_number,
        "started_at": call.created_at,
        "answered_at": result.answered_at,
        "ended_at": result.ended_at,
        "ended_by": result.ended_by.value,
        "talk_seconds": round(result.talk_seconds, 3),
        "recording_url": recording_link(public_url, call.id) if result.recording else None,
    }


def _encoded(data: Plain, result: Result) -> bytes:
    return msgspec.json.encode({"type": CALL_CONCLUDED, "timestamp": result.ended_at, "data": data})


def _fitted(text: str, room: int) -> str:
    """As much of the beginning as takes at most `room` bytes inside JSON."""
    least, most = 0, len(text)
    while least < most:
        middle = (least + most + 1) // 2
        if len(msgspec.json.encode(text[:middle])) - 2 <= room:
            least = middle
        else:
            most = middle - 1
    return text[:least]
