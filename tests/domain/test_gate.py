"""The compliance gate, asked at the instant of dialling."""

from datetime import UTC, datetime, time, timedelta

from domain.campaigns.gate import Compliance, Reason, Record, refusal
from domain.hours import WEEK, CallingHours, DayHours, Span
from domain.phone.number import NumberKind, PhoneNumber

NOW = datetime(2026, 1, 5, 3, tzinfo=UTC)
PHONE = PhoneNumber(e164="+442071838750", region="GB", kind=NumberKind.FIXED, zones=("Europe/London",))
CLEAN = Record(on_dnc=False, consent=True, in_24_hours=0, in_7_days=0, in_all=0)
DAYTIME = CallingHours(default=(DayHours(days=WEEK, spans=(Span(opens=time(9), closes=time(20)),)),))


def reason(
    rules: Compliance, record: Record = CLEAN, phone: PhoneNumber = PHONE
) -> tuple[Reason | None, datetime | None]:
    no = refusal(rules, phone, record, at=NOW)
    return (no.reason, no.until) if no else (None, None)


def test_nothing_forbids_a_clean_number_in_open_hours() -> None:
    assert reason(Compliance()) == (None, None)


def test_dnc_is_final_and_comes_before_everything_else() -> None:
    record = Record(on_dnc=True, consent=False, in_24_hours=9, in_7_days=9, in_all=9)

    assert reason(Compliance(hours=DAYTIME, consent_needed=True), record) == (Reason.DNC, None)


def test_premium_and_emergency_numbers_are_never_dialled() -> None:
    premium = PhoneNumber(e164="+449098790000", region="GB", kind=NumberKind.PREMIUM, zones=("Europe/London",))

    assert reason(Compliance(), phone=premium) == (Reason.NEVER_DIALLED_KIND, None)


def test_caps_count_attempts_by_day_week_and_life() -> None:
    record = Record(on_dnc=False, consent=True, in_24_hours=3, in_7_days=7, in_all=9)

    assert reason(Compliance(per_7_days=0), record)[0] is Reason.TOO_MANY_IN_24_HOURS
    assert reason(Compliance(), record)[0] is Reason.TOO_MANY_IN_7_DAYS
    assert reason(Compliance(per_lifetime=9), record) == (Reason.TOO_MANY_IN_ALL, None)


def test_closed_hours_say_when_they_open() -> None:
    assert reason(Compliance(hours=DAYTIME)) == (Reason.OUT_OF_HOURS, NOW + timedelta(hours=6))


def test_consent_is_asked_for_only_where_it_is_needed() -> None:
    record = Record(on_dnc=False, consent=False, in_24_hours=0, in_7_days=0, in_all=0)

    assert reason(Compliance(), record) == (None, None)
    assert reason(Compliance(consent_needed=True), record)[0] is Reason.NO_CONSENT
