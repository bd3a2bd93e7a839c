"""What is said about campaigns."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated

import msgspec

from applications.api.use_cases.show_campaign import CampaignStanding
from domain.campaigns.campaign import Campaign, CampaignPlan, CampaignState
from domain.campaigns.pacing import Limit
from domain.ids import BotId, CampaignId
from ports.attempt_ledger import InFlight

Name = Annotated[str, msgspec.Meta(min_length=1, max_length=200)]


class NewCampaign(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    name: Name
    bot_id: BotId
    plan: CampaignPlan = msgspec.field(default_factory=CampaignPlan)


class PlanChange(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """With `version`, 409 when somebody else has changed the campaign since it was loaded."""

    plan: CampaignPlan
    version: int | None = None


class StartRequest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The bot's newest version, when none is given."""

    bot_version: Annotated[int, msgspec.Meta(ge=1)] | None = None


class CampaignShown(msgspec.Struct, frozen=True, kw_only=True):
    id: CampaignId
    name: str
    state: CampaignState
    bot_id: BotId
    bot_version: int | None
    plan: CampaignPlan
    created_at: datetime
    started_at: datetime | None
    completed_at: datetime | None
    version: int


class PulseShown(msgspec.Struct, frozen=True, kw_only=True):
    """Why it dials no more than it does: `limit` is what binds now. The rest is as the Dialler saw it at `at`."""

    limit: Limit
    at: datetime | None = None
    dialler: str | None = None
    in_flight: int = 0
    talking: int = 0
    calls: int = 0
    core_slots: int = 0
    detail: str = ""


class StandingShown(msgspec.Struct, frozen=True, kw_only=True):
    """`leads` by state and end, `funnel` by outcome, verdict and state of attempts."""

    campaign: CampaignShown
    leads: Mapping[str, int]
    in_flight: InFlight
    funnel: Mapping[str, int]
    pulse: PulseShown


class Funnel(msgspec.Struct, frozen=True, kw_only=True):
    """Attempts by keys such as `outcome.busy`, `verdict.human` and `state.ringing`."""

    counts: Mapping[str, int]


def show_campaign(campaign: Campaign) -> CampaignShown:
    return CampaignShown(
        id=campaign.id,
        name=campaign.name,
        state=campaign.state,
        bot_id=campaign.bot_id,
        bot_version=campaign.bot_version,
        plan=campaign.plan,
        created_at=campaign.created_at,
        started_at=campaign.started_at,
        completed_at=campaign.completed_at,
        version=campaign.version,
    )


def show_standing(standing: CampaignStanding) -> StandingShown:
    return StandingShown(
        campaign=show_campaign(standing.campaign),
        leads=standing.leads,
        in_flight=standing.in_flight,
        funnel=standing.funnel,
        pulse=_show_pulse(standing),
    )


def _show_pulse(standing: CampaignStanding) -> PulseShown:
    pulse = standing.pulse
    if pulse is None or pulse.limit is not standing.limit:
        return PulseShown(limit=standing.limit)
    return PulseShown(
        limit=pulse.limit,
        at=pulse.at,
        dialler=pulse.dialler,
        in_flight=pulse.in_flight,
        talking=pulse.talking,
        calls=pulse.calls,
        core_slots=pulse.core_slots,
        detail=pulse.detail,
    )
