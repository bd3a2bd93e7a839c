"""Answers "why can't I make a call?", and what became of those that were made, by looking."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

import structlog

from applications.api.use_cases.check_aftermath import CheckAftermath
from applications.api.use_cases.check_campaigns import CheckCampaigns
from applications.api.use_cases.check_ways_in import CheckWaysIn
from applications.api.use_cases.check_ways_out import CheckWaysOut
from ports.errors import PortError
from ports.messages.findings import Finding, Findings, stops_calls

Look = Callable[[], Awaitable[Sequence[Finding]]]

log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckSystem:
    """What cannot be looked at is a finding as well."""

    ways_out: CheckWaysOut
    ways_in: CheckWaysIn
    campaigns_now: CheckCampaigns
    aftermath: CheckAftermath

    async def __call__(self) -> Findings:
        looks: tuple[Look, ...] = (self.ways_out, self.ways_in, self.campaigns_now, self.aftermath)
        found = await asyncio.gather(*(_looked(look) for look in looks))
        return Findings(findings=tuple(finding for part in found for finding in part))


async def _looked(look: Look) -> Sequence[Finding]:
    try:
        return await look()
    except PortError as error:
        log.warning("check_failed", look=type(look).__name__, error=type(error).__name__)
        remedy = "see the API's log; is its disk full, or its data folder gone?"
        return [stops_calls("store", f"cannot be read: {type(error).__name__}", remedy)]
