"""What the API is made of: an adapter for every port, chosen by the settings.

Providers have the names of use cases' fields (`cases.py` puts them together). Adapters of the embedded default are
named as strings, and imported when they are chosen.
"""

import hashlib
import hmac
import importlib
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any, NoReturn

from dependency_injector import containers, providers

from adapters.asgi.front import Front
from adapters.codec.setting_value import networks
from adapters.memory.allotments import MemoryAllotments
from adapters.memory.api_key_store import MemoryApiKeyStore
from adapters.memory.arrival_webhook import MemoryArrivalWebhook
from adapters.memory.attempt_ledger import MemoryAttemptLedger
from adapters.memory.bot_store import MemoryBotStore
from adapters.memory.call_store import MemoryCallStore
from adapters.memory.campaign_store import MemoryCampaignStore
from adapters.memory.crm_target_store import MemoryCrmTargetStore
from adapters.memory.delivery_log import MemoryDeliveryLog
from adapters.memory.did_store import MemoryDidStore
from adapters.memory.dnc_list import MemoryDncList
from adapters.memory.event_log import MemoryEventLog
from adapters.memory.fleet_registry import MemoryFleetRegistry
from adapters.memory.import_store import MemoryImportStore
from adapters.memory.lead_store import MemoryLeadStore
from adapters.memory.leases import MemoryLeases
from adapters.memory.leg_journal import MemoryLegJournal
from adapters.memory.leg_ledger import MemoryLegLedger
from adapters.memory.object_store import MemoryObjectStore
from adapters.memory.rooms import MemoryRooms
from adapters.memory.telephony import MemoryTelephony
from adapters.memory.trunk_mirror import NoTrunkMirror
from adapters.memory.trunk_store import MemoryTrunkStore
from adapters.memory.user_store import MemoryUserStore
from adapters.opentelemetry.chosen import tracing_to
from adapters.prometheus.metrics import PrometheusMetrics
from adapters.system.clock import SystemClock
from adapters.system.ids import SystemIds
from adapters.system.logging import configure_logging
from adapters.system.serving import serve, stop_on_signals
from applications.api.throttle import Throttle
from ports.errors import Refused
from ports.settings import Media, Settings, Stores


def named(path: str) -> Callable[..., Any]:
    """The class at `module.Name`, imported when it is first made."""

    def make(*args: Any, **options: Any) -> Any:
        module, _, name = path.rpartition(".")
        return getattr(importlib.import_module(module), name)(*args, **options)

    return make


def _pepper(settings: Settings) -> bytes:
    """A key of its own for API keys, so that no log-in token says anything about it."""
    return hmac.new(settings.jwt_secret.encode(), b"api keys", hashlib.sha256).digest()


def _keys(text: str) -> list[str]:
    return [key.strip() for key in text.split(",") if key.strip()]


def _in_data(name: str) -> providers.Provider[Path]:
    return providers.Callable(lambda settings: Path(settings.data) / name, SETTINGS)


SETTINGS = providers.Dependency(instance_of=Settings)
CLOCK = providers.Singleton(SystemClock)
FILE: providers.Provider[Any] = providers.Singleton(named("adapters.sqlite.file.SqliteFile"), _in_data("cxb.sqlite"))


def _chosen(setting: str, **choices: providers.Provider[Any]) -> providers.Provider[Any]:
    """Of the adapters, the one that the setting names; looked up once, as use cases are made for each request."""
    return providers.Selector(
        providers.Singleton(lambda settings: getattr(settings, setting).value, SETTINGS), **choices
    )


def _no_carrier(_: object) -> NoReturn:
    raise Refused("media in memory reach nobody outside this process", reason="no_carrier")


def _stored(memory: Callable[..., Any], sqlite: str, **needs: Any) -> providers.Provider[Any]:
    """A store in memory or in the file; `needs` are what it asks for beyond that."""
    return _chosen(
        "stores",
        memory=providers.Singleton(memory, **needs),
        sqlite=providers.Singleton(named(f"adapters.sqlite.{sqlite}"), FILE, **needs),
    )


class Container(containers.DeclarativeContainer):
    """One provider a port or a setting."""

    settings = SETTINGS
    clock = CLOCK
    file = FILE
    ids = providers.Singleton(SystemIds)
    metrics = providers.Singleton(PrometheusMetrics)
    tracing = providers.Singleton(tracing_to, "api", settings.provided.traces_url)
    users = _stored(MemoryUserStore, "user_store.SqliteUserStore")
    api_keys = _stored(MemoryApiKeyStore, "api_key_store.SqliteApiKeyStore")
    bots = _stored(MemoryBotStore, "bot_store.SqliteBotStore")
    campaigns = _stored(MemoryCampaignStore, "campaign_store.SqliteCampaignStore")
    leads = _stored(MemoryLeadStore, "lead_store.SqliteLeadStore")
    imports = _stored(MemoryImportStore, "import_store.SqliteImportStore")
    attempts = _stored(MemoryAttemptLedger, "attempt_ledger.SqliteAttemptLedger")
    calls = _stored(MemoryCallStore, "call_store.SqliteCallStore")
    dnc = _stored(MemoryDncList, "dnc_list.SqliteDncList")
    trunks = _stored(MemoryTrunkStore, "trunk_store.SqliteTrunkStore")
    dids = _stored(MemoryDidStore, "did_store.SqliteDidStore")
    fleet = _stored(MemoryFleetRegistry, "fleet_registry.SqliteFleetRegistry")
    events = _stored(MemoryEventLog, "event_log.SqliteEventLog")
    targets = _stored(MemoryCrmTargetStore, "crm_target_store.SqliteCrmTargetStore")
    deliveries = _stored(MemoryDeliveryLog, "delivery_log.SqliteDeliveryLog")
    allotments = _stored(MemoryAllotments, "allotments.SqliteAllotments", clock=CLOCK)
    leases = _stored(MemoryLeases, "leases.SqliteLeases", clock=CLOCK)
    objects = _chosen(
        "stores",
        memory=providers.Singleton(MemoryObjectStore),
        sqlite=providers.Singleton(named("adapters.directory.object_store.DirectoryObjectStore"), _in_data("objects")),
    )
    passwords = providers.Singleton(named("adapters.argon2.password_hasher.Argon2PasswordHasher"))
    tokens = providers.Singleton(named("adapters.jwt.tokens.JwtTokens"), settings.provided.jwt_secret)
    secret_box = providers.Singleton(
        named("adapters.aesgcm.secret_box.AesGcmSecretBox"), providers.Callable(_keys, settings.provided.secrets_key)
    )
    plan = providers.Singleton(named("adapters.phonenumbers.number_plan.PhonenumbersNumberPlan"))
    crm = providers.Singleton(
        named("adapters.webhook.crm_connection.WebhookCrmConnection"),
        CLOCK,
        allowed=providers.Callable(networks, settings.provided.private_targets),
    )
    cores = providers.Singleton(
        named("adapters.http.core_gateway.HttpCoreGateway"), settings.provided.core_secret, tracing=tracing
    )
    exchange = providers.Singleton(
        named("adapters.exchange.connection.ExchangeConnection"),
        settings.provided.exchange_url,
        settings.provided.core_secret,
        CLOCK,
    )
    legs = _stored(MemoryLegLedger, "leg_ledger.SqliteLegLedger")
    livekit_key = (settings.provided.livekit_key, settings.provided.livekit_secret)
    livekit = providers.Singleton(
        named("adapters.livekit.server.LiveKitServer"), settings.provided.livekit_url, *livekit_key
    )
    livekit_sip = providers.Singleton(
        named("adapters.livekit.sip_client.LiveKitSip"), settings.provided.livekit_sip, *livekit_key
    )
    memory_rooms = providers.Singleton(MemoryRooms, CLOCK)
    rooms = _chosen(
        "media",
        memory=memory_rooms,
        livekit=providers.Singleton(named("adapters.livekit.rooms.LiveKitRooms"), livekit),
        exchange=providers.Singleton(named("adapters.exchange.rooms.ExchangeRooms"), exchange),
    )
    telephony = _chosen(
        "media",
        memory=providers.Singleton(
            MemoryTelephony, memory_rooms, _no_carrier, providers.Singleton(MemoryLegJournal), CLOCK
        ),
        exchange=providers.Singleton(named("adapters.exchange.telephony.ExchangeTelephony"), exchange),
        livekit=providers.Singleton(
            named("adapters.livekit.telephony.LiveKitTelephony"),
            livekit,
            livekit_sip,
            legs,
            CLOCK,
            authoritative=True,  # Diallers write into this ledger, and we do before a Core is asked to dial
        ),
    )

    trunk_mirror = _chosen(
        "media",
        memory=providers.Singleton(NoTrunkMirror),
        exchange=providers.Singleton(NoTrunkMirror),
        livekit=providers.Singleton(named("adapters.livekit.trunk_mirror.LiveKitTrunkMirror"), livekit_sip),
    )
    arrival_webhook = _chosen(
        "media",
        memory=providers.Singleton(MemoryArrivalWebhook, settings.provided.livekit_secret),
        exchange=providers.Singleton(MemoryArrivalWebhook, ""),  # the exchange tells by a door of its own
        livekit=providers.Singleton(named("adapters.livekit.arrival_webhook.LiveKitArrivalWebhook"), *livekit_key),
    )
    pepper = providers.Callable(_pepper, settings)
    public_url = settings.provided.public_url
    core_secret = settings.provided.core_secret
    session_minutes = settings.provided.session_minutes
    email = settings.provided.admin_email
    throttle = providers.Singleton(Throttle, clock=clock)
    front = providers.Singleton(
        Front,
        metrics=metrics,
        tracing=tracing,
        clock=CLOCK,
        secret=settings.provided.core_secret,
        most=settings.provided.api_requests,
    )


def container_of(settings: Settings) -> Container:
    return Container(settings=settings)


def configured() -> Container:
    """The container by the settings of this process, which logs by them from now on. Raises InvalidValue that names
    every setting that is wrong."""
    settings = named("adapters.environment.settings.EnvironmentSettings")().load()
    configure_logging("api", settings)
    return container_of(settings)


@asynccontextmanager
async def opened(container: Container) -> AsyncIterator[None]:
    """Everything that must be opened is, until the context ends."""
    async with AsyncExitStack() as stack:
        stack.push_async_callback(container.tracing().aclose)
        if container.settings().stores is Stores.SQLITE:
            await container.file().open()
            stack.push_async_callback(container.file().aclose)
        if container.settings().media is Media.EXCHANGE:
            await stack.enter_async_context(container.exchange().running())
        if container.settings().media is Media.LIVEKIT:
            for part in (container.livekit(), container.livekit_sip(), container.telephony()):
                await stack.enter_async_context(part.running())
        stack.push_async_callback(container.cores().aclose)
        stack.push_async_callback(container.crm().aclose)
        yield


async def serve_until_told(container: Container, app: Any) -> None:
    """Until SIGINT or SIGTERM. Raises OSError when the port is taken."""
    settings = container.settings()
    front, metrics = container.front()(app), container.metrics()
    await serve(front, host=settings.host, port=settings.api_port, stopping=stop_on_signals(), metrics=metrics)
