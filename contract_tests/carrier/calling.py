"""A call that the far end places."""

import asyncio
from dataclasses import dataclass

from contract_tests.carrier import sdp
from contract_tests.carrier.dialog import cancelling
from contract_tests.carrier.leg import Leg
from contract_tests.carrier.message import Malformed, Message
from contract_tests.carrier.records import CallSeen, EndedBy
from contract_tests.carrier.tasks import PATIENCE
from contract_tests.carrier.transactions import Asked


@dataclass(slots=True, eq=False, kw_only=True)
class CallingLeg(Leg):
    """Its answers, with their times, are in `seen.statuses()`. A 200 that crosses our CANCEL is ended by BYE."""

    invite: Asked | None = None
    cancelling: bool = False

    def place_call(self, request: Message, ours: sdp.Session) -> None:
        self.ours = ours
        self.invite = self.place.transactions.ask(request, self.wire, self._told)

    async def until_status(self, status: int, within: float = PATIENCE) -> CallSeen:
        return await self.until(lambda seen: status in [each for _, each in seen.statuses()], within)

    async def until_answered(self, within: float = PATIENCE) -> CallSeen:
        """Raises TimeoutError also when it was refused, then at once."""
        await self.until(lambda seen: seen.answered_at or seen.ended_at, within)
        if self.seen.answered_at is None:
            raise TimeoutError(f"never answered: {self.seen.story()}")
        return self.seen

    async def until_heard(self, seconds: float, within: float = PATIENCE) -> CallSeen:
        """That much audio has come."""
        return await self.until(lambda seen: len(seen.media.audio) >= seconds * 50, within)

    async def cancel(self) -> int:
        """The status of the call's own final answer: 487 when the CANCEL was in time."""
        assert self.invite is not None
        self.cancelling = True
        self.seen.cancelled_at = asyncio.get_running_loop().time()
        self.place.transactions.ask(cancelling(self.invite.request), self.wire)
        return (await self.invite.final).status

    def _told(self, response: Message) -> None:
        if response.status < 200:
            self._provisional(response)
        elif response.status < 300:
            self._answered(response)
        else:
            self.seen.status, self.seen.reason = response.status, response.reason
            self.over(EndedBy.THEM)
        self.news.tell()

    def _provisional(self, response: Message) -> None:
        if response.body:
            self._take(response)

    def _answered(self, response: Message) -> None:
        """Every 200 is acknowledged, as often as it comes."""
        assert self.invite is not None
        first = self.seen.answered_at is None
        if first:
            self.dialog.answered_by(response)
        self.acknowledge(self.invite.request)
        if not first:
            return
        self.seen.answered_at = self.seen.acknowledged_at = asyncio.get_running_loop().time()
        self.seen.status = response.status
        if self.cancelling or not self._take(response):
            self.place.tasks.start(self._end())
            return
        self.media.speaker.on = True
        self.place.pacer.calls.add(self.media)

    def _take(self, response: Message) -> bool:
        """Whether its description is one that we can follow."""
        assert self.ours is not None
        try:
            self.take(sdp.parse(response.body), self.ours)
        except Malformed as error:
            self.seen.reason = str(error)
            return False
        return True

    async def _end(self) -> None:
        await self.hang_up()
