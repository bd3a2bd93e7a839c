"""A call that comes in: who gets it, how soon its caller hears something, and how it ends where nobody does."""

import pytest

from contract_tests.carrier import sipp
from contract_tests.carrier.calling import CallingLeg
from contract_tests.carrier.records import EndedBy
from launcher.demo.client import Plain
from tests.carrier.conftest import with_sipp as with_sipp  # noqa: PLC0414  # a fixture
from tests.telephone.conftest import Figure
from tests.telephone.system import Telephone, heard_at

HEARD_WITHIN = 5 * 1.0
"""Five times what the issue asks of two idle cores."""

OURS = "+14155552000"
CLOSED = "+14155552001"
CLOSED_WITH_MESSAGE = "+14155552002"
FULL_WITH_MESSAGE = "+14155552003"
NEVER_OPEN: Plain = {"default": []}
DIDS: dict[str, Plain] = {
    OURS: {},
    CLOSED: {"hours": NEVER_OPEN},
    CLOSED_WITH_MESSAGE: {
        "hours": NEVER_OPEN,
        "when_closed": "message",
        "closed_message": "We are closed. Please call again tomorrow.",
    },
    FULL_WITH_MESSAGE: {"when_full": "message", "full_message": "All lines are busy. Please call again."},
}


@pytest.fixture
async def called(telephone: Telephone) -> Telephone:
    """With all DIDS, from the first test on."""
    known = {did["number"] for did in (await telephone.api.get("/dids"))["items"]}
    for number, more in DIDS.items():
        if number not in known:
            await telephone.did(number, **more)
    return telephone


async def call(telephone: Telephone, to: str, caller: str) -> CallingLeg:
    return await telephone.far.call(to, telephone.here, from_=caller)


async def talked_to(telephone: Telephone, caller: str) -> CallingLeg:
    """The one call that there is room for."""
    leg = await call(telephone, OURS, caller)
    await heard_at(leg)
    return leg


async def refused(leg: CallingLeg) -> int:
    """The status; nothing was heard before."""
    seen = await leg.until_ended()
    assert seen.answered_at is None
    assert not seen.media.audio
    assert seen.status is not None
    return seen.status


async def test_a_number_of_ours_is_answered_by_its_bot_within_a_second(called: Telephone, figure: Figure) -> None:
    caller = "+14155553001"
    leg = await call(called, OURS, caller)

    heard = await heard_at(leg)
    await leg.type_digits("1")
    seen = await leg.until_ended(30)

    ringing = next(at for at, status in seen.statuses() if status == 180)
    assert seen.answered_at is not None
    figure("INVITE to 180", ringing - seen.began_at)
    figure("INVITE to 200", seen.answered_at - seen.began_at)
    figure("INVITE to first audio", heard - seen.began_at)
    assert heard - seen.began_at <= HEARD_WITHIN
    assert seen.ended_by is EndedBy.THEM
    shown = await called.called_by(caller)
    assert (shown["direction"], shown["caller_number"]) == ("inbound", OURS)
    assert (shown["result"]["outcome"], shown["result"]["disposition"]) == ("completed", "booked")


async def test_a_number_of_nobody_is_refused(called: Telephone, figure: Figure) -> None:
    leg = await call(called, "+14155552999", "+14155553002")

    assert await refused(leg) == 486

    assert leg.seen.ended_at is not None
    figure("INVITE to the refusal, unknown number", leg.seen.ended_at - leg.seen.began_at)
    assert await why_turned_away(called, "+14155553002") == "unknown_number"


async def test_outside_its_hours_a_number_is_refused(called: Telephone) -> None:
    assert await refused(await call(called, CLOSED, "+14155553003")) == 486

    assert await why_turned_away(called, "+14155553003") == "closed"


async def test_outside_its_hours_a_number_says_so_where_it_has_a_message(called: Telephone, figure: Figure) -> None:
    leg = await call(called, CLOSED_WITH_MESSAGE, "+14155553004")

    figure("INVITE to first audio, closed", await told_and_hung_up_on(leg))

    await why_turned_away(called, "+14155553004")


async def test_who_calls_while_nobody_is_free_is_refused(called: Telephone) -> None:
    await talked_to(called, "+14155553005")

    assert await refused(await call(called, OURS, "+14155553006")) == 486

    assert await why_turned_away(called, "+14155553006") == "full"


async def test_who_calls_while_nobody_is_free_is_told_so_where_there_is_a_message(
    called: Telephone, figure: Figure
) -> None:
    await talked_to(called, "+14155553007")

    leg = await call(called, FULL_WITH_MESSAGE, "+14155553008")

    figure("INVITE to first audio, nobody free", await told_and_hung_up_on(leg))
    await why_turned_away(called, "+14155553008")


@pytest.mark.usefixtures("with_sipp")
@pytest.mark.parametrize(
    ("scenario", "to", "values", "outcome"),
    [
        ("and_hangs_up", OURS, {}, "hung_up"),
        ("and_is_refused", "+14155552998", {"status": "486"}, "turned_away"),
        ("and_listens", CLOSED_WITH_MESSAGE, {}, "turned_away"),
    ],
)
async def test_sipp_too_gets_what_it_expects(
    called: Telephone, scenario: str, to: str, values: dict[str, str], outcome: str
) -> None:
    ended = await sipp.calls(scenario, called.here, user=to, count=1, **values)

    assert ended.well, ended.errors
    await called.quiet()
    [latest] = (await called.api.get("/calls", direction="inbound", limit=1))["items"]
    shown = await called.api.get(f"/calls/{latest['id']}")
    assert (shown["caller_number"], shown["phone"]) == (to, "")  # its name is no number
    assert shown["result"]["outcome"] == outcome


async def test_who_gives_up_while_it_rings_is_let_go(called: Telephone) -> None:
    leg = await call(called, OURS, "+14155553009")
    await leg.until_status(180)

    status = await leg.cancel()

    assert status in {487, 200}  # 200 where it was answered meanwhile
    await called.called_by("+14155553009")


async def told_and_hung_up_on(leg: CallingLeg) -> float:
    """Seconds from the INVITE until a message began that was then spoken to its end."""
    heard = await heard_at(leg)
    seen = await leg.until_ended(30)
    assert seen.ended_by is EndedBy.THEM
    assert heard - seen.began_at <= HEARD_WITHIN
    return heard - seen.began_at


async def why_turned_away(telephone: Telephone, caller: str) -> str:
    result = (await telephone.called_by(caller))["result"]
    assert result["outcome"] == "turned_away"
    return str(result["detail"])
