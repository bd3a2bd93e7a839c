"""Asks the compliance gate about a number that a CRM wants called."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from domain.calls.call import Call, Direction
from domain.calls.outcome import NOT_AN_ATTEMPT
from domain.campaigns.gate import Compliance, Record, refusal
from domain.errors import Fault, InvalidValue
from domain.ids import BrandId
from domain.phone.number import PhoneNumber, require_e164
from ports.attempt_ledger import AttemptLedger
from ports.call_store import CallFilter, CallStore
from ports.clock import Clock
from ports.dnc_list import DncList
from ports.errors import Refused
from ports.number_plan import NumberPlan

RULES: Final = Compliance()
"""A dialout belongs to no campaign, so the standard rules hold; that the CRM asks for it is the consent."""

ANYWHERE: Final = "US"
"""E.164 numbers are read the same from every region."""

DAY: Final = timedelta(days=1)
WEEK: Final = timedelta(days=7)


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckDialout:
    """Attempts of campaigns and earlier dialouts count alike: it is one person who is called."""

    plan: NumberPlan
    dnc: DncList
    attempts: AttemptLedger
    calls: CallStore
    clock: Clock

    async def __call__(self, brand: BrandId, to: str) -> PhoneNumber:
        """Raises InvalidValue for what is no number, Refused with the gate's reason."""
        phone = self.plan.read(require_e164(to, "to"), ANYWHERE)
        if not isinstance(phone, PhoneNumber):
            raise InvalidValue(Fault(field="to", reason=phone.value))
        refused = refusal(RULES, phone, await self._record(brand, phone.e164), at=self.clock.now())
        if refused:
            raise Refused(f"the number may not be called: {refused.reason.value}", reason=refused.reason.value)
        return phone

    async def _record(self, brand: BrandId, phone: str) -> Record:
        now = self.clock.now()
        dialouts = await self._dialouts(brand, phone)
        today = await self.attempts.tried_since(brand, [phone], now - DAY)
        this_week = await self.attempts.tried_since(brand, [phone], now - WEEK)
        return Record(
            on_dnc=await self.dnc.find(brand, phone) is not None,
            consent=True,
            in_24_hours=today.get(phone, 0) + sum(1 for call in dialouts if call.created_at >= now - DAY),
            in_7_days=this_week.get(phone, 0) + len(dialouts),
            in_all=0,  # the standard rules have no cap for a lifetime
        )

    async def _dialouts(self, brand: BrandId, phone: str) -> list[Call]:
        """Those of seven days that say something of the callee; a page holds more than any cap allows."""
        where = CallFilter(direction=Direction.API, phone=phone, since=self.clock.now() - WEEK)
        page = await self.calls.page(brand, where=where, after=None, limit=100)
        return [call for call in page.items if not (call.result and call.result.outcome in NOT_AN_ATTEMPT)]
