"""What the stand-in for livekit-sip is made of: LiveKit's rooms on one side, the SIP carrier on the other."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Final

import structlog
from dependency_injector import containers, providers

from adapters.livekit.phones import LiveKitPhones
from adapters.livekit.rooms import LiveKitRooms
from adapters.livekit.server import LiveKitServer
from adapters.sip.carrier import SipCarrier
from adapters.sip.ends import NOT_REACHED
from adapters.system.clock import SystemClock
from adapters.system.logging import configure_logging
from adapters.system.serving import serve, stop_on_signals
from domain.ids import TrunkId
from domain.routing.trunk import CarrierKind
from launcher.sip_stand_in.accounts import TrunkAccounts
from launcher.sip_stand_in.callers import Callers
from launcher.sip_stand_in.config import Config
from launcher.sip_stand_in.legs import Legs
from launcher.sip_stand_in.methods import methods
from launcher.sip_stand_in.participants import Participants
from launcher.sip_stand_in.trunks import Trunks
from launcher.sip_stand_in.twirp import TwirpApp
from ports.carrier import Carrier, Incoming, LegEnd, Progress
from ports.clock import Clock
from ports.errors import Unavailable
from ports.settings import Settings
from ports.telephony import DialOrder

NO_TRUNK: Final = TrunkId("")
LEARN_SECONDS: Final = 2.0
"""How long a change of trunks waits for the carrier to learn of it."""

log = structlog.get_logger()


class SipTrunks(Carrier):
    """The SIP carrier as the stand-in has it: there for every trunk, and frank about one that it does not reach."""

    kind = CarrierKind.SIP

    def __init__(self, carrier: SipCarrier, accounts: TrunkAccounts, clock: Clock) -> None:
        self._carrier = carrier
        self._accounts = accounts
        self._clock = clock

    def behind(self, _: TrunkId) -> Carrier:
        return self

    async def carry(self, order: DialOrder, progress: Progress) -> LegEnd:
        end = await self._carrier.carry(order, progress)
        if end == NOT_REACHED:
            raise Unavailable(end.reason)
        return end

    def arrivals(self) -> AsyncIterator[Incoming]:
        return self._carrier.arrivals()

    async def learned(self) -> None:
        """Returns once it knows the trunks as they are now: when it asks a second time, it has taken in the first."""
        wanted = self._accounts.asked + 2
        try:
            async with asyncio.timeout(LEARN_SECONDS):
                while self._accounts.asked < wanted:
                    self._carrier.behind(NO_TRUNK)  # one that it does not know makes it ask at once
                    await self._clock.sleep(0.01)
        except TimeoutError:
            log.warning("trunks_not_learned_yet")


def _kept(config: Config) -> Path | None:
    return Path(config.kept) if config.kept else None


class Container(containers.DeclarativeContainer):
    """Made without awaiting; `opened` opens what has to be."""

    config = providers.Dependency(instance_of=Config)
    clock = providers.Singleton(SystemClock)
    server = providers.Singleton(
        LiveKitServer, config.provided.ws_url, config.provided.api_key, config.provided.api_secret
    )
    phones = providers.Singleton(LiveKitPhones, server=server, clock=clock)
    rooms = providers.Singleton(LiveKitRooms, server)
    trunks = providers.Singleton(Trunks, providers.Callable(_kept, config))
    accounts = providers.Singleton(
        TrunkAccounts, trunks, listen_ip=config.provided.listen_ip, most=config.provided.most_calls
    )
    carrier = providers.Singleton(
        SipCarrier,
        accounts,
        clock,
        address=config.provided.listen_ip,
        port=config.provided.sip_port,
        rtp_ports=config.provided.rtp_port,
    )
    legs = providers.Singleton(Legs, phones, clock, config.provided.most_calls)
    sip_trunks = providers.Singleton(SipTrunks, carrier, accounts, clock)
    participants = providers.Singleton(Participants, legs=legs, trunks=trunks, carriers=sip_trunks.provided.behind)
    callers = providers.Singleton(Callers, legs=legs, trunks=trunks, rooms=rooms)
    app = providers.Singleton(
        TwirpApp,
        providers.Singleton(methods, trunks, participants, sip_trunks.provided.learned),
        config.provided.api_key,
        config.provided.api_secret,
    )
    serve = providers.Object(serve)
    stop_on_signals = providers.Object(stop_on_signals)


def configured(config: Config) -> Container:
    """This process logs from now on."""
    configure_logging("sip_stand_in", Settings())
    return Container(config=config)


@asynccontextmanager
async def opened(container: Container) -> AsyncIterator[None]:
    """Ready to be asked, and to be called. At the end all legs are hung up first."""
    async with AsyncExitStack() as stack:
        container.trunks().load()
        await stack.enter_async_context(container.server().running())
        await stack.enter_async_context(container.carrier().running())
        await stack.enter_async_context(container.legs().running())
        async with asyncio.TaskGroup() as group:
            calling = group.create_task(container.callers().run(container.sip_trunks()))
            try:
                yield
            finally:
                calling.cancel()
