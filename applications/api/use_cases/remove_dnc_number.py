"""Takes a number off the list of those that must not be called."""

from dataclasses import dataclass

import structlog

from applications.api.use_cases.find_dnc_number import read_number
from domain.people.user import User
from ports.dnc_list import DncList
from ports.number_plan import NumberPlan

log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoveDncNumber:
    """Whether it was there. Raises InvalidValue for what is no number."""

    dnc: DncList
    plan: NumberPlan

    async def __call__(self, by: User, phone: str, *, region: str) -> bool:
        number = read_number(self.plan, phone, region)
        removed = await self.dnc.remove(by.brand, number)
        if removed:
            log.info("dnc_removed", by=by.id, pii_phone=number)
        return removed
