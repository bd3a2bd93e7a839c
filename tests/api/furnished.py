"""A brand with one of everything, and for each operation of the API a request that succeeds there."""

from collections.abc import AsyncIterator, Mapping
from copy import deepcopy
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any, Final

import msgspec

from adapters.memory.core_gateway import MemoryCore
from applications.api.container import Container
from applications.api.keys import make_key
from applications.api.sessions import open_session
from applications.api.trunk_password import about_password
from applications.api.use_cases.link_recording import PURPOSE
from contract_tests.ports import specimens
from domain.bots.bot import BotSpec, BotState, BotVersion
from domain.calls.call import Call, CallState, Direction, Origin
from domain.calls.outcome import Outcome
from domain.calls.result import EndedBy, Recording, ResultSource
from domain.calls.room import Invitation
from domain.campaigns.campaign import CampaignPlan, CampaignState
from domain.campaigns.lead_import import ImportState, RowError, RowFault
from domain.campaigns.number_pool import CallerNumber, NumberPool
from domain.crm.delivery import DeliveryState
from domain.ids import ApiKeyId, BotId, BrandId, CallId, CampaignId, ServerId, TrunkId, UserId
from domain.people.user import Role
from domain.routing.did import Did
from domain.routing.sip import SipSettings
from domain.routing.trunk import CarrierKind
from ports.dnc_list import DncEntry
from ports.messages.core import Attach
from ports.messages.results import ResultPackage
from ports.tokens import Claims
from tests.api.conftest import PASSWORD

STORES: Final = (
    "users",
    "api_keys",
    "bots",
    "campaigns",
    "leads",
    "imports",
    "attempts",
    "calls",
    "dnc",
    "trunks",
    "dids",
    "fleet",
    "events",
    "targets",
    "deliveries",
    "allotments",
    "leases",
    "objects",
    "cores",
    "crm",
    "throttle",
)
"""What a request may change."""

ROLES: Final = {"admin": Role.ADMIN, "viewer": Role.VIEWER}
KEYS: Final = {
    "good": {},
    "spare": {},
    "revoked": {"revoked_at": specimens.NOON},
    "expired": {"expires_at": specimens.NOON},
}
OUR_NUMBER: Final = "+14155550160"
THEIR_NUMBER: Final = "+14155550170"
SOUND: Final = bytes(range(256)) * 8
SPEC: Final = BotSpec(prompt="Be kind.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Good:
    """A request that succeeds. Names in the path are those of the brand's own things."""

    path: Mapping[str, str] = field(default_factory=dict)
    query: Mapping[str, Any] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    body: Any = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Furnished:
    """What `furnish` put there. `mark` ends the names of all that belongs to the brand."""

    brand: BrandId
    mark: str
    tokens: Mapping[str, str]
    keys: Mapping[str, str]
    recording_token: str

    def good(self) -> dict[str, Good]:
        return good_requests(self.mark, self.brand)


async def furnish(container: Container, brand: BrandId, mark: str = "") -> Furnished:
    await _people(container, brand, mark)
    await _bots(container, brand, mark)
    await _campaigns(container, brand, mark)
    await _calls(container, brand, mark)
    await _integrations(container, brand, mark)
    now, tokens = container.clock().now(), container.tokens()
    users = {name: await container.users().get(brand, UserId(f"usr_{name}{mark}")) for name in ROLES}
    until = now + timedelta(days=7)
    claims = Claims(purpose=PURPOSE, subject=f"cal_done{mark}", brand=brand, expires_at=until)
    return Furnished(
        brand=brand,
        mark=mark,
        tokens={name: open_session(user, tokens, at=now, minutes=60 * 24).token for name, user in users.items()},
        keys={name: _key(name, mark).text for name in KEYS},
        recording_token=tokens.issue(claims),
    )


def _key(name: str, mark: str) -> Any:
    return make_key(f"{name}{mark}")


async def _people(container: Container, brand: BrandId, mark: str) -> None:
    hashed = await container.passwords().hash(PASSWORD)
    for name, role in {**ROLES, "spare": Role.VIEWER}.items():
        user = specimens.user(1, id=UserId(f"usr_{name}{mark}"), brand=brand, role=role, password_hash=hashed)
        await container.users().add(replace(user, email=f"{name}{mark}@example.com"))
    for name, changes in KEYS.items():
        parts = _key(name, mark)
        key = specimens.api_key(1, id=ApiKeyId(f"key_{name}{mark}"), brand=brand, prefix=parts.prefix, **changes)
        await container.api_keys().add(replace(key, key_hash=parts.hash(container.pepper())))


async def _bots(container: Container, brand: BrandId, mark: str) -> None:
    version = BotVersion(number=1, spec=SPEC, published_at=specimens.NOON, published_by=UserId(f"usr_admin{mark}"))
    for name, state in (("live", BotState.ACTIVE), ("away", BotState.ARCHIVED)):
        bot = specimens.bot(1, id=BotId(f"bot_{name}{mark}"), brand=brand, draft=SPEC, versions=(version,), state=state)
        await container.bots().add(bot)


async def _campaigns(container: Container, brand: BrandId, mark: str) -> None:
    ahead = container.clock().now() + timedelta(days=1)
    plan = CampaignPlan(numbers=NumberPool(numbers=(CallerNumber(e164="+14155550199"),)), starts_at=ahead)
    for state in CampaignState:
        campaign = specimens.campaign(
            1, id=CampaignId(f"cmp_{state.value}{mark}"), brand=brand, bot_id=BotId(f"bot_live{mark}")
        )
        await container.campaigns().add(replace(campaign, plan=plan, state=state, bot_version=1))
    running = CampaignId(f"cmp_running{mark}")
    lead = specimens.lead(1, id=f"led_1{mark}", brand=brand, campaign_id=running)
    await container.leads().add([lead])
    await container.attempts().open(
        specimens.attempt(
            1, id=f"led_1{mark}.1", brand=brand, campaign_id=running, lead_id=lead.id, call_id=f"cal_live{mark}"
        )
    )
    errors = (RowError(line=3, fault=RowFault.BAD_VALUE, column="priority", value="=1+1"),)
    done = specimens.lead_import(1, id=f"imp_1{mark}", brand=brand, campaign_id=running, state=ImportState.DONE)
    await container.imports().add(replace(done, errors=errors, faults={RowFault.BAD_VALUE: 1}))


async def _sound() -> AsyncIterator[bytes]:
    yield SOUND


async def _calls(container: Container, brand: BrandId, mark: str) -> None:
    kept = await container.objects().put(f"recordings/{brand}/done.wav", _sound())
    recording = Recording(key=kept.key, backend="memory", seconds=1.0, size=kept.size, sha256=kept.sha256)
    changes: dict[str, dict[str, Any]] = {
        "planned": {},
        "live": {"state": CallState.LIVE, "server_id": ServerId("core-1"), "live_at": specimens.NOON},
        "crm": {"direction": Direction.API, "origin": Origin(external_id="=1+1")},
        "done": {},
    }
    for name, change in changes.items():
        call = specimens.call(1, id=CallId(f"cal_{name}{mark}"), brand=brand, bot_id=BotId(f"bot_live{mark}"))
        stored: Call = await container.calls().add(replace(call, **change))
        if name == "done":
            await container.calls().save(stored.conclude(specimens.result(recording=recording)))


async def _integrations(container: Container, brand: BrandId, mark: str) -> None:
    await container.targets().add(specimens.target(1, id=f"tgt_1{mark}", brand=brand))
    delivery = specimens.delivery(1, id=f"dlv_1{mark}", brand=brand, target_id=f"tgt_1{mark}")
    await container.deliveries().add(replace(delivery, state=DeliveryState.DEAD, call_id=CallId(f"cal_done{mark}")))
    await container.dnc().add([DncEntry(brand=brand, phone="+14155550111", source="upload", added_at=specimens.NOON)])
    await container.events().append([specimens.event(1, id=f"ev_1{mark}", brand=brand)])
    await container.trunks().add(specimens.trunk(1, id=f"trk_1{mark}", brand=brand))
    for name in ("sip", "idle"):
        sip = SipSettings(host="sip.example.com", username="cxb", register=True)
        trunk = specimens.trunk(2, id=f"trk_{name}{mark}", brand=brand, carrier=CarrierKind.SIP, sip=sip)
        sealed = container.secret_box().seal("open sesame", about=about_password(brand, trunk.id))
        await container.trunks().add(replace(trunk, sealed_password=sealed, prefixes=("+44",)))
    number = OUR_NUMBER if not mark else THEIR_NUMBER
    trunk_id = TrunkId(f"trk_sip{mark}")
    await container.dids().add(Did(number=number, brand=brand, bot_id=BotId(f"bot_live{mark}"), trunk_id=trunk_id))


async def furnish_fleet(container: Container) -> None:
    """Two Cores, which serve every brand: one with a live call of each, one idle."""
    core = MemoryCore(server_id=ServerId("core-1"))
    invitation = Invitation(url="ws://127.0.0.1:1", room="r", party="core", token="t")
    for mark in ("", "_x"):
        call_id = CallId(f"cal_live{mark}")
        core.calls[call_id] = Attach(call_id=call_id, brand=BrandId("b"), bot_id=BotId("b"), invitation=invitation)
    container.cores().cores["http://core-1"] = core
    for name in ("core-1", "core-idle"):
        server = specimens.server(1, id=ServerId(name), url=f"http://{name}")
        now = container.clock().now()
        seen = server.beat(capacity=10, live=0, release="1", run=core.run, draining=False, at=now)
        await container.fleet().put(seen if name == "core-1" else server)


def good_requests(mark: str, brand: BrandId) -> dict[str, Good]:
    """By the operation's id. The order of a life: what is asked for first is there."""
    campaign = {name.value: {"campaign_id": f"cmp_{name.value}{mark}"} for name in CampaignState}
    bot, away = {"bot_id": f"bot_live{mark}"}, {"bot_id": f"bot_away{mark}"}
    done, live = {"call_id": f"cal_done{mark}"}, {"call_id": f"cal_live{mark}"}
    target, delivery = {"target_id": f"tgt_1{mark}"}, {"delivery_id": f"dlv_1{mark}"}
    number = {"phone": "+14155550111"}
    did = {"number": THEIR_NUMBER if mark else OUR_NUMBER}
    return {
        "healthz": Good(),
        "readyz": Good(),
        "logIn": Good(body={"email": "admin@example.com", "password": PASSWORD}),
        "logOut": Good(),
        "me": Good(),
        "changePassword": Good(body={"current": PASSWORD, "new": "another good password"}),
        "listUsers": Good(query={"limit": 2}),
        "createUser": Good(body={"email": "new@example.com", "password": PASSWORD, "role": "admin"}),
        "changeUser": Good(path={"user_id": f"usr_spare{mark}"}, body={"active": False}),
        "listApiKeys": Good(),
        "createApiKey": Good(body={"name": "Another CRM"}),
        "revokeApiKey": Good(path={"key_id": f"key_spare{mark}"}),
        "listBots": Good(query={"state": "active"}),
        "createBot": Good(body={"name": "Ada", "draft": {"prompt": "Be kind."}}),
        "getBot": Good(path=bot),
        "editDraft": Good(path=bot, body={"version": 0, "draft": {"prompt": "Be brief."}}),
        "publishBot": Good(path=bot),
        "listVersions": Good(path=bot),
        "restoreVersion": Good(path=bot, body={"version_number": 1}),
        "archiveBot": Good(path=bot),
        "unarchiveBot": Good(path=away),
        "listCampaigns": Good(),
        "createCampaign": Good(body={"name": "Spring", "bot_id": f"bot_live{mark}"}),
        "getCampaign": Good(path=campaign["running"]),
        "changePlan": Good(path=campaign["running"], body={"plan": {"pacing": {"concurrency": 5}}}),
        "startCampaign": Good(path=campaign["draft"], body={"bot_version": 1}),
        "scheduleCampaign": Good(path=campaign["draft"]),
        "unscheduleCampaign": Good(path=campaign["scheduled"]),
        "pauseCampaign": Good(path=campaign["running"]),
        "drainCampaign": Good(path=campaign["running"]),
        "completeCampaign": Good(path=campaign["running"]),
        "archiveCampaign": Good(path=campaign["completed"]),
        "listImports": Good(path=campaign["running"]),
        "importLeads": Good(path=campaign["running"], query={"region": "US"}, body=b"phone\n+14155550101\n"),
        "getImport": Good(path={"import_id": f"imp_1{mark}"}),
        "listRowErrors": Good(path={"import_id": f"imp_1{mark}"}),
        "downloadRowErrors": Good(path={"import_id": f"imp_1{mark}"}),
        "listLeads": Good(path=campaign["running"], query={"state": "waiting"}),
        "getLead": Good(path={"lead_id": f"led_1{mark}"}),
        "listDncNumbers": Good(),
        "addDncNumbers": Good(body={"phones": ["+14155550112"]}),
        "findDncNumber": Good(body=number),
        "removeDncNumber": Good(body=number),
        "listAttempts": Good(path=campaign["running"], query={"state": "opened"}),
        "downloadAttempts": Good(path=campaign["running"]),
        "funnel": Good(path=campaign["running"]),
        "listCalls": Good(query={"direction": "campaign"}),
        "searchCalls": Good(body={"phone": "+14155550001"}),
        "exportCalls": Good(),
        "getCall": Good(path=done),
        "endCall": Good(path=live),
        "placeCall": Good(headers={"Idempotency-Key": "one"}, body={"bot_id": f"bot_live{mark}", "to": "+14155550101"}),
        "linkRecording": Good(path=done),
        "getRecording": Good(path=done),
        "headRecording": Good(path=done),
        "listEvents": Good(query={"after": 0}),
        "listFleet": Good(),
        "putServer": Good(path={"server_id": "core-2"}, body={"url": "http://127.0.0.1:8603"}),
        "removeServer": Good(path={"server_id": "core-idle"}),
        "listTrunks": Good(),
        "addTrunk": Good(body={"name": "Main", "sip": {"host": "sip.example.com"}, "password": "open sesame"}),
        "getTrunk": Good(path={"trunk_id": f"trk_sip{mark}"}),
        "changeTrunk": Good(path={"trunk_id": f"trk_sip{mark}"}, body={"channels": 5, "password": "another"}),
        "removeTrunk": Good(path={"trunk_id": f"trk_idle{mark}"}),
        "listDids": Good(),
        "addDid": Good(query={"region": "US"}, body={"number": "(415) 555-0161", "bot_id": f"bot_live{mark}"}),
        "getDid": Good(path=did),
        "putDid": Good(path=did, body={"bot_id": f"bot_live{mark}", "zone": "Europe/London"}),
        "removeDid": Good(path=did),
        "listTargets": Good(),
        "addTarget": Good(body={"name": "CRM", "url": "https://crm.example.com/hooks"}),
        "getTarget": Good(path=target),
        "changeTarget": Good(path=target, body={"name": "Old CRM"}),
        "rotateSecret": Good(path=target),
        "tryTarget": Good(path=target),
        "listDeliveries": Good(),
        "getDelivery": Good(path=delivery),
        "replayDelivery": Good(path=delivery),
        "startDialout": Good(
            headers={"Idempotency-Key": "one"}, body={"bot_id": f"bot_live{mark}", "to": "+14155550101"}
        ),
        "getDialout": Good(path={"call_id": f"cal_crm{mark}"}),
        "fetchConfig": Good(path=bot, headers={"X-CXB-Call-Id": f"cal_live{mark}"}),
        "receiveResult": Good(body=_package(mark, brand)),
        "receiveNews": Good(path={"call_id": f"cal_planned{mark}"}, body={"kind": "joined", "server_id": "core-1"}),
        "holdChannel": Good(path={"call_id": f"cal_live{mark}", "leg_id": f"cal_live{mark}.2"}),
        "giveChannelBack": Good(path={"call_id": f"cal_live{mark}", "leg_id": f"cal_live{mark}.2"}),
        "reserveSlots": Good(body={"holder": "dialler-1", "slots": 2}),
        "lookUpTrunks": Good(),
        "listSipAccounts": Good(),
        "receiveInbound": Good(
            body={"call_id": f"cal_in{mark}", "trunk_id": f"trk_sip{mark}", "number": did["number"], "caller": ""}
        ),
        "checkSystem": Good(),
    }


def _package(mark: str, brand: BrandId) -> Any:
    package = ResultPackage(
        call_id=CallId(f"cal_live{mark}"),
        brand=brand,
        outcome=Outcome.COMPLETED,
        ended_by=EndedBy.BOT,
        source=ResultSource.CORE,
        ended_at=specimens.later(60),
        server=ServerId("core-1"),
    )
    return msgspec.to_builtins(package)


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """All that the stores hold, as it was."""

    container: Container
    kept: Mapping[str, dict[str, Any]]

    def restore(self) -> None:
        for name, state in self.kept.items():
            store = self.container.providers[name]()
            for key, value in deepcopy(state).items():
                object.__setattr__(store, key, value)


def _state(store: Any) -> dict[str, Any]:
    names = vars(store) if hasattr(store, "__dict__") else store.__slots__
    return {name: getattr(store, name) for name in names}


def snapshot(container: Container) -> Snapshot:
    return Snapshot(container=container, kept={name: deepcopy(_state(container.providers[name]())) for name in STORES})
