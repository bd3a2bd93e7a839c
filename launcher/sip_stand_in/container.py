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
from adapters.system.clock import SystemClock
from adapters.system.logging import configure_logging
from adapters.system.serving import serve, stop_on_signals
from domain.ids import TrunkId
from launcher.sip_stand_in.accounts import TrunkAccounts
from launcher.sip_stand_in.callers import Callers
from launcher.sip_stand_in.config import Config
from launcher.sip_stand_in.legs import Legs
from launcher.sip_stand_in.methods import methods
from launcher.sip_stand_in.participants import Participants
from launcher.sip_stand_in.trunks import Trunks
from launcher.sip_stand_in.twirp import TwirpApp
from ports.carrier import Carrier
from ports.clock import Clock
from ports.settings import Settings

KNOWN_SECONDS: Final = 2.0
"""How long a new trunk waits for the carrier to know it."""

log = structlog.get_logger()


class OneCarrier:
    """The SIP carrier, whatever the trunk."""

    def __init__(self, carrier: SipCarrier, clock: Clock) -> None:
        self._carrier = carrier
        self._clock = clock

    def behind(self, _: TrunkId) -> Carrier:
        return self._carrier

    async def known(self, trunk_id: str) -> None:
        """Returns once it knows that trunk; whoever calls by it next is let in."""
        try:
            async with asyncio.timeout(KNOWN_SECONDS):
                while self._carrier.behind(TrunkId(trunk_id)) is None:  # which makes it look at once
                    await self._clock.sleep(0.01)
        except TimeoutError:
            log.warning("trunk_not_known_yet", trunk_id=trunk_id)


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
        TrunkAccounts, trunks=trunks, listen_ip=config.provided.listen_ip, most=config.provided.most_calls
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
    one_carrier = providers.Singleton(OneCarrier, carrier, clock)
    participants = providers.Singleton(Participants, legs=legs, trunks=trunks, carriers=one_carrier.provided.behind)
    callers = providers.Singleton(Callers, legs=legs, trunks=trunks, rooms=rooms)
    app = providers.Singleton(
        TwirpApp,
        providers.Singleton(methods, trunks, participants, one_carrier.provided.known),
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
            calling = group.create_task(container.callers().run(container.carrier()))
            try:
                yield
            finally:
                calling.cancel()
