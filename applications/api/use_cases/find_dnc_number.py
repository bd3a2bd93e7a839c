"""Says whether a number must not be called, and since when."""

from dataclasses import dataclass

from domain.errors import Fault, InvalidValue
from domain.ids import BrandId
from domain.phone.number import NumberFault
from ports.dnc_list import DncEntry, DncList
from ports.number_plan import NumberPlan


@dataclass(frozen=True, slots=True, kw_only=True)
class FindDncNumber:
    """Raises InvalidValue for what is no number."""

    dnc: DncList
    plan: NumberPlan

    async def __call__(self, brand: BrandId, phone: str, *, region: str) -> DncEntry | None:
        return await self.dnc.find(brand, read_number(self.plan, phone, region))


def read_number(plan: NumberPlan, phone: str, region: str) -> str:
    """The number in E.164. Raises InvalidValue."""
    if not plan.knows(region):
        raise InvalidValue(Fault(field="region", reason="must be an ISO 3166 code, such as GB"))
    read = plan.read(phone, region)
    if isinstance(read, NumberFault):
        raise InvalidValue(Fault(field="phone", reason=f"is no number: {read.value}"))
    return read.e164
