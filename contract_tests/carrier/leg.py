"""A call as either end of it has it after the answer: audio, digits, hold, transfer, the end."""

import asyncio
import random
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from contract_tests.carrier import sdp
from contract_tests.carrier.dialog import Dialog, answer_to
from contract_tests.carrier.g711 import Pcm
from contract_tests.carrier.media import Media, Pacer
from contract_tests.carrier.message import Headers, Malformed, Message
from contract_tests.carrier.records import CallSeen, DigitSeen, EndedBy
from contract_tests.carrier.speaker import Playback
from contract_tests.carrier.tasks import PATIENCE, News, Tasks
from contract_tests.carrier.transactions import Asked, Served, Transactions
from contract_tests.carrier.transport import Wire

SDP: Final[Headers] = (("Content-Type", "application/sdp"),)
LINGER: Final = 2.0
"""Seconds for which a call that is over keeps its ports, lest a later one gets its last packets."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Transfer:
    """How a REFER is answered: by `accepted`, and if that is no refusal by a NOTIFY with `outcome` after a while."""

    accepted: int = 202
    outcome: int = 200
    after: float = 0.1


@dataclass(slots=True, kw_only=True)
class Place:
    """What all legs of one far end share. With `stamped` a packet's time is when the system took it in, not when this
    process came to read it."""

    host: str
    port: int
    transactions: Transactions
    tasks: Tasks
    pacer: Pacer
    laws: Sequence[int]
    chance: random.Random
    stamped: bool = False

    @property
    def here(self) -> str:
        return f"{self.host}:{self.port}"


@dataclass(slots=True, eq=False, kw_only=True)
class Leg:
    place: Place
    dialog: Dialog
    wire: Wire
    seen: CallSeen
    media: Media
    news: News
    transfer: Transfer = Transfer()
    theirs: sdp.Session | None = None
    ours: sdp.Session | None = None
    version: int = 1
    handlers: Mapping[str, Callable[[Served], None]] = field(init=False)

    def __post_init__(self) -> None:
        self.handlers = {
            "BYE": self._bye,
            "INVITE": self._changed,
            "UPDATE": self._changed,
            "REFER": self._refer,
            "INFO": self._info,
        }

    async def until(self, holds: Callable[[CallSeen], object], within: float = PATIENCE) -> CallSeen:
        """Raises TimeoutError, with the messages that came instead."""
        await self.news.until(lambda: holds(self.seen), within, self.seen.story)
        return self.seen

    async def until_ended(self, within: float = PATIENCE) -> CallSeen:
        return await self.until(lambda seen: seen.ended_at is not None, within)

    async def until_digits(self, digits: str, within: float = PATIENCE) -> CallSeen:
        return await self.until(
            lambda seen: "".join(each.digit for each in seen.media.digits if each.ended).endswith(digits), within
        )

    def play(self, pcm: Pcm) -> Playback:
        return self.media.speaker.play(pcm)

    async def say(self, pcm: Pcm) -> None:
        """Returns when all of it was sent."""
        await self.play(pcm).done.wait()

    async def type_digits(self, digits: str, *, lasting: float = 0.1, pause: float = 0.1) -> None:
        """By RFC 4733; returns when the last one was sent."""
        await self.media.speaker.type_digits(digits, lasting=lasting, pause=pause).wait()

    def echo(self) -> None:
        """From now on every audio packet goes back at once, and nothing else is sent."""
        self.media.echoing = True

    def stop_rtp(self) -> None:
        self.media.speaker.on = False

    async def hang_up(self, headers: Headers = ()) -> int:
        """The status that the BYE was answered with; 408 for none, 0 when they were first."""
        if self.seen.ended_at is not None:
            return 0
        asked = self.ask("BYE", headers=headers)
        self.over(EndedBy.US)
        return (await asked.final).status

    async def hold(self, direction: str = "sendonly") -> int:
        """By re-INVITE; the status that it was answered with. `inactive` stops our audio too."""
        assert self.ours is not None
        self.version += 1
        offer = sdp.Session(
            host=self.ours.host, port=self.media.port, payloads=self.ours.payloads, events=self.ours.events,
            direction=direction,
        )  # fmt: skip
        request = self.dialog.request("INVITE", headers=SDP, body=offer.to_bytes(self.version))

        def told(response: Message) -> None:
            if 200 <= response.status < 300:
                self.acknowledge(request)
                self.media.permit(direction)

        return (await self.place.transactions.ask(request, self.wire, told).final).status

    async def resume(self) -> int:
        return await self.hold("sendrecv")

    def ask(self, method: str, *, headers: Headers = (), body: bytes = b"") -> Asked:
        return self.place.transactions.ask(self.dialog.request(method, headers=headers, body=body), self.wire)

    def acknowledge(self, invite: Message) -> None:
        self.place.transactions.send(self.dialog.request("ACK", number=invite.sequence[0]), self.wire)

    def respond(
        self, served: Served, status: int, *, reason: str = "", headers: Headers = (), body: bytes = b""
    ) -> None:
        answer = answer_to(served.request, status, to=self.dialog.local, reason=reason, headers=headers, body=body)
        served.respond(answer)

    def receive(self, served: Served) -> None:
        """A request within the call."""
        handler = self.handlers.get(served.request.method)
        if handler is None:
            self.respond(served, 200)
        else:
            handler(served)
        self.news.tell()

    def over(self, by: EndedBy) -> None:
        if self.seen.ended_at is not None:
            return
        self.seen.ended_at, self.seen.ended_by = asyncio.get_running_loop().time(), by
        self.media.speaker.on = False
        self.media.speaker.stop_playing()
        self.place.pacer.calls.discard(self.media)
        self.place.tasks.start(self._close_later())
        self.news.tell()

    async def _close_later(self) -> None:
        try:
            await asyncio.sleep(LINGER)
        finally:
            self.media.close()

    def agree(self, theirs: sdp.Session) -> None:
        """To what they offer, with an answer of ours. Raises Malformed."""
        self.take(theirs, sdp.answer(theirs, host=self.place.host, port=self.media.port, laws=self.place.laws))

    def take(self, theirs: sdp.Session, ours: sdp.Session) -> None:
        """What both have said now holds."""
        payload = next((number for number in theirs.payloads if number in ours.payloads), None)
        if payload is None:
            raise Malformed("no codec in common")
        self.theirs, self.ours = theirs, ours
        self.media.agree(theirs, payload)
        self.media.permit(sdp.ANSWERS[theirs.direction])

    def _bye(self, served: Served) -> None:
        self.respond(served, 200)
        self.over(EndedBy.THEM)

    def _changed(self, served: Served) -> None:
        """A re-INVITE: hold, resume, or another address for the audio."""
        if served.request.body:
            try:
                theirs = sdp.parse(served.request.body)
                self.agree(theirs)
            except Malformed:
                self.respond(served, 488)
                return
            self.seen.directions.append(theirs.direction)
        assert self.ours is not None
        self.version += 1
        self.respond(served, 200, headers=(self.dialog.contact, *SDP), body=self.ours.to_bytes(self.version))

    def _refer(self, served: Served) -> None:
        self.seen.refers.append(served.request.first("Refer-To"))
        self.respond(served, self.transfer.accepted, headers=(self.dialog.contact,))
        if self.transfer.accepted < 300:
            self.place.tasks.start(self._notify(served.request.sequence[0]))

    async def _notify(self, number: int) -> None:
        """Of what became of the transfer (RFC 3515)."""
        await self._tell(number, "active;expires=60", "SIP/2.0 100 Trying")
        await asyncio.sleep(self.transfer.after)
        await self._tell(number, "terminated;reason=noresource", f"SIP/2.0 {self.transfer.outcome} Outcome")

    async def _tell(self, number: int, state: str, sipfrag: str) -> None:
        headers = (
            ("Event", f"refer;id={number}"),
            ("Subscription-State", state),
            ("Content-Type", "message/sipfrag;version=2.0"),
        )
        await self.ask("NOTIFY", headers=headers, body=f"{sipfrag}\r\n".encode()).final

    def _info(self, served: Served) -> None:
        """Digits by INFO, for whoever has no RFC 4733."""
        self.respond(served, 200)
        match = re.search(rb"(?i)signal\s*=\s*([0-9*#A-D])", served.request.body)
        if match:
            now = asyncio.get_running_loop().time()
            self.seen.media.digits.append(DigitSeen(digit=match[1].decode(), began=now, ended=now, by="info"))
