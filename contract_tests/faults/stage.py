"""What the trials' campaigns are made of: one short bot, a plan without waits, and a CRM to tell."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from adapters.simulation.population import Role
from adapters.sqlite.bot_store import SqliteBotStore
from adapters.sqlite.campaign_store import SqliteCampaignStore
from adapters.sqlite.crm_target_store import SqliteCrmTargetStore
from adapters.sqlite.file import SqliteFile
from adapters.sqlite.lead_store import SqliteLeadStore
from adapters.system.clock import SystemClock
from contract_tests.faults.people import COMPANY, People
from domain.bots.bot import Bot, BotSpec
from domain.bots.flow import Edge, EdgeKind, FlowEvent, FlowGraph, Step
from domain.bots.policy import Policy
from domain.calls.outcome import Outcome
from domain.campaigns.campaign import AnswerPolicy, Campaign, CampaignPlan
from domain.campaigns.gate import Compliance
from domain.campaigns.lead import Lead
from domain.campaigns.number_pool import CallerNumber, NumberPool
from domain.campaigns.pacing import PacingPlan
from domain.campaigns.retries import Delay, RetryPlan
from domain.crm.delivery import CrmTarget
from domain.ids import DEFAULT_BRAND, BotId, CampaignId, LeadId, TargetId, UserId
from domain.phone.number import NumberKind, PhoneNumber

BOT: Final = BotId("bot_trial")
TARGET: Final = TargetId("target_trial")
MOST_ATTEMPTS: Final = 2
AT_ONCE: Final = 24
FLOW: Final = FlowGraph(
    start="ask",
    steps=(
        Step(
            id="ask",
            say="Yes or no?",
            collect="answer",
            edges=(
                Edge(to="bye", kind=EdgeKind.EXPRESSION, when='answer != ""'),
                Edge(to="bye", kind=EdgeKind.EVENT, when=FlowEvent.SILENCE),
            ),
        ),
        Step(id="bye", say="Goodbye.", end="done"),
    ),
)
SPEC: Final = BotSpec(flow=FLOW, policy=Policy(max_duration=60.0))
SOON: Final = Delay(least=0.0, most=0.3)
AGAIN: Final = frozenset(Outcome) - {
    Outcome.COMPLETED,
    Outcome.OPTED_OUT,
    Outcome.INVALID_NUMBER,
    Outcome.NO_ANSWER,
    Outcome.REJECTED,
}
PLAN: Final = CampaignPlan(
    pacing=PacingPlan(concurrency=AT_ONCE, calls_per_second=50.0, answer_rate=0.9),
    retries=RetryPlan(max_attempts=MOST_ATTEMPTS, max_given_back=8, delays=dict.fromkeys(AGAIN, SOON)),
    compliance=Compliance(per_24_hours=0, per_7_days=0),
    numbers=NumberPool(numbers=(CallerNumber(e164="+14155550199"),)),
    answers=AnswerPolicy(ring_timeout=5.0),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """The trials' hand in the store; what CXB makes of it is CXB's own."""

    file: SqliteFile
    clock: SystemClock
    people: People

    async def set_up(self, crm_url: str, secret: str) -> None:
        now = self.clock.now()
        bot = Bot(id=BOT, brand=DEFAULT_BRAND, name="Trial", created_at=now, draft=SPEC)
        await SqliteBotStore(self.file).add(bot.publish(by=UserId("usr_trial"), at=now))
        target = CrmTarget(id=TARGET, brand=DEFAULT_BRAND, name="CRM", url=crm_url, secret=secret, created_at=now)
        await SqliteCrmTargetStore(self.file).add(target)

    async def begin(self, name: str, roles: Sequence[Role] = COMPANY) -> CampaignId:
        """A campaign that runs from now on, with its leads."""
        now = self.clock.now()
        campaign_id = CampaignId(f"cmp_{name}")
        leads = [self._lead(campaign_id, index, role, now) for index, role in enumerate(roles)]
        await SqliteLeadStore(self.file).add(leads)
        campaign = Campaign(id=campaign_id, brand=DEFAULT_BRAND, name=name, bot_id=BOT, created_at=now, plan=PLAN)
        await SqliteCampaignStore(self.file).add(campaign.start(1, at=now))
        return campaign_id

    def _lead(self, campaign_id: CampaignId, index: int, role: Role, now: datetime) -> Lead:
        number = self.people.number_of(role)
        phone: Any = PhoneNumber(e164=number, region="US", kind=NumberKind.FIXED_OR_MOBILE, zones=("America/New_York",))
        return Lead(
            id=LeadId(f"led_{campaign_id}_{index:02}"),
            brand=DEFAULT_BRAND,
            campaign_id=campaign_id,
            phone=phone,
            created_at=now,
            due_at=now,
            priority=len(COMPANY) - index,
        )
