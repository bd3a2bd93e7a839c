"""What a campaign's pacing saw a moment ago: the answer to "why am I not dialling?"."""

from dataclasses import dataclass
from datetime import datetime

from domain.campaigns.pacing import Limit
from domain.ids import CampaignId


@dataclass(frozen=True, slots=True, kw_only=True)
class Pulse:
    """Written by the Dialler that paces the campaign, about once a second. `calls` is what the last tick started."""

    campaign_id: CampaignId
    at: datetime
    dialler: str
    limit: Limit
    in_flight: int = 0
    talking: int = 0
    calls: int = 0
    core_slots: int = 0
    detail: str = ""
