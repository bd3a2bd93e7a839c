"""Calling hours in the called person's time."""

from datetime import UTC, date, datetime, time, timedelta

from hypothesis import given
from hypothesis import strategies as st

from domain.hours import ALL_DAY, WEEK, CallingHours, DayHours, Span

OFFICE = DayHours(
    days=(0, 1, 2, 3, 4), spans=(Span(opens=time(9), closes=time(12)), Span(opens=time(13), closes=time(17)))
)
HOURS = CallingHours(default=(OFFICE,), by_region={"IN": (DayHours(days=WEEK, spans=(ALL_DAY,)),)})
MONDAY = datetime(2026, 1, 5, tzinfo=UTC)


def test_hours_are_those_of_the_called_person() -> None:
    noon_utc = MONDAY.replace(hour=14)

    assert HOURS.open_at(noon_utc, "GB", ("Europe/London",))
    assert HOURS.open_at(noon_utc, "US", ("America/New_York",))
    assert not HOURS.open_at(noon_utc, "US", ("America/Los_Angeles",))


def test_a_number_of_several_zones_rings_only_when_all_are_open() -> None:
    zones = ("America/New_York", "America/Los_Angeles")

    assert not HOURS.open_at(MONDAY.replace(hour=14), "US", zones)
    assert HOURS.next_open(MONDAY.replace(hour=14), "US", zones) == MONDAY.replace(hour=18)


def test_a_region_may_have_its_own_hours_and_a_holiday_has_none() -> None:
    night = MONDAY.replace(hour=2)
    holiday = CallingHours(default=(OFFICE,), holidays=(date(2026, 1, 5),))

    assert HOURS.open_at(night, "IN", ("Asia/Kolkata",))
    assert holiday.next_open(MONDAY, "GB", ("Europe/London",)) == MONDAY + timedelta(days=1, hours=9)


def test_hours_that_never_open_say_so() -> None:
    never = CallingHours(default=())

    assert never.next_open(MONDAY, "GB", ("Europe/London",)) is None


@given(
    st.datetimes(
        MONDAY.replace(tzinfo=None), (MONDAY + timedelta(days=360)).replace(tzinfo=None), timezones=st.just(UTC)
    ),
    st.sampled_from(["Europe/London", "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe"]),
)
def test_the_next_opening_is_open_and_nothing_before_it_is(at: datetime, zone: str) -> None:
    opens = HOURS.next_open(at, "GB", (zone,))

    assert opens is not None
    assert HOURS.open_at(opens, "GB", (zone,))
    minutes = int((opens - at).total_seconds() // 60)
    assert not any(HOURS.open_at(at + timedelta(minutes=m), "GB", (zone,)) for m in range(0, minutes, 17))
