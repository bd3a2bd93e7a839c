"""A call whose bot hands it over, and what is heard and recorded of it: for the tests of transfers."""

import asyncio
import io
import wave
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from contract_tests.carrier import scripts
from contract_tests.carrier.called import CalledLeg
from contract_tests.carrier.g711 import LAWS, RATE, Pcm
from contract_tests.carrier.leg import Leg
from contract_tests.carrier.measure import tone_level
from contract_tests.carrier.records import EndedBy, RtpSeen
from contract_tests.carrier.sounds import tone
from launcher.demo.client import Plain
from tests.telephone.system import CALLER, Telephone

CALLEES_TONE, TARGETS_TONE = 700.0, 1100.0
LOUD: Final = 1500.0
"""A tone of 8,000 has come through when so much of it has; nobody's own comes back so loud."""

RECENT: Final = 20
"""Packets: 0.4 s."""

SILENT: Final = 500
DESK: Final = "+14155557000"
"""Whom a bot transfers to where it was told nobody else."""

WORD: Final = "One moment please."
WITHIN: Final = 60.0


def bot(how: str) -> Plain:
    """Says a word and transfers to the variable `desk`. Where nobody takes it, it says why and waits for a key."""
    failed = {"to": "sorry", "kind": "event", "when": "transfer_failed"}
    key = {"to": "bye", "kind": "digits", "when": "1"}
    transfer = {"to": f"{{desk|{DESK}}}", "how": how, "ring_timeout": 5.0, "talk_limit": 60.0}
    return {
        "variables": ["desk"],
        "flow": {
            "start": "hand_over",
            "steps": [
                {"id": "hand_over", "say": WORD, "transfer": transfer, "edges": [failed]},
                {"id": "sorry", "say": "Nobody is free: {transfer_reason}. Please press one.", "edges": [key]},
                {"id": "bye", "say": "Goodbye.", "end": "told_why"},
            ],
        },
        "policy": {"silence_after": 3.0, "max_duration": 90.0},
    }


@dataclass(frozen=True, slots=True, kw_only=True)
class Handing:
    """A call whose bot is about to hand it over."""

    telephone: Telephone
    call_id: str
    callee: CalledLeg
    events_after: int = 0

    async def result(self) -> Plain:
        return await self.telephone.concluded(self.call_id)

    async def hears_why(self, reason: str, desk: str, how: str) -> None:
        """The callee hears the bot again after it was told, and answers it; the result says so."""
        told = await self.telephone.logged("core", self.call_id, "transfer_failed")
        await self.callee.until(lambda _: is_loud(heard_since(self.callee, told["at"])), WITHIN)
        await quiet_for(self.callee, 1.0)
        await self.callee.type_digits("1")
        assert (await self.callee.until_ended(WITHIN)).ended_by is EndedBy.THEM
        result = await self.result()
        tried = result["transfer"]
        assert (tried["to"], tried["how"], tried["failure"]) == (desk, how, reason)
        first, why, *_, last = [turn["text"] for turn in result["turns"] if turn["speaker"] == "bot"]
        assert (first, why, last) == (WORD, f"Nobody is free: {reason}. Please press one.", "Goodbye.")
        assert (result["outcome"], result["ended_by"], result["disposition"]) == ("completed", "bot", "told_why")


async def bot_of(telephone: Telephone, how: str) -> str:
    known = {each["name"]: each["id"] for each in await telephone.api.all("/bots")}
    if how not in known:
        made = await telephone.api.post("/bots", {"name": how, "draft": bot(how)})
        await telephone.api.post(f"/bots/{made['id']}/publish")
        return str(made["id"])
    return str(known[how])


async def call(telephone: Telephone, to: str, desk: str = DESK, *, how: str = "dial") -> Handing:
    """Placed as a CRM does; it is answered, and its bot begins."""
    telephone.far.number(to, scripts.answers())
    order = {"bot_id": await bot_of(telephone, how), "to": to, "caller_number": CALLER, "variables": {"desk": desk}}
    placed = await telephone.api.post("/calls", order, **{"idempotency-key": to})
    return Handing(
        telephone=telephone,
        call_id=placed["call_id"],
        callee=await telephone.far.called(to, within=WITHIN),
        events_after=placed["events_after"],
    )


def decoded(seen: Sequence[RtpSeen]) -> Pcm:
    return np.concatenate([LAWS[each.packet.payload_type].decode(each.packet.payload) for each in seen])


def heard_since(leg: Leg, at: float) -> Pcm:
    """All that came after that time; silence where nothing did."""
    newer = [seen for seen in reversed(leg.seen.media.audio) if seen.at >= at]
    return decoded(newer[::-1]) if newer else np.zeros(1, np.int16)


def is_loud(pcm: Pcm) -> bool:
    return bool(np.abs(pcm.astype(np.int32)).max(initial=0) > SILENT)


def hears(leg: Leg, hertz: float) -> bool:
    """Whether that tone came of late."""
    recent = leg.seen.media.audio[-RECENT:]
    return len(recent) == RECENT and tone_level(decoded(recent), hertz) > LOUD


async def quiet_for(leg: Leg, seconds: float) -> None:
    """Returns once nothing has been heard for so long. Packets come in silence, too."""
    now = asyncio.get_running_loop().time
    await leg.until(lambda seen: seen.media.audio[-1].at > now() - 0.1, WITHIN)
    await leg.until(lambda _: not is_loud(heard_since(leg, now() - seconds)), WITHIN)


async def taken(handing: Handing, desk: str) -> CalledLeg:
    """Whoever took the call; the two hear one another."""
    callee, target = handing.callee, await handing.telephone.far.called(desk, within=WITHIN)
    await target.until(lambda seen: seen.acknowledged_at, WITHIN)
    callee.play(tone(CALLEES_TONE, 30.0))
    target.play(tone(TARGETS_TONE, 30.0))
    await target.until(lambda _: hears(target, CALLEES_TONE), WITHIN)
    await callee.until(lambda _: hears(callee, TARGETS_TONE), WITHIN)
    assert not hears(callee, CALLEES_TONE)
    assert not hears(target, TARGETS_TONE)
    return target


async def held(telephone: Telephone) -> int:
    """Channels of the trunk."""
    [trunk] = [each for each in (await telephone.api.get("/trunks"))["items"] if each["carrier"] == "sip"]
    return int(trunk["held"])


async def is_held(telephone: Telephone, channels: int) -> bool:
    return await held(telephone) == channels


async def concluded_event(handing: Handing) -> Plain:
    async def found() -> list[Plain]:
        read = await handing.telephone.api.get("/events", after=handing.events_after, limit=200)
        return [e for e in read["items"] if (e["subject"], e["kind"]) == (handing.call_id, "call.concluded")]

    [event, *_] = await handing.telephone.until(found, "the call's end is in the log")
    return dict(event["data"])


async def recorded(telephone: Telephone, call_id: str) -> tuple[Pcm, Pcm]:
    """The recording's left and right side."""
    with wave.open(io.BytesIO(await telephone.api.read(f"/recordings/{call_id}"))) as file:
        both = np.frombuffer(file.readframes(file.getnframes()), "<i2").reshape(-1, 2)
        assert file.getframerate() == 2 * RATE  # so every other sample is a telephone's
    return both[::2, 0], both[::2, 1]


def has_tone(side: Pcm, hertz: float) -> bool:
    """Somewhere in it for 0.4 s."""
    length = round(0.4 * RATE)
    return any(tone_level(side[start : start + length], hertz) > LOUD for start in range(0, len(side), length // 2))
