"""`./cxb call`: calls a number with a bot, and shows the call's life as it happens."""

import argparse
import asyncio
from collections.abc import Callable
from contextlib import suppress
from typing import Any, Final
from uuid import uuid4

from launcher.demo.client import ApiClient
from launcher.desk.bots import bot_called
from launcher.problem import LaunchProblem

LOOK_EVERY: Final = 0.3
PAGE: Final = 200

Say = Callable[[str], None]


async def call(api: ApiClient, asked: argparse.Namespace) -> int:
    """0 when somebody answered. Ctrl-C ends the call."""
    body: dict[str, Any] = {
        "bot_id": await bot_called(api, asked.bot),
        "to": asked.number,
        "variables": dict(asked.var),
        **({"caller_number": asked.shown} if asked.shown else {}),
    }
    placed = await api.post("/calls", body, **{"idempotency-key": str(uuid4())})
    try:
        return await follow(api, placed["call_id"], placed["events_after"], _say)
    except asyncio.CancelledError:
        _say("hanging up")
        with suppress(LaunchProblem):
            await api.post(f"/calls/{placed['call_id']}/end")
        raise


async def follow(api: ApiClient, call_id: str, after: int, say: Say) -> int:
    """Until the call is over; 0 when it was answered, else 1."""
    shown = await api.get(f"/calls/{call_id}")
    say(f"calling {shown['phone']} from {shown['caller_number']} by trunk {shown['trunk_id']} ({call_id})")
    while True:
        over = (await api.get(f"/calls/{call_id}"))["state"] == "ended"  # before its events: then none is missed
        after = await _tell_events(api, call_id, after, say)
        if over:
            return _ended((await api.get(f"/calls/{call_id}"))["result"], say)
        await api.pause(LOOK_EVERY)


async def _tell_events(api: ApiClient, call_id: str, after: int, say: Say) -> int:
    """The position after which the next ones stand."""
    while True:
        read = await api.get("/events", after=after, limit=PAGE)
        for event in read["items"]:
            if event["subject"] == call_id and (line := _line(event["kind"], event["data"])):
                say(line)
        after = read["next"]
        if len(read["items"]) < PAGE:
            return after


def _line(kind: str, data: dict[str, str]) -> str:
    match kind:
        case "call.ringing":
            return "rings"
        case "call.answered":
            return "answered"
        case "call.joined":
            return f"{data['server_id']} is in the call"
        case "call.turn":
            cut = " (interrupted)" if data["interrupted"] == "true" else ""
            return f"{float(data['start']):6.1f} s  {data['speaker']}: {data['text']}{cut}"
    return ""


def _ended(result: dict[str, Any], say: Say) -> int:
    told = [
        result["outcome"],
        *([result["disposition"]] if result["disposition"] else []),
        *([f"SIP {result['sip_status']}"] if result["sip_status"] else []),
        *([result["detail"]] if result["detail"] else []),
        f"{result['talk_seconds']:.0f} s talked",
        f"ended by {result['ended_by']}",
    ]
    say(f"ended: {', '.join(told)}")
    return 0 if result["answered_at"] else 1


def _say(line: str) -> None:
    print(line, flush=True)
