"""One of each document, numbered, so that a test writes down only what it is about."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from domain.bots.bot import Bot
from domain.calls.call import Call, Direction, Origin
from domain.calls.outcome import Outcome
from domain.calls.result import EndedBy, Result, ResultSource
from domain.campaigns.attempt import Attempt
from domain.campaigns.campaign import Campaign
from domain.campaigns.lead import Lead
from domain.campaigns.lead_import import LeadImport
from domain.crm.delivery import CrmTarget, Delivery
from domain.event import Event
from domain.ids import (
    ApiKeyId,
    AttemptId,
    BotId,
    BrandId,
    CallId,
    CampaignId,
    DeliveryId,
    EventId,
    ImportId,
    LeadId,
    ServerId,
    TargetId,
    TrunkId,
    UserId,
)
from domain.lease import Lease
from domain.people.user import ApiKey, Role, User
from domain.phone.number import NumberKind, PhoneNumber
from domain.routing.did import Did
from domain.routing.fleet import CoreServer
from domain.routing.trunk import CarrierKind, Trunk

NOON: Final = datetime(2026, 1, 5, 12, tzinfo=UTC)
BRAND: Final = BrandId("brand")
OTHER_BRAND: Final = BrandId("other")
CAMPAIGN: Final = CampaignId("campaign")
OTHER_CAMPAIGN: Final = CampaignId("elsewhere")


def later(seconds: float) -> datetime:
    return NOON + timedelta(seconds=seconds)


def phone(number: int) -> str:
    return f"+1415555{number:04}"


def user(number: int, **changes: Any) -> User:
    one = User(
        id=UserId(f"usr_{number:04}"),
        brand=BRAND,
        email=f"person{number}@example.com",
        password_hash="$argon2id$",
        role=Role.VIEWER,
        created_at=later(number),
    )
    return replace(one, **changes)


def api_key(number: int, **changes: Any) -> ApiKey:
    one = ApiKey(
        id=ApiKeyId(f"key_{number:04}"),
        brand=BRAND,
        name="CRM",
        prefix=f"cxb_{number:04}",
        key_hash="hash",
        created_at=later(number),
    )
    return replace(one, **changes)


def bot(number: int, **changes: Any) -> Bot:
    return replace(Bot(id=BotId(f"bot_{number:04}"), brand=BRAND, name="Ada", created_at=later(number)), **changes)


def campaign(number: int, **changes: Any) -> Campaign:
    one = Campaign(
        id=CampaignId(f"cmp_{number:04}"),
        brand=BRAND,
        name="Spring",
        bot_id=BotId("bot_0001"),
        created_at=later(number),
    )
    return replace(one, **changes)


def lead(number: int, **changes: Any) -> Lead:
    one = Lead(
        id=LeadId(f"led_{number:06}"),
        brand=BRAND,
        campaign_id=CAMPAIGN,
        phone=PhoneNumber(e164=phone(number), region="US", kind=NumberKind.MOBILE, zones=("America/Los_Angeles",)),
        created_at=NOON,
        due_at=NOON,
        variables={"name": "Zoë"},
    )
    return replace(one, **changes)


def lead_import(number: int, **changes: Any) -> LeadImport:
    one = LeadImport(
        id=ImportId(f"imp_{number:04}"),
        brand=BRAND,
        campaign_id=CAMPAIGN,
        object_key="imports/file.csv",
        size=1000,
        region="US",
        created_at=later(number),
    )
    return replace(one, **changes)


def attempt(number: int, **changes: Any) -> Attempt:
    one = Attempt(
        id=AttemptId(f"led_{number:06}.1"),
        brand=BRAND,
        campaign_id=CAMPAIGN,
        lead_id=LeadId(f"led_{number:06}"),
        call_id=CallId(f"cal_{number:06}"),
        number=1,
        phone=phone(number),
        caller_number="+14155550000",
        trunk_id=TrunkId("trk_1"),
        opened_at=later(number),
        lease=Lease(holder="dialler-1", until=later(number + 30), fence=1),
    )
    return replace(one, **changes)


def call(number: int, **changes: Any) -> Call:
    one = Call(
        id=CallId(f"cal_{number:06}"),
        brand=BRAND,
        direction=Direction.CAMPAIGN,
        bot_id=BotId("bot_0001"),
        bot_version=1,
        phone=phone(number),
        caller_number="+14155550000",
        trunk_id=TrunkId("trk_1"),
        created_at=later(number),
        origin=Origin(campaign_id=CAMPAIGN),
    )
    return replace(one, **changes)


def result(digest: str = "digest", **changes: Any) -> Result:
    one = Result(
        digest=digest,
        outcome=Outcome.COMPLETED,
        ended_by=EndedBy.BOT,
        source=ResultSource.CORE,
        ended_at=later(60),
        answered_at=later(30),
    )
    return replace(one, **changes)


def event(number: int, **changes: Any) -> Event:
    one = Event(
        id=EventId(f"cal_{number:06}.concluded.1"),
        brand=BRAND,
        kind="call.concluded",
        subject=f"cal_{number:06}",
        at=later(number),
        data={"outcome": "completed"},
    )
    return replace(one, **changes)


def server(number: int, **changes: Any) -> CoreServer:
    return replace(CoreServer(id=ServerId(f"core-{number}"), url=f"http://127.0.0.1:{9000 + number}"), **changes)


def trunk(number: int, **changes: Any) -> Trunk:
    one = Trunk(
        id=TrunkId(f"trk_{number:04}"),
        brand=BRAND,
        name="Main",
        carrier=CarrierKind.SIMULATED,
        channels=10,
        calls_per_second=2.0,
    )
    return replace(one, **changes)


def did(number: int, **changes: Any) -> Did:
    return replace(Did(number=phone(number), brand=BRAND, bot_id=BotId("bot_0001")), **changes)


def target(number: int, **changes: Any) -> CrmTarget:
    one = CrmTarget(
        id=TargetId(f"tgt_{number:04}"),
        brand=BRAND,
        name="CRM",
        url="https://crm.example.com/hooks",
        secret="whsec_c2VjcmV0",
        created_at=later(number),
    )
    return replace(one, **changes)


def delivery(number: int, **changes: Any) -> Delivery:
    one = Delivery(
        id=DeliveryId(f"dlv_{number:04}"),
        brand=BRAND,
        target_id=TargetId("tgt_0001"),
        call_id=CallId("cal_000001"),
        kind="call.concluded",
        body="{}",
        created_at=later(number),
        due_at=later(number),
    )
    return replace(one, **changes)
