"""Looks at each running campaign: does it dial, and if not, what keeps it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from applications.api.use_cases.show_campaign import CampaignStanding, ShowCampaign
from domain.bots.bot import BotState
from domain.campaigns.campaign import Campaign, CampaignState
from domain.campaigns.gate import Reason, Record, refusal
from domain.campaigns.lead import LeadState
from domain.campaigns.pacing import Limit
from domain.errors import RuleBroken
from ports.bot_store import BotStore
from ports.campaign_store import CampaignStore
from ports.clock import Clock
from ports.errors import NotFound
from ports.lead_store import LeadFilter, LeadStore
from ports.messages.findings import Finding, fine, stops_calls

LEADS_LOOKED_AT: Final = 50
IDLE: Final = (CampaignState.PAUSED, CampaignState.SCHEDULED, CampaignState.DRAFT, CampaignState.DRAINING)
NOBODY: Final = Record(on_dnc=False, consent=True, in_24_hours=0, in_7_days=0, in_all=0)

REMEDIES: Final[Mapping[Limit, str]] = {
    Limit.NO_DIALLER: "start a Dialler, and see its log: nobody has paced this campaign for five seconds",
    Limit.NO_API: "mend CXB_API_URL and CXBCORE_SECRET of the Dialler: it does not reach the API",
    Limit.NO_CORE: "see the lines about Cores",
    Limit.CORE_SLOTS: "wait, add a Core, or raise CXB_CORE_CAPACITY",
    Limit.NO_TRUNK: "enable a trunk that may call these numbers (prefixes), with a free channel",
    Limit.TRUNK_DISABLED: "enable a SIP trunk that reaches these numbers; meanwhile nobody else calls them",
    Limit.TRUNK_CHANNELS: "wait, or give the trunk more channels",
    Limit.TRUNK_CALLS_PER_SECOND: "wait, or raise the trunk's calls per second",
    Limit.NO_CALLER_NUMBER: "add a caller number to the plan, or raise its calls a day",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckCampaigns:
    """Those that wait by intent are named where none runs."""

    campaigns: CampaignStore
    leads: LeadStore
    bots: BotStore
    show: ShowCampaign
    clock: Clock

    async def __call__(self) -> Sequence[Finding]:
        running = await self.campaigns.in_states(frozenset({CampaignState.RUNNING}))
        return [await self._look(campaign) for campaign in running] if running else [await self._none_runs()]

    async def _none_runs(self) -> Finding:
        idle = await self.campaigns.in_states(frozenset(IDLE))
        named = "; ".join(f"{campaign.id} is {campaign.state.value}" for campaign in idle[:5])
        why = f"none is running ({named})" if named else "none is running"
        return stops_calls(
            "campaigns", why, "start one: POST /api/v1/campaigns/{campaign_id}/start; dialouts need none"
        )

    async def _look(self, campaign: Campaign) -> Finding:
        subject = f"campaign {campaign.id}"
        if no_bot := await self._bot_fault(campaign):
            return stops_calls(subject, no_bot, "publish or unarchive the bot, then start the campaign again")
        if not campaign.plan.numbers.numbers:
            return stops_calls(subject, "has no number to show to callees", REMEDIES[Limit.NO_CALLER_NUMBER])
        standing = await self.show(campaign.brand, campaign.id)
        if standing.in_flight.total:
            return fine(subject, f"{standing.in_flight.total} calls in flight; {standing.limit.value} binds")
        if standing.limit is Limit.NO_LEADS_DUE:
            return await self._no_leads_due(subject, standing)
        if standing.limit in REMEDIES:
            return stops_calls(subject, f"does not dial: {standing.limit.value}", REMEDIES[standing.limit])
        return fine(subject, f"{standing.limit.value} binds")

    async def _bot_fault(self, campaign: Campaign) -> str:
        try:
            bot = await self.bots.get(campaign.brand, campaign.bot_id)
            bot.published(campaign.bot_version)
        except NotFound:
            return f"its bot {campaign.bot_id} is gone"
        except RuleBroken as error:
            return str(error)
        return "its bot is archived" if bot.state is BotState.ARCHIVED else ""

    async def _no_leads_due(self, subject: str, standing: CampaignStanding) -> Finding:
        waiting = standing.leads.get(LeadState.WAITING, 0)
        if not standing.leads:
            return stops_calls(subject, "has no leads", "import some: POST /api/v1/campaigns/{campaign_id}/imports")
        if not waiting:
            return fine(subject, "all its leads are done, or being called")
        closed = await self._out_of_hours(standing.campaign)
        if closed:
            remedy = "wait, or change compliance.hours of its plan as far as the law allows"
            return stops_calls(subject, f"{waiting} leads wait, none is due: {closed}", remedy)
        remedy = "wait for the delays of its retry plan, or import more leads"
        return stops_calls(subject, f"{waiting} leads wait for their next try, none is due", remedy)

    async def _out_of_hours(self, campaign: Campaign) -> str:
        """How many of those looked at may not be called at this hour, and when the first of them may."""
        where = LeadFilter(state=LeadState.WAITING)
        page = await self.leads.page(campaign.brand, campaign.id, where=where, after=None, limit=LEADS_LOOKED_AT)
        now, rules = self.clock.now(), campaign.plan.compliance
        refused = [refusal(rules, lead.phone, NOBODY, at=now) for lead in page.items]
        closed = [no for no in refused if no and no.reason is Reason.OUT_OF_HOURS]
        if not closed:
            return ""
        opens = min((no.until for no in closed if no.until), default=None)
        when = f", the first from {opens:%Y-%m-%d %H:%M} UTC" if opens else ", and never will be"
        return f"outside of calling hours for {len(closed)} of {len(page.items)} looked at{when}"
