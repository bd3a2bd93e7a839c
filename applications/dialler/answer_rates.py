"""The answer rates of the campaigns that this Dialler has dialled for."""

from domain.campaigns.answer_rate import AnswerRate
from domain.ids import CampaignId


class AnswerRates:
    """Begins anew with each Dialler: the plan's figure bridges the first calls."""

    def __init__(self) -> None:
        self._rates: dict[CampaignId, AnswerRate] = {}

    def rate(self, campaign_id: CampaignId, expected: float) -> float:
        """`expected` is the plan's own figure, as it is now."""
        known = self._rates.setdefault(campaign_id, AnswerRate(expected=expected))
        if known.expected != expected:
            known = self._rates[campaign_id] = AnswerRate(expected=expected)
        return known.value

    def see(self, campaign_id: CampaignId, *, answered: bool) -> None:
        if campaign_id in self._rates:
            self._rates[campaign_id] = self._rates[campaign_id].see(answered=answered)
