"""The zones of numbers, beside what libphonenumber's own function says."""

import phonenumbers
import pytest
from phonenumbers.timezone import time_zones_for_number

from adapters.phonenumbers.number_plan import UNKNOWN_ZONE, PhonenumbersNumberPlan
from adapters.phonenumbers.region_zones import zones_of
from domain.phone.number import PhoneNumber

KINDS = [kind for kind in phonenumbers.PhoneNumberType.values() if kind != phonenumbers.PhoneNumberType.UNKNOWN]
REGIONS = sorted(phonenumbers.SUPPORTED_REGIONS)


@pytest.mark.parametrize("kind", KINDS)
def test_a_number_of_any_region_and_kind_has_the_zones_that_the_library_gives_it(kind: int) -> None:
    plan = PhonenumbersNumberPlan()
    for region in REGIONS:
        example = phonenumbers.example_number_for_type(region, kind)
        if example is None:
            continue
        e164 = phonenumbers.format_number(example, phonenumbers.PhoneNumberFormat.E164)
        read = plan.read(e164, "US")
        assert isinstance(read, PhoneNumber), e164
        known = tuple(zone for zone in time_zones_for_number(example) if zone != UNKNOWN_ZONE)
        assert read.zones == (known or zones_of(read.region)), e164
