"""A call that came in, and what its script can do with it."""

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Any

from contract_tests.carrier import sdp
from contract_tests.carrier.leg import SDP, Leg
from contract_tests.carrier.message import Headers, Message
from contract_tests.carrier.records import EndedBy
from contract_tests.carrier.tasks import PATIENCE
from contract_tests.carrier.transactions import Served


@dataclass(slots=True, eq=False, kw_only=True)
class CalledLeg(Leg):
    """`crosses_cancel`: a CANCEL meets a 200 that is already on its way. `mute`: it never answers anything."""

    invite: Served
    crosses_cancel: bool = False
    mute: bool = False
    stop_script: Callable[[], object] | None = None

    def run(self, script: "Script") -> None:
        self.stop_script = self.place.tasks.start(script(self))

    def progress(
        self, status: int = 180, *, reason: str = "", headers: Headers = (), early_media: bool = False
    ) -> None:
        """A provisional answer; with `early_media` it describes audio, and our audio begins."""
        body = b""
        if early_media:
            body = self._description()
            headers = (*headers, *SDP)
            self._speak()
        self.respond(self.invite, status, reason=reason, headers=(self.dialog.contact, *headers), body=body)

    async def answer(self, *, headers: Headers = (), body: bytes | None = None, within: float = PATIENCE) -> None:
        """Returns when it was acknowledged, or was ended at once. With `body` that stands for our description."""
        self.send_answer(headers=headers, body=body)
        await self.until(lambda seen: seen.acknowledged_at or seen.ended_at, within)

    def send_answer(self, *, headers: Headers = (), body: bytes | None = None) -> None:
        described = self._description()
        self.seen.answered_at = asyncio.get_running_loop().time()
        self.seen.status = 200
        self._speak()
        headers = (self.dialog.contact, *headers, *SDP)
        self.respond(self.invite, 200, headers=headers, body=described if body is None else body)
        self.news.tell()

    def refuse(self, status: int, *, reason: str = "", headers: Headers = ()) -> None:
        self.respond(self.invite, status, reason=reason, headers=headers)
        self.seen.status, self.seen.reason = status, reason
        self.over(EndedBy.US)

    def cancelled(self, cancel: Served) -> None:
        self.seen.cancelled_at = asyncio.get_running_loop().time()
        if self.mute:
            self.news.tell()
            return
        if self.crosses_cancel and not self.invite.answered:
            self.send_answer()
        self.respond(cancel, 200)
        if not self.invite.answered:
            self._stop_script()
            self.respond(self.invite, 487)
            self.seen.status = 487
            self.over(EndedBy.THEM)
        self.news.tell()

    def acknowledged(self, ack: Message) -> None:
        if self.seen.acknowledged_at is None and self.seen.answered_at is not None:
            self.seen.acknowledged_at = asyncio.get_running_loop().time()
            if ack.body and self.theirs is None and self.ours is not None:
                self.take(sdp.parse(ack.body), self.ours)
        self.news.tell()

    def over(self, by: EndedBy) -> None:
        Leg.over(self, by)
        if by is EndedBy.THEM:
            self._stop_script()

    def receive(self, served: Served) -> None:
        if not self.mute:
            Leg.receive(self, served)

    def _stop_script(self) -> None:
        if self.stop_script is not None:
            self.stop_script()

    def _speak(self) -> None:
        self.media.speaker.on = True
        self.place.pacer.calls.add(self.media)

    def _description(self) -> bytes:
        assert self.ours is not None
        return self.ours.to_bytes(self.version)

    def describe(self) -> None:
        """Our answer to their offer; an offer of our own where they made none. Raises Malformed."""
        offer = self.invite.request.body
        if offer:
            self.agree(sdp.parse(offer))
        else:
            self.ours = sdp.Session(host=self.place.host, port=self.media.port, payloads=tuple(self.place.laws))


Script = Callable[[CalledLeg], Coroutine[Any, Any, None]]
"""What a number does when it is called."""
