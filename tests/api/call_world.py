"""Memory twins of all that calls, pushes and the fleet need, and use cases over them."""

import dataclasses
import typing
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any, TypeVar

from adapters.memory.allotments import MemoryAllotments
from adapters.memory.arrival_webhook import MemoryArrivalWebhook
from adapters.memory.attempt_ledger import MemoryAttemptLedger
from adapters.memory.bot_store import MemoryBotStore
from adapters.memory.call_store import MemoryCallStore
from adapters.memory.carrier import BUSY, Callee, MemoryCarrier
from adapters.memory.clock import MemoryClock
from adapters.memory.core_gateway import MemoryCore, MemoryCoreGateway
from adapters.memory.crm_connection import MemoryCrmConnection
from adapters.memory.crm_target_store import MemoryCrmTargetStore
from adapters.memory.delivery_log import MemoryDeliveryLog
from adapters.memory.did_store import MemoryDidStore
from adapters.memory.dnc_list import MemoryDncList
from adapters.memory.event_log import MemoryEventLog
from adapters.memory.fleet_registry import MemoryFleetRegistry
from adapters.memory.ids import MemoryIds
from adapters.memory.leases import MemoryLeases
from adapters.memory.leg_journal import MemoryLegJournal
from adapters.memory.leg_ledger import MemoryLegLedger
from adapters.memory.number_plan import MemoryNumberPlan
from adapters.memory.object_store import MemoryObjectStore
from adapters.memory.rooms import MemoryRooms
from adapters.memory.secret_box import MemorySecretBox
from adapters.memory.telephony import MemoryTelephony
from adapters.memory.tokens import MemoryTokens
from adapters.memory.trunk_mirror import MemoryTrunkMirror
from adapters.memory.trunk_store import MemoryTrunkStore
from domain.bots.bot import Bot, BotSpec, BotVersion
from domain.ids import ApiKeyId, BotId, BrandId, CallId, ServerId, TrunkId, UserId
from domain.people.user import ApiKey
from domain.routing.fleet import CoreServer
from domain.routing.trunk import CarrierKind, Trunk
from ports.clock import Clock
from ports.settings import Settings
from ports.telephony import DialOrder

Case = TypeVar("Case")

BRAND = BrandId("default")
SECRET = "a secret for tests that is long enough"
WEBHOOK = MemoryArrivalWebhook("a-secret-that-the-media-server-knows")
BOT = BotId("bot_1")
KEY = ApiKeyId("key_1")
LISTENS = "+14155550101"
BUSY_LINE = "+14155550102"


@dataclass(slots=True, kw_only=True)
class World:
    """Use cases are made by `case`; a port may be replaced by setting it."""

    clock: Clock = field(default_factory=MemoryClock)
    ids: MemoryIds = field(default_factory=MemoryIds)
    calls: Any = field(default_factory=MemoryCallStore)
    bots: Any = field(default_factory=MemoryBotStore)
    attempts: Any = field(default_factory=MemoryAttemptLedger)
    dnc: Any = field(default_factory=MemoryDncList)
    events: Any = field(default_factory=MemoryEventLog)
    targets: Any = field(default_factory=MemoryCrmTargetStore)
    deliveries: Any = field(default_factory=MemoryDeliveryLog)
    fleet: Any = field(default_factory=MemoryFleetRegistry)
    trunks: Any = field(default_factory=MemoryTrunkStore)
    dids: Any = field(default_factory=MemoryDidStore)
    secret_box: Any = field(default_factory=MemorySecretBox)
    objects: Any = field(default_factory=MemoryObjectStore)
    cores: MemoryCoreGateway = field(default_factory=MemoryCoreGateway)
    crm: Any = None
    plan: MemoryNumberPlan = field(default_factory=MemoryNumberPlan)
    tokens: MemoryTokens = field(default_factory=lambda: MemoryTokens(SECRET))
    settings: Settings = field(default_factory=Settings)
    public_url: str = "https://cxb.example.com"
    allotments: Any = None
    leases: Any = None
    rooms: Any = None
    telephony: Any = None
    legs: Any = field(default_factory=MemoryLegLedger)
    trunk_mirror: MemoryTrunkMirror = field(default_factory=MemoryTrunkMirror)
    arrival_webhook: MemoryArrivalWebhook = WEBHOOK

    def __post_init__(self) -> None:
        self.allotments = self.allotments or MemoryAllotments(self.clock)
        self.leases = self.leases or MemoryLeases(self.clock)
        self.rooms = self.rooms or MemoryRooms(self.clock)
        self.crm = MemoryCrmConnection(self.clock)
        carrier = MemoryCarrier({LISTENS: Callee(), BUSY_LINE: BUSY}, self.clock)
        self.telephony = MemoryTelephony(self.rooms, lambda _: carrier, MemoryLegJournal(), self.clock)

    def case(self, kind: type[Case]) -> Case:
        """The use case over this world, with those that are its parts."""
        hints = typing.get_type_hints(kind)
        given = {}
        for part in dataclasses.fields(kind):  # type: ignore[arg-type]  # all use cases are dataclasses
            if part.default is dataclasses.MISSING and part.default_factory is dataclasses.MISSING:
                known = part.name in self.__dataclass_fields__
                given[part.name] = getattr(self, part.name) if known else self.case(hints[part.name])
        return kind(**given)

    async def core(self, name: str, *, capacity: int = 5, region: str = "", healthy: bool = True) -> MemoryCore:
        """A Core of the fleet that answers at `http://<name>`."""
        core = MemoryCore(server_id=ServerId(name), capacity=capacity)
        self.cores.cores[f"http://{name}"] = core
        server = CoreServer(id=ServerId(name), url=f"http://{name}", region=region)
        if healthy:
            server = server.beat(
                capacity=capacity, live=0, release="1", run=core.run, draining=False, at=self.clock.now()
            )
        await self.fleet.put(server)
        return core

    async def trunk(self, *, channels: int = 10, calls_per_second: float = 100.0, **changes: Any) -> Trunk:
        trunk = Trunk(
            id=TrunkId("trunk-1"),
            brand=BRAND,
            name="Trunk",
            carrier=CarrierKind.SIMULATED,
            channels=channels,
            calls_per_second=calls_per_second,
        )
        return typing.cast("Trunk", await self.trunks.add(dataclasses.replace(trunk, **changes)))

    async def bot(self, bot_id: BotId = BOT) -> Bot:
        """A bot with one published version."""
        now = self.clock.now()
        version = BotVersion(number=1, spec=BotSpec(prompt="Be kind."), published_at=now, published_by=UserId("u"))
        bot = Bot(id=bot_id, brand=BRAND, name="Ada", created_at=now, versions=(version,))
        return typing.cast("Bot", await self.bots.add(bot))

    async def dial_leg(self, call_id: CallId, to: str = LISTENS) -> None:
        """A leg for the call, as a Core would place it."""
        await self.rooms.open(call_id)
        order = DialOrder(
            call_id=call_id,
            brand=BRAND,
            room=call_id,
            trunk_id=TrunkId("trunk-1"),
            to=to,
            caller_number="+15005550006",
            ring_timeout=30.0,
            max_duration=300.0,
        )
        await self.telephony.dial(order)

    def key(self, key_id: ApiKeyId = KEY, brand: BrandId = BRAND) -> ApiKey:
        return ApiKey(id=key_id, brand=brand, name="CRM", prefix="p", key_hash="h", created_at=self.clock.now())


class Crash(Exception):
    """The process has died here."""


@dataclass(slots=True, kw_only=True)
class Crashes:
    """Ports that share a count of calls: the one numbered `at` raises, before it does anything or after it is done."""

    at: int
    after: bool
    error: Exception = field(default_factory=Crash)
    count: int = 0

    def around(self, port: Any) -> Any:
        """The port, which it no longer is from the outside: it counts, and raises when its turn has come."""
        return _Around(port, self)


class _Around:
    def __init__(self, port: Any, crashes: Crashes) -> None:
        self._port = port
        self._crashes = crashes

    def __getattr__(self, name: str) -> Callable[..., Awaitable[Any]]:
        method = getattr(self._port, name)

        async def call(*args: Any, **options: Any) -> Any:
            self._crashes.count += 1
            dies = self._crashes.count == self._crashes.at
            if dies and not self._crashes.after:
                raise self._crashes.error
            value = await method(*args, **options)
            if dies:
                raise self._crashes.error
            return value

        return call
