"""What every numbering plan promises."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from domain.phone.number import E164, NEVER_DIALLED, NumberFault, NumberKind, PhoneNumber
from ports.number_plan import NumberPlan

REGIONS = ("US", "CA", "GB", "DE", "IN")

WAYS_TO_WRITE = [
    ("415-555-0123", "US", "+14155550123"),
    ("(415) 555-0123", "CA", "+14155550123"),
    ("1-415-555-0123", "US", "+14155550123"),
    ("415.555.0123", "US", "+14155550123"),
    ("+1 415 555 0123", "DE", "+14155550123"),
    ("011 44 20 7946 0123", "US", "+442079460123"),
    ("0044 20 7946 0123", "DE", "+442079460123"),
    ("0044 20 7946 0123", "US", "+442079460123"),
    ("00442079460123", "US", "+442079460123"),
    ("+44 (0)20 7946 0123", "US", "+442079460123"),
    ("442079460123", "GB", "+442079460123"),
    ("(020) 7946 0123", "GB", "+442079460123"),
    ("030/23125-123", "DE", "+493023125123"),
    ("030 – 23125 – 123", "DE", "+493023125123"),
    ("098765 43210", "IN", "+919876543210"),
    ("9876543210", "in", "+919876543210"),
    ("  \t+442079460123\u00a0 ", "US", "+442079460123"),
    # other scripts, and marks that cannot be seen
    ("＋４４ ２０ ７９４６ ０１２３", "US", "+442079460123"),
    ("०९८७६५४३२१०", "IN", "+919876543210"),
    ("٠٢٠ ٧٩٤٦ ٠١٢٣", "GB", "+442079460123"),
    ("\u200f+44 20 7946 0123\u200e", "GB", "+442079460123"),
    ("\u202a+442079460123\u202c", "GB", "+442079460123"),
    ("\u200b415\u00ad555\ufeff0123", "US", "+14155550123"),
    # spreadsheets
    ("'+442079460123", "GB", "+442079460123"),
    ('="+442079460123"', "GB", "+442079460123"),
    ("4155550123.0", "US", "+14155550123"),
    ("tel:+442079460123", "GB", "+442079460123"),
    # extensions and letters
    ("415-555-0123 ext. 45", "US", "+14155550123"),
    ("415-555-0123 x45", "US", "+14155550123"),
    ("+14155550123;ext=45", "US", "+14155550123"),
    ("1-800-FLOWERS", "US", "+18003569377"),
]

KINDS_AND_PLACES = [
    ("+14155550123", "US", NumberKind.FIXED_OR_MOBILE, "America/Los_Angeles"),
    ("+12125550123", "US", NumberKind.FIXED_OR_MOBILE, "America/New_York"),
    ("+13125550123", "US", NumberKind.FIXED_OR_MOBILE, "America/Chicago"),
    ("+14165550123", "CA", NumberKind.FIXED_OR_MOBILE, "America/Toronto"),
    ("+16045550123", "CA", NumberKind.FIXED_OR_MOBILE, "America/Vancouver"),
    ("+442079460123", "GB", NumberKind.FIXED, "Europe/London"),
    ("+447400123456", "GB", NumberKind.MOBILE, "Europe/London"),
    ("+448000000000", "GB", NumberKind.TOLL_FREE, "Europe/London"),
    ("+449098790000", "GB", NumberKind.PREMIUM, "Europe/London"),
    ("+493023125123", "DE", NumberKind.FIXED, "Europe/Berlin"),
    ("+491712345678", "DE", NumberKind.MOBILE, "Europe/Berlin"),
    ("+499001234567", "DE", NumberKind.PREMIUM, "Europe/Berlin"),
    ("+919876543210", "IN", NumberKind.MOBILE, "Asia/Kolkata"),
    ("+912261902486", "IN", NumberKind.FIXED, "Asia/Kolkata"),
]


def number(plan: NumberPlan, raw: str, region: str) -> PhoneNumber:
    found = plan.read(raw, region)
    assert isinstance(found, PhoneNumber), found
    return found


def offsets(zones: tuple[str, ...]) -> set[tuple[timedelta | None, ...]]:
    """Zones by what their clocks show in winter and summer: one place may have several names."""
    return {tuple(datetime(2026, month, 1, tzinfo=ZoneInfo(zone)).utcoffset() for month in (1, 7)) for zone in zones}


@pytest.mark.parametrize(("raw", "region", "e164"), WAYS_TO_WRITE)
def test_a_number_is_read_however_it_is_written(number_plan: NumberPlan, raw: str, region: str, e164: str) -> None:
    assert number(number_plan, raw, region).e164 == e164


@pytest.mark.parametrize(("e164", "region", "kind", "zone"), KINDS_AND_PLACES)
def test_a_number_tells_its_kind_and_place(
    number_plan: NumberPlan, e164: str, region: str, kind: NumberKind, zone: str
) -> None:
    found = number(number_plan, e164, "US")

    assert (found.e164, found.region, found.kind) == (e164, region, kind)
    assert offsets(found.zones) == offsets((zone,))


@pytest.mark.parametrize("e164", ["+18003569377", "+19002345678"])
def test_a_number_of_a_whole_country_may_ring_in_all_its_zones(number_plan: NumberPlan, e164: str) -> None:
    found = number(number_plan, e164, "US")

    assert found.kind in {NumberKind.TOLL_FREE, NumberKind.PREMIUM}
    assert offsets(found.zones) >= offsets(("America/New_York", "America/Los_Angeles", "Pacific/Honolulu"))


@pytest.mark.parametrize(
    ("raw", "region", "kind"),
    [
        ("911", "US", NumberKind.EMERGENCY),
        ("9-1-1", "CA", NumberKind.EMERGENCY),
        ("999", "GB", NumberKind.EMERGENCY),
        ("112", "DE", NumberKind.EMERGENCY),
        ("１１２", "DE", NumberKind.EMERGENCY),
        ("100", "IN", NumberKind.EMERGENCY),
        ("101", "GB", NumberKind.SHORT_CODE),
        ("116 117", "DE", NumberKind.SHORT_CODE),
    ],
)
def test_short_and_emergency_numbers_are_numbers_that_the_gate_will_know(
    number_plan: NumberPlan, raw: str, region: str, kind: NumberKind
) -> None:
    found = number(number_plan, raw, region)

    assert (found.kind, found.region) == (kind, region)
    assert kind in NEVER_DIALLED
    assert found.zones
    assert offsets(found.zones)


@pytest.mark.parametrize(
    ("raw", "region", "fault"),
    [
        ("", "US", NumberFault.BLANK),
        (" \t\u00a0\u200f ", "US", NumberFault.BLANK),
        ("'", "US", NumberFault.BLANK),
        ("n/a", "US", NumberFault.NOT_A_NUMBER),
        ("mum's mobile", "GB", NumberFault.NOT_A_NUMBER),
        ("--", "US", NumberFault.NOT_A_NUMBER),
        ("+", "US", NumberFault.NOT_A_NUMBER),
        ("4.47912E+11", "GB", NumberFault.MANGLED),
        ("4,47912E+11", "DE", NumberFault.MANGLED),
        ("1.4155550123e10", "US", NumberFault.MANGLED),
        ("4E+11", "GB", NumberFault.MANGLED),
        ("＋４.４７９１２Ｅ＋１１", "GB", NumberFault.MANGLED),
        ("555-0123", "US", NumberFault.IMPOSSIBLE),
        ("+1 111 111 1111", "US", NumberFault.IMPOSSIBLE),
        ("0000000000", "US", NumberFault.IMPOSSIBLE),
        ("99999999999999999999", "US", NumberFault.IMPOSSIBLE),
        ("+44 20 7946 01234567", "GB", NumberFault.IMPOSSIBLE),
        ("020 7946", "GB", NumberFault.IMPOSSIBLE),
        ("+999 123456789", "US", NumberFault.IMPOSSIBLE),
        ("4155550123", "ZZ", NumberFault.IMPOSSIBLE),
        ("1" * 5000, "US", NumberFault.IMPOSSIBLE),
    ],
)
def test_what_is_no_number_says_why(number_plan: NumberPlan, raw: str, region: str, fault: NumberFault) -> None:
    assert number_plan.read(raw, region) is fault


@pytest.mark.parametrize("region", REGIONS)
def test_regions_are_known(number_plan: NumberPlan, region: str) -> None:
    assert number_plan.knows(region)


@pytest.mark.parametrize("region", ["", "ZZ", "XX", "USA", "U", "Germany", "1"])
def test_what_is_no_region_is_not(number_plan: NumberPlan, region: str) -> None:
    assert not number_plan.knows(region)


ANYTHING = st.one_of(
    st.text(max_size=40),
    st.text(alphabet="0123456789+-() .xE,/'=\"\u200f٣７ext;#", max_size=30),
    st.text(min_size=1000, max_size=2000),
)


@given(raw=ANYTHING, region=st.sampled_from((*REGIONS, "ZZ", "")))
@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_text_has_an_answer_and_a_number_read_again_is_itself(
    number_plan: NumberPlan, raw: str, region: str
) -> None:
    found = number_plan.read(raw, region)
    if isinstance(found, PhoneNumber) and found.kind not in {NumberKind.EMERGENCY, NumberKind.SHORT_CODE}:
        assert E164.fullmatch(found.e164)
        assert found.zones
        assert number_plan.read(found.e164, "DE") == found
