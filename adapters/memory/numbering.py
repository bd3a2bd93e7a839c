"""The few numbering plans that the memory twin knows, simplified from the plans' own publications."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Final

from domain.phone.number import NumberKind

EMERGENCY, SHORT_CODE = NumberKind.EMERGENCY, NumberKind.SHORT_CODE


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanOfRegion:
    """`kinds` are patterns over the national digits, first match first; `areas` give place by three digits."""

    region: str
    code: str
    international_prefix: str
    trunk_prefix: str
    zones: tuple[str, ...]
    kinds: Mapping[NumberKind, str]
    short_numbers: Mapping[str, NumberKind]
    areas: Mapping[str, tuple[str, str]] = field(default_factory=dict)


_EAST, _CENTRAL, _MOUNTAIN, _PACIFIC = "America/New_York", "America/Chicago", "America/Denver", "America/Los_Angeles"

US: Final = PlanOfRegion(
    region="US",
    code="1",
    international_prefix="011",
    trunk_prefix="1",
    zones=(_EAST, _CENTRAL, _MOUNTAIN, "America/Phoenix", _PACIFIC, "America/Anchorage", "Pacific/Honolulu"),
    kinds={
        NumberKind.TOLL_FREE: r"8(00|33|44|55|66|77|88)[2-9]\d{6}",
        NumberKind.PREMIUM: r"900[2-9]\d{6}",
        NumberKind.FIXED_OR_MOBILE: r"(?!.11|555|900)[2-9]\d{2}[2-9]\d{6}",
    },
    short_numbers={"911": EMERGENCY, "112": EMERGENCY},
    areas={
        **dict.fromkeys(("201", "202", "212", "305", "404", "617", "718"), ("US", _EAST)),
        **dict.fromkeys(("312", "512", "713"), ("US", _CENTRAL)),
        **dict.fromkeys(("303",), ("US", _MOUNTAIN)),
        **dict.fromkeys(("602",), ("US", "America/Phoenix")),
        **dict.fromkeys(("206", "213", "310", "415", "503", "702"), ("US", _PACIFIC)),
        **dict.fromkeys(("416", "514", "613"), ("CA", "America/Toronto")),
        **dict.fromkeys(("403",), ("CA", "America/Edmonton")),
        **dict.fromkeys(("604",), ("CA", "America/Vancouver")),
    },
)

GB: Final = PlanOfRegion(
    region="GB",
    code="44",
    international_prefix="00",
    trunk_prefix="0",
    zones=("Europe/London",),
    kinds={
        NumberKind.MOBILE: r"7[1-57-9]\d{8}",
        NumberKind.TOLL_FREE: r"80[08]\d{7}",
        NumberKind.PREMIUM: r"9[018]\d{8}",
        NumberKind.OTHER: r"70\d{8}",
        NumberKind.FIXED: r"2\d{9}|1\d{8,9}|3\d{9}",
    },
    short_numbers={"999": EMERGENCY, "112": EMERGENCY, "101": SHORT_CODE, "111": SHORT_CODE},
)

DE: Final = PlanOfRegion(
    region="DE",
    code="49",
    international_prefix="00",
    trunk_prefix="0",
    zones=("Europe/Berlin",),
    kinds={
        NumberKind.MOBILE: r"1(5\d{9}|6\d{8,9}|7\d{8,9})",
        NumberKind.TOLL_FREE: r"800\d{7}",
        NumberKind.PREMIUM: r"900[135]\d{6}",
        NumberKind.FIXED: r"[2-9]\d{6,10}",
    },
    short_numbers={"110": EMERGENCY, "112": EMERGENCY, "116117": SHORT_CODE},
)

IN: Final = PlanOfRegion(
    region="IN",
    code="91",
    international_prefix="00",
    trunk_prefix="0",
    zones=("Asia/Kolkata",),
    kinds={
        NumberKind.MOBILE: r"[6-9]\d{9}",
        NumberKind.TOLL_FREE: r"1800\d{6,7}",
        NumberKind.FIXED: r"[1-5]\d{9}",
    },
    short_numbers={"100": EMERGENCY, "101": EMERGENCY, "108": EMERGENCY, "112": EMERGENCY},
)

CA: Final = replace(
    US,
    zones=(
        "America/St_Johns",
        "America/Halifax",
        "America/Toronto",
        "America/Winnipeg",
        "America/Edmonton",
        "America/Vancouver",
    ),
)

PLANS: Final[Mapping[str, PlanOfRegion]] = {"US": US, "CA": CA, "GB": GB, "DE": DE, "IN": IN}
"""By region. Canada dials as the United States do; its numbers are told by their area."""
