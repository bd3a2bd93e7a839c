"""Takes in what a Core tells of a live call, for those who watch."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import structlog

from applications.api.rewrite import rewrite
from domain.calls.call import Call
from domain.calls.transcript import Turn
from domain.event import Event
from domain.ids import CallId, EventId, ServerId
from ports.call_store import CallStore
from ports.clock import Clock
from ports.event_log import EventLog
from ports.messages.calls import CallNews, CoreJoined, LegMoved, LegProgress, TurnHeard

CALL_JOINED: Final = "call.joined"
CALL_TURN: Final = "call.turn"
CALL_LEG: Final = {LegProgress.RINGING: "call.ringing", LegProgress.ANSWERED: "call.answered"}

log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiveNews:
    """Told twice, it is known once: an event's id follows from what it tells."""

    calls: CallStore
    events: EventLog
    clock: Clock

    async def __call__(self, call_id: CallId, news: CallNews) -> None:
        """Raises NotFound for a call that nobody knows, IllegalMove for one that is over or in another Core."""
        match news:
            case CoreJoined(server_id=server_id):
                call = await self._join(call_id, server_id)
                log.info("core_joined", call_id=call_id, server_id=server_id)
                await self._log(call, CALL_JOINED, f"{call_id}.joined", {"server_id": server_id})
            case TurnHeard(turn=turn):
                call = await self.calls.find(call_id)
                event_id = f"{call_id}.turn.{turn.speaker.value}.{turn.start:.3f}"
                await self._log(call, CALL_TURN, event_id, _told(turn))
            case LegMoved(progress=progress):
                call = await self.calls.find(call_id)
                await self._log(call, CALL_LEG[progress], f"{call_id}.{progress.value}", {})

    async def _join(self, call_id: CallId, server_id: ServerId) -> Call:
        at = self.clock.now()
        return await rewrite(
            lambda: self.calls.find(call_id), lambda call: call.join(server_id, at=at), self.calls.save
        )

    async def _log(self, call: Call, kind: str, event_id: str, data: Mapping[str, str]) -> None:
        event = Event(
            id=EventId(event_id), brand=call.brand, kind=kind, subject=call.id, at=self.clock.now(), data=data
        )
        await self.events.append([event])


def _told(turn: Turn) -> Mapping[str, str]:
    told = {
        "speaker": turn.speaker.value,
        "text": turn.text,
        "start": f"{turn.start:.3f}",
        "end": f"{turn.end:.3f}",
        "interrupted": "true" if turn.interrupted else "false",
    }
    if turn.latency is not None:
        told["latency"] = f"{turn.latency:.3f}"
    return told
