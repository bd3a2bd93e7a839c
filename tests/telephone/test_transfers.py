"""A bot hands its call over, by real SIP: who hears whom on the wire, and what the bot does where nobody takes it."""

import asyncio
from collections.abc import AsyncIterator, Iterator, Mapping
from dataclasses import replace
from typing import Final

import pytest

from contract_tests.carrier import scripts
from contract_tests.carrier.called import Script
from contract_tests.carrier.leg import Transfer
from contract_tests.carrier.records import EndedBy
from launcher.demo.client import Plain
from tests.telephone.conftest import Figure
from tests.telephone.handing import (
    CALLEES_TONE,
    DESK,
    TARGETS_TONE,
    WITHIN,
    WORD,
    bot_of,
    call,
    concluded_event,
    has_tone,
    held,
    is_held,
    quiet_for,
    recorded,
    taken,
)
from tests.telephone.system import Running, Telephone, at_the_telephone, heard_at, running
from tests.telephone.voice import voice
from tests.telephone.ways import WAYS

CAPACITY: Final = 8
QUIET: Final = 4.0
"""Seconds: a bot that were still there would have asked after three of silence."""

DIALLERS: Final = 10
"""Channels of the trunk's twenty that the one Dialler holds, whether it dials or not: the API has the other half."""


@pytest.fixture(scope="module", params=WAYS)
def system(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    folder = tmp_path_factory.mktemp(f"transfers-{request.param}")
    with running(folder, WAYS[request.param], capacity=CAPACITY) as started:
        yield started


@pytest.fixture
async def telephone(system: Running) -> AsyncIterator[Telephone]:
    async with at_the_telephone(system) as opened:
        for how in ("dial", "refer"):
            await bot_of(opened, how)
        yield opened


async def test_who_takes_the_call_talks_with_its_callee_until_they_hang_up(
    telephone: Telephone, figure: Figure
) -> None:
    desk = DESK
    telephone.far.number(desk, scripts.answers())
    await telephone.until(lambda: is_held(telephone, DIALLERS), "the Dialler has its part, and nobody more")
    handing = await call(telephone, "+14155557101", desk)
    await heard_at(handing.callee)
    target = await taken(handing, desk)

    assert target.seen.answered_at is not None
    figure("answer until the two hear one another", asyncio.get_running_loop().time() - target.seen.answered_at)
    assert await held(telephone) == DIALLERS + 2
    for leg in (handing.callee, target):
        leg.media.speaker.stop_playing()
    await asyncio.gather(*(quiet_for(leg, QUIET) for leg in (handing.callee, target)))
    await target.hang_up()
    hung_up = asyncio.get_running_loop().time()
    seen = await handing.callee.until_ended(WITHIN)

    assert seen.ended_by is EndedBy.THEM
    assert seen.ended_at is not None
    figure("BYE of who took it to the callee's BYE", seen.ended_at - hung_up)
    result = await handing.result()
    assert (result["outcome"], result["ended_by"]) == ("transferred", "target")
    assert (result["transfer"]["to"], result["transfer"]["how"], result["transfer"]["failure"]) == (desk, "dial", None)
    assert [turn["text"] for turn in result["turns"]] == [WORD]
    assert (await concluded_event(handing))["outcome"] == "transferred"
    left, right = await recorded(telephone, handing.call_id)
    assert has_tone(left, CALLEES_TONE)
    assert not has_tone(left, TARGETS_TONE)
    assert has_tone(right, TARGETS_TONE)
    assert not has_tone(right, CALLEES_TONE)
    await telephone.until(lambda: is_held(telephone, DIALLERS), "both channels are free")


async def test_a_callee_who_hangs_up_on_who_took_the_call_ends_it(telephone: Telephone) -> None:
    desk = DESK
    telephone.far.number(desk, scripts.answers())
    handing = await call(telephone, "+14155557102", desk)
    target = await taken(handing, desk)

    await handing.callee.hang_up()

    assert (await target.until_ended(WITHIN)).ended_by is EndedBy.THEM
    result = await handing.result()
    assert (result["outcome"], result["ended_by"], result["transfer"]["failure"]) == ("transferred", "callee", None)


NOBODY: Final[Mapping[str, tuple[str, Script]]] = {
    "+14155557201": ("sip_486", scripts.refuses(486)),
    "+14155557202": ("sip_503", scripts.refuses(503)),
    "+14155557203": ("sip_404", scripts.refuses(404, ringing=0)),
    "+14155557204": ("no_answer", scripts.rings),
    "+14155557205": ("no_answer", scripts.silent),
}
"""Numbers at which nobody takes a call, the word for why, and what happens there."""


async def test_where_nobody_takes_it_the_bot_knows_why_and_goes_on(telephone: Telephone) -> None:
    """All at once, each in a call of its own."""
    for desk, (_, script) in NOBODY.items():
        telephone.far.number(desk, script)

    async with asyncio.TaskGroup() as group:
        for desk, (reason, _) in NOBODY.items():
            group.create_task(bot_goes_on(telephone, desk.replace("72", "73"), desk, reason))

    [rang] = telephone.far.calls_to("+14155557204")
    assert rang.cancelled_at is not None


async def bot_goes_on(telephone: Telephone, to: str, desk: str, reason: str) -> None:
    handing = await call(telephone, to, desk)
    await telephone.far.called(desk, within=WITHIN)
    await handing.hears_why(reason, desk, "dial")


async def test_a_callee_who_hangs_up_while_it_rings_stops_the_ringing(telephone: Telephone) -> None:
    desk = "+14155557401"
    telephone.far.number(desk, scripts.rings)
    handing = await call(telephone, "+14155557402", desk)
    target = await telephone.far.called(desk, within=WITHIN)
    assert target.seen.ended_at is None

    await handing.callee.hang_up()
    seen = await target.until_ended(WITHIN)

    assert "CANCEL" in seen.names(sent=False)
    assert (seen.cancelled_at is not None, seen.status) == (True, 487)
    result = await handing.result()
    assert (result["outcome"], result["ended_by"], result["transfer"]["failure"]) == ("hung_up", "callee", "given_up")


async def referred_to(telephone: Telephone, to: str) -> Plain:
    """The result of the call to that number, once it has been given away."""
    leg = await telephone.far.called(to, within=WITHIN)
    seen = await leg.until_ended(WITHIN)
    assert [DESK in refer for refer in seen.refers] == [True]
    assert seen.ended_by is EndedBy.THEM
    assert not telephone.far.calls_to(DESK)  # it is the far end that calls there
    return dict((await telephone.called_by(to))["result"])


async def test_a_callee_is_referred_and_the_call_is_over_for_us(telephone: Telephone) -> None:
    await call(telephone, "+14155557501", how="refer")

    result = await referred_to(telephone, "+14155557501")

    assert (result["outcome"], result["ended_by"]) == ("transferred", "bot")
    assert (result["transfer"]["to"], result["transfer"]["how"], result["transfer"]["failure"]) == (DESK, "refer", None)


async def test_a_campaigns_call_is_referred_too_although_its_core_has_not_dialled_it(telephone: Telephone) -> None:
    to = "+14155557502"
    telephone.far.number(to, scripts.answers(scripts.says(voice(0.6))))
    await replace(telephone, bot_id=await bot_of(telephone, "refer")).campaign(to)

    result = await referred_to(telephone, to)

    assert (result["outcome"], result["transfer"]["failure"]) == ("transferred", None)


REFUSED: Final[Mapping[str, tuple[str, Transfer]]] = {
    "+14155557601": ("sip_603", Transfer(accepted=603)),
    "+14155557602": ("not_offered", Transfer(accepted=405)),
    "+14155557603": ("sip_486", Transfer(outcome=486)),
}
"""Callees whose far end answers a REFER like that, or tells later how it went, and the word for it."""


async def test_a_referral_that_fails_comes_back_to_the_bot_with_its_reason(telephone: Telephone) -> None:
    async with asyncio.TaskGroup() as group:
        for to, (reason, answer) in REFUSED.items():
            group.create_task(comes_back(telephone, to, reason, answer))


async def comes_back(telephone: Telephone, to: str, reason: str, answer: Transfer) -> None:
    handing = await call(telephone, to, how="refer")
    handing.callee.transfer = answer
    await handing.hears_why(reason, DESK, "refer")
    assert len(handing.callee.seen.refers) == 1


async def test_where_the_trunk_has_no_free_channel_nobody_is_called(telephone: Telephone) -> None:
    """Of two channels one is the Dialler's part, and the call itself has the other."""
    [trunk] = [each for each in (await telephone.api.get("/trunks"))["items"] if each["carrier"] == "sip"]
    await telephone.api.patch(f"/trunks/{trunk['id']}", {"channels": 2})
    try:
        await telephone.until(lambda: is_held(telephone, 1), "the Dialler has its part of two")
        handing = await call(telephone, "+14155557701")
        await handing.hears_why("no_channel", DESK, "dial")
        assert not telephone.far.calls_to(DESK)
    finally:
        await telephone.api.patch(f"/trunks/{trunk['id']}", {"channels": trunk["channels"]})
