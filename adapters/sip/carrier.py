"""Calls through SIP trunks, by the library baresip (docs/adr/0011-sip-by-baresip.md)."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import structlog

from adapters.sip.call import SipCall, Step
from adapters.sip.door import Door
from adapters.sip.ends import LINE_LOST, NOT_REACHED
from adapters.sip.local_address import address_towards
from adapters.sip.stack import SipPlace
from adapters.sip.station import Station
from adapters.sip.talk import talk
from adapters.sip.ticker import Ticker
from adapters.sip.trunks import Trunks
from domain.ids import TrunkId
from domain.routing.trunk import CarrierKind
from ports.carrier import Carrier, Incoming, LegEnd, Progress, Refer
from ports.carrier_desk import CarrierDesk
from ports.clock import Clock
from ports.errors import NotFound, PortError, Refused, Unavailable
from ports.messages.sip import SipAccount
from ports.telephony import DialOrder

log = structlog.get_logger()


class SipCarrier(Carrier):
    """Carries while `running` does. There is no socket before there is a SIP trunk.

    What a trunk sends before the answer (early media: ringing tones, announcements) is heard by nobody: a room has a
    callee only from the answer on. An empty `address` is that of the interface towards the first trunk.
    """

    kind = CarrierKind.SIP

    def __init__(self, desk: CarrierDesk, clock: Clock, *, address: str, port: int, rtp_ports: str) -> None:
        self._clock = clock
        self._address = address
        self._port = port
        self._rtp_ports = rtp_ports
        self._trunks = Trunks(desk, clock)
        self._ticker = Ticker(clock)
        self._door = Door(self._trunks, self._ticker, self._referring)
        self._looking = asyncio.Lock()
        self._tasks: asyncio.TaskGroup | None = None
        self._station: Station | None = None

    @property
    def is_open(self) -> bool:
        """Whether it has a socket: not before there is a trunk, nor while its port is somebody else's."""
        return self._station is not None

    def behind(self, trunk_id: TrunkId) -> "SipCarrier | None":
        """Itself, when it knows that trunk; otherwise it asks the API at once, for whoever tries again."""
        if trunk_id in self._trunks.accounts:
            return self
        self._trunks.ask_soon()
        return None

    @asynccontextmanager
    async def running(self) -> AsyncIterator["SipCarrier"]:
        tasks = asyncio.TaskGroup()
        await tasks.__aenter__()  # by hand, so that an error of our caller's stays itself and is put into no group
        self._tasks = tasks
        await self._look(tasks)
        moving = [tasks.create_task(self._keep_looking(tasks)), tasks.create_task(self._ticker.run())]
        try:
            yield self
        finally:
            self._tasks = None
            for task in moving:
                task.cancel()
            if self._station is not None:
                await self._station.aclose()
            await tasks.__aexit__(None, None, None)

    async def carry(self, order: DialOrder, progress: Progress) -> LegEnd:
        account = await self._account(order.trunk_id)
        try:
            call = await self._open_station().dial(account, order)
        except PortError as error:
            log.warning("sip_not_dialled", call_id=order.call_id, trunk_id=order.trunk_id, error=type(error).__name__)
            return NOT_REACHED
        try:
            return await self._carry(call, account.trunk_id, progress)
        finally:
            await call.hang_up()

    def arrivals(self) -> AsyncIterator[Incoming]:
        return self._door.arrivals()

    async def _carry(self, call: SipCall, trunk_id: TrunkId, progress: Progress) -> LegEnd:
        rang = False
        while (step := await call.steps.get()) is not Step.OVER:
            if step is Step.ANSWERED:
                link = await progress.answered(self._referring(call, trunk_id))
                try:
                    return await talk(call, link, self._ticker)
                finally:
                    await link.leave()
            elif not rang:
                rang = True
                await progress.ringing()
        return call.end or LINE_LOST

    async def _account(self, trunk_id: TrunkId) -> SipAccount:
        """Raises Refused when nobody knows that trunk."""
        if trunk_id not in self._trunks.accounts and self._tasks is not None:
            await self._look(self._tasks)
        if trunk_id not in self._trunks.accounts:
            raise Refused(f"no SIP account for trunk {trunk_id}", reason="trunk")
        return self._trunks.accounts[trunk_id]

    def _open_station(self) -> Station:
        if self._station is None:
            raise Unavailable("the SIP stack is not open")
        return self._station

    def _referring(self, call: SipCall, trunk_id: TrunkId) -> Refer:
        async def refer(to: str) -> None:
            account = self._trunks.accounts.get(trunk_id)
            if account is None:
                raise NotFound("its trunk is gone")
            await call.refer(f"sip:{to}@{account.sip.host}")

        return refer

    async def _keep_looking(self, tasks: asyncio.TaskGroup) -> None:
        while True:
            await self._trunks.wait()
            await self._look(tasks)

    async def _look(self, tasks: asyncio.TaskGroup) -> None:
        """What the API knows holds from now on."""
        async with self._looking:
            await self._trunks.ask()
            if self._station is None and self._trunks.accounts:
                await self._open(tasks)
            if self._station is not None:
                await self._station.follow(self._trunks.accounts.values(), tasks)

    async def _open(self, tasks: asyncio.TaskGroup) -> None:
        """With the first trunk. What fails is tried again at the next look."""
        towards = self._trunks.some_address()
        if towards is None:
            return
        station = Station(self._clock, lambda call: self._come(call, tasks))
        try:
            address = self._address or address_towards(towards)
            await station.open(SipPlace(address=address, port=self._port, rtp_ports=self._rtp_ports))
        except (PortError, OSError) as error:
            log.warning("sip_not_open", port=self._port, error=str(error.__cause__ or error))
        else:
            self._station = station

    def _come(self, call: SipCall, tasks: asyncio.TaskGroup) -> None:
        if self._station is None or self._tasks is None:
            tasks.create_task(call.hang_up())
        else:
            tasks.create_task(self._door.receive(call, self._station.sources))
