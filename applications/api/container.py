"""What the API is made of: an adapter for every port, chosen by the settings, and the use cases over them.

A use case's fields are given the providers of the same names. Adapters of the embedded default are named as
strings and imported when they are chosen.
"""

import hashlib
import hmac
import importlib
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import MISSING, fields
from pathlib import Path
from typing import Any, TypeVar

from dependency_injector import containers, providers

from adapters.memory.allotments import MemoryAllotments
from adapters.memory.api_key_store import MemoryApiKeyStore
from adapters.memory.attempt_ledger import MemoryAttemptLedger
from adapters.memory.bot_store import MemoryBotStore
from adapters.memory.call_store import MemoryCallStore
from adapters.memory.campaign_store import MemoryCampaignStore
from adapters.memory.crm_target_store import MemoryCrmTargetStore
from adapters.memory.delivery_log import MemoryDeliveryLog
from adapters.memory.dnc_list import MemoryDncList
from adapters.memory.event_log import MemoryEventLog
from adapters.memory.fleet_registry import MemoryFleetRegistry
from adapters.memory.import_store import MemoryImportStore
from adapters.memory.lead_store import MemoryLeadStore
from adapters.memory.leases import MemoryLeases
from adapters.memory.trunk_store import MemoryTrunkStore
from adapters.memory.user_store import MemoryUserStore
from adapters.system.clock import SystemClock
from adapters.system.ids import SystemIds
from applications.api.http.doors import Doorman
from applications.api.throttle import Throttle
from applications.api.use_cases.add_dnc_numbers import AddDncNumbers
from applications.api.use_cases.begin_import import BeginImport
from applications.api.use_cases.change_password import ChangePassword
from applications.api.use_cases.change_plan import ChangePlan
from applications.api.use_cases.change_user import ChangeUser
from applications.api.use_cases.check_readiness import CheckReadiness
from applications.api.use_cases.create_api_key import CreateApiKey
from applications.api.use_cases.create_bot import CreateBot
from applications.api.use_cases.create_campaign import CreateCampaign
from applications.api.use_cases.create_first_administrator import CreateFirstAdministrator
from applications.api.use_cases.create_user import CreateUser
from applications.api.use_cases.edit_draft import EditDraft
from applications.api.use_cases.export_attempts import ExportAttempts
from applications.api.use_cases.find_dnc_number import FindDncNumber
from applications.api.use_cases.identify_key import IdentifyKey
from applications.api.use_cases.identify_person import IdentifyPerson
from applications.api.use_cases.log_in import LogIn
from applications.api.use_cases.log_out import LogOut
from applications.api.use_cases.move_bot import MoveBot
from applications.api.use_cases.move_campaign import MoveCampaign
from applications.api.use_cases.publish_bot import PublishBot
from applications.api.use_cases.remove_dnc_number import RemoveDncNumber
from applications.api.use_cases.restore_version import RestoreVersion
from applications.api.use_cases.revoke_api_key import RevokeApiKey
from applications.api.use_cases.run_imports import RunImports
from applications.api.use_cases.show_campaign import ShowCampaign
from applications.api.use_cases.start_campaign import StartCampaign
from applications.api.use_cases.start_due_campaigns import StartDueCampaigns
from ports.settings import Settings, Stores

Case = TypeVar("Case")


def named(path: str) -> Callable[..., Any]:
    """The class at `module.Name`, imported when it is first made."""

    def make(*args: Any, **options: Any) -> Any:
        module, _, name = path.rpartition(".")
        return getattr(importlib.import_module(module), name)(*args, **options)

    return make


def _pepper(settings: Settings) -> bytes:
    """A key of its own for API keys, so that no log-in token says anything about it."""
    return hmac.new(settings.jwt_secret.encode(), b"api keys", hashlib.sha256).digest()


def _in_data(name: str) -> providers.Provider[Path]:
    return providers.Callable(lambda settings: Path(settings.data) / name, SETTINGS)


SETTINGS = providers.Dependency(instance_of=Settings)
CLOCK = providers.Singleton(SystemClock)
FILE: providers.Provider[Any] = providers.Singleton(named("adapters.sqlite.file.SqliteFile"), _in_data("cxb.sqlite"))


def _stored(memory: Callable[..., Any], sqlite: str, **needs: Any) -> providers.Provider[Any]:
    """A store in memory, which may need more of us, or in the file."""
    return providers.Selector(
        providers.Callable(lambda settings: settings.stores.value, SETTINGS),
        memory=providers.Singleton(memory, **needs),
        sqlite=providers.Singleton(named(f"adapters.sqlite.{sqlite}"), FILE),
    )


class Ports(containers.DeclarativeContainer):
    """One provider a port, under the name that use cases know it by."""

    settings = SETTINGS
    clock = CLOCK
    file = FILE
    ids = providers.Singleton(SystemIds)
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
    fleet = _stored(MemoryFleetRegistry, "fleet_registry.SqliteFleetRegistry")
    events = _stored(MemoryEventLog, "event_log.SqliteEventLog")
    targets = _stored(MemoryCrmTargetStore, "crm_target_store.SqliteCrmTargetStore")
    deliveries = _stored(MemoryDeliveryLog, "delivery_log.SqliteDeliveryLog")
    allotments = _stored(MemoryAllotments, "allotments.SqliteAllotments", clock=CLOCK)
    leases = _stored(MemoryLeases, "leases.SqliteLeases", clock=CLOCK)
    objects = providers.Singleton(
        named("adapters.directory.object_store.DirectoryObjectStore"),
        _in_data("objects"),
    )
    passwords = providers.Singleton(named("adapters.argon2.password_hasher.Argon2PasswordHasher"))
    tokens = providers.Singleton(named("adapters.jwt.tokens.JwtTokens"), settings.provided.jwt_secret)
    plan = providers.Singleton(named("adapters.phonenumbers.number_plan.PhonenumbersNumberPlan"))
    crm = providers.Singleton(
        named("adapters.webhook.crm_connection.WebhookCrmConnection"), settings.provided.private_targets
    )
    cores = providers.Singleton(named("adapters.http.core_gateway.HttpCoreGateway"), settings.provided.core_secret)
    rooms = providers.Singleton(
        named("adapters.exchange.rooms.ExchangeRooms"), settings.provided.exchange_url, settings.provided.core_secret
    )

    pepper = providers.Callable(_pepper, settings)
    public_url = settings.provided.public_url
    core_secret = settings.provided.core_secret
    session_minutes = settings.provided.session_minutes
    email = settings.provided.admin_email
    throttle = providers.Singleton(Throttle, clock=clock)


def wired(case: type[Case], **others: Any) -> providers.Factory[Case]:
    """The use case over the ports that its fields name; `others` are fields that no port has the name of."""
    needed = (each for each in fields(case) if each.default is each.default_factory is MISSING)  # type: ignore[arg-type]
    given = {each.name: getattr(Ports, each.name) for each in needed if each.name not in others}
    return providers.Factory(case, **given, **others)


class Container(Ports):
    """The API's use cases, by area."""

    # people
    identify_person = wired(IdentifyPerson)
    identify_key = wired(IdentifyKey)
    doorman = wired(Doorman, identify_person=identify_person, identify_key=identify_key)
    check_readiness = wired(CheckReadiness)
    log_in = wired(LogIn)
    log_out = wired(LogOut)
    change_password = wired(ChangePassword)
    create_user = wired(CreateUser)
    change_user = wired(ChangeUser)
    create_first_administrator = wired(CreateFirstAdministrator, create_user=create_user)
    create_api_key = wired(CreateApiKey)
    revoke_api_key = wired(RevokeApiKey)

    # bots
    create_bot = wired(CreateBot)
    edit_draft = wired(EditDraft)
    publish_bot = wired(PublishBot)
    restore_version = wired(RestoreVersion)
    move_bot = wired(MoveBot)

    # campaigns
    create_campaign = wired(CreateCampaign)
    show_campaign = wired(ShowCampaign)
    change_plan = wired(ChangePlan)
    move_campaign = wired(MoveCampaign)
    start_campaign = wired(StartCampaign)
    start_due_campaigns = wired(StartDueCampaigns, start_campaign=start_campaign)
    export_attempts = wired(ExportAttempts)

    # leads and numbers not to call
    begin_import = wired(BeginImport)
    run_imports = wired(RunImports)
    add_dnc_numbers = wired(AddDncNumbers)
    find_dnc_number = wired(FindDncNumber)
    remove_dnc_number = wired(RemoveDncNumber)


def container_of(settings: Settings) -> Container:
    return Container(settings=providers.Object(settings))


def configured() -> Container:
    """The container by the settings of this process. Raises InvalidValue that names every wrong one."""
    return container_of(named("adapters.environment.settings.EnvironmentSettings")().load())


@asynccontextmanager
async def opened(container: Container) -> AsyncIterator[None]:
    """Everything that must be opened is, until the context ends."""
    async with AsyncExitStack() as stack:
        if container.settings().stores is Stores.SQLITE:
            await stack.enter_async_context(container.file())
        stack.push_async_callback(container.cores().aclose)
        yield
