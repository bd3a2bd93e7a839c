"""The numbering plans of the world, by Google's libphonenumber as the package `phonenumbers` carries it."""

import re
from collections.abc import Mapping
from typing import Final

import phonenumbers
from phonenumbers import NumberParseException, PhoneNumberFormat, PhoneNumberType, shortnumberinfo
from phonenumbers.timezone import time_zones_for_geographical_number
from phonenumbers.tzdata import TIMEZONE_DATA

from adapters.phonenumbers.region_zones import zones_of
from domain.phone.number import NumberFault, NumberKind, PhoneNumber
from domain.phone.spelling import is_mangled, plainly_spelled
from ports.number_plan import NumberPlan

KINDS: Final[Mapping[int, NumberKind]] = {
    PhoneNumberType.MOBILE: NumberKind.MOBILE,
    PhoneNumberType.FIXED_LINE: NumberKind.FIXED,
    PhoneNumberType.FIXED_LINE_OR_MOBILE: NumberKind.FIXED_OR_MOBILE,
    PhoneNumberType.TOLL_FREE: NumberKind.TOLL_FREE,
    PhoneNumberType.PREMIUM_RATE: NumberKind.PREMIUM,
    PhoneNumberType.SHARED_COST: NumberKind.SHARED_COST,
}
UNKNOWN_ZONE: Final = "Etc/Unknown"
NO_DIGITS: Final = re.compile("[^0-9]+")


class PhonenumbersNumberPlan(NumberPlan):
    """A number must be one that its plan has given out: of its right length alone is not enough."""

    def read(self, raw: str, region: str) -> PhoneNumber | NumberFault:
        text, region = plainly_spelled(raw), region.upper()
        if not text:
            return NumberFault.BLANK
        if is_mangled(text):
            return NumberFault.MANGLED
        short = _short(text, region)
        if short is not None:
            return short
        found = _parsed(text, region)
        if isinstance(found, NumberFault) and text.startswith("00"):
            # "00" is how most of the world writes "+", also where the region dials something else
            abroad = _parsed(f"+{text[2:]}", region)
            return found if isinstance(abroad, NumberFault) else abroad
        return found

    def knows(self, region: str) -> bool:
        return region in phonenumbers.SUPPORTED_REGIONS


def _parsed(text: str, region: str) -> PhoneNumber | NumberFault:
    try:
        number = phonenumbers.parse(text, region)
    except NumberParseException as error:
        nothing = error.error_type == NumberParseException.NOT_A_NUMBER
        return NumberFault.NOT_A_NUMBER if nothing else NumberFault.IMPOSSIBLE
    kind = phonenumbers.number_type(number)  # dear, and asked for once: it says whether the number is valid, too
    if kind == PhoneNumberType.UNKNOWN:
        return NumberFault.IMPOSSIBLE
    home = phonenumbers.region_code_for_number(number) or region
    return PhoneNumber(
        e164=phonenumbers.format_number(number, PhoneNumberFormat.E164),
        region=home,
        kind=KINDS.get(kind, NumberKind.OTHER),
        zones=_zones(number, kind) or zones_of(home),
    )


def _zones(number: phonenumbers.PhoneNumber, kind: int) -> tuple[str, ...]:
    """As the library's `time_zones_for_number`, which would find out the kind again."""
    code = number.country_code or 0
    if phonenumbers.is_number_type_geographical(kind, code):
        zones = time_zones_for_geographical_number(number)
    else:
        zones = TIMEZONE_DATA.get(str(code), ())
    return tuple(zone for zone in zones if zone != UNKNOWN_ZONE)


def _short(text: str, region: str) -> PhoneNumber | None:
    """A number that is dialled as it is within the region. Its E.164 is only a name: nobody can dial it so."""
    digits = NO_DIGITS.sub("", text) if text.isascii() else phonenumbers.normalize_digits_only(text)
    if not 2 <= len(digits) <= 6 or text.startswith("+") or region not in phonenumbers.SUPPORTED_REGIONS:
        return None
    code = phonenumbers.country_code_for_region(region)
    number = phonenumbers.PhoneNumber(country_code=code, national_number=int(digits))
    if shortnumberinfo.is_emergency_number(digits, region):
        kind = NumberKind.EMERGENCY
    elif str(int(digits)) == digits and shortnumberinfo.is_valid_short_number_for_region(number, region):
        kind = NumberKind.SHORT_CODE
    else:
        return None
    return PhoneNumber(e164=f"+{code}{digits}", region=region, kind=kind, zones=zones_of(region))
