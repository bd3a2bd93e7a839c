"""The memory twin of numbering plans: North America, Great Britain, Germany and India, simplified."""

import re
from typing import Final

from adapters.memory.numbering import PLANS, PlanOfRegion
from domain.phone.number import NumberFault, NumberKind, PhoneNumber
from domain.phone.spelling import is_mangled, plainly_spelled
from ports.number_plan import NumberPlan

LONGEST: Final = 250
EXTENSION: Final = re.compile(r"\s*(?:;ext=|,?\s*ext(?:ension|n)?\.?|x|#)\s*\d{1,7}$", re.IGNORECASE)
WRITTEN: Final = re.compile(r"\+?(?:[\s().\-/‐‑‒–—]*\d)+[\s().\-/‐‑‒–—]*")
VANITY: Final = re.compile(r"(\+?(?:[\s().\-]*\d){3,}[\s().\-]*)([a-z][a-z\d\s().\-]{2,})", re.IGNORECASE)
KEYS: Final = str.maketrans("abcdefghijklmnopqrstuvwxyz", "22233344455566677778889999")


class MemoryNumberPlan(NumberPlan):
    """Knows five regions; numbers of any other are impossible."""

    def read(self, raw: str, region: str) -> PhoneNumber | NumberFault:
        text, region = plainly_spelled(raw), region.upper()
        if not text:
            return NumberFault.BLANK
        if is_mangled(text):
            return NumberFault.MANGLED
        if len(text) > LONGEST:
            return NumberFault.IMPOSSIBLE
        digits = _digits(text)
        if digits is None:
            return NumberFault.NOT_A_NUMBER
        if digits.startswith("+"):
            return _international(digits[1:])
        found = _as_dialled(digits, region)
        if isinstance(found, NumberFault) and digits.startswith("00"):
            return _international(digits[2:])
        return found

    def knows(self, region: str) -> bool:
        return region in PLANS


def _digits(text: str) -> str | None:
    """Digits, with the plus where there is one; None for what nobody could dial."""
    text = EXTENSION.sub("", text)
    vanity = VANITY.fullmatch(text)
    if vanity:
        text = vanity[1] + vanity[2].lower().translate(KEYS)
    text = text.replace("(0)", "") if text.startswith(("+", "00")) else text
    if not WRITTEN.fullmatch(text) or len(re.sub(r"\D", "", text)) < 2:
        return None
    return ("+" if text.startswith("+") else "") + re.sub(r"\D", "", text)


def _as_dialled(digits: str, region: str) -> PhoneNumber | NumberFault:
    plan = PLANS.get(region)
    if plan is None:
        return NumberFault.IMPOSSIBLE
    short = plan.short_numbers.get(digits)
    if short is not None:
        return PhoneNumber(e164=f"+{plan.code}{digits}", region=region, kind=short, zones=plan.zones)
    if digits.startswith(plan.international_prefix):
        return _international(digits.removeprefix(plan.international_prefix))
    found = _national(digits.removeprefix(plan.trunk_prefix), plan)
    if found is None and digits.startswith(plan.code):
        found = _national(digits.removeprefix(plan.code), plan)
    return found or NumberFault.IMPOSSIBLE


def _international(digits: str) -> PhoneNumber | NumberFault:
    for plan in PLANS.values():
        if digits.startswith(plan.code):
            found = _national(digits.removeprefix(plan.code).removeprefix(plan.trunk_prefix), plan)
            return found or NumberFault.IMPOSSIBLE
    return NumberFault.IMPOSSIBLE


def _national(digits: str, plan: PlanOfRegion) -> PhoneNumber | None:
    kind = next((kind for kind, pattern in plan.kinds.items() if re.fullmatch(pattern, digits)), None)
    if kind is None:
        return None
    home, zones = plan.region, plan.zones
    if kind is not NumberKind.TOLL_FREE and digits[:3] in plan.areas:
        home, zone = plan.areas[digits[:3]]
        zones = (zone,)
    return PhoneNumber(e164=f"+{plan.code}{digits}", region=home, kind=kind, zones=zones)
