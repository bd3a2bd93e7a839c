"""An answered call, from the answer to the bot's first sound: who is heard, who speaks, and how soon."""

import asyncio

import pytest

from adapters.acoustic.screening import AcousticScreening
from contract_tests.carrier import scripts
from contract_tests.carrier.called import CalledLeg, Script
from contract_tests.carrier.measure import first_sound
from contract_tests.carrier.scripts import Act
from contract_tests.carrier.sounds import tone
from domain.calls.room import CALLEE, CORE, DIALLER
from domain.campaigns.attempt import Verdict
from tests.adapters.sip_party import speak, wide_tone
from tests.telephone.conftest import Figure
from tests.telephone.reach import REACHES, ROOM, answered
from tests.telephone.system import Telephone, heard_at
from tests.telephone.voice import voice

SPEAKS_WITHIN = 5 * 0.3
"""Five times what the issue asks of two idle cores, as all ceilings here."""

SAFE_HARBOUR_WITHIN = 2.0
"""The law's own: no machine may be too slow for that."""

HELLO = voice(0.6)


async def test_a_core_that_is_there_from_the_answer_on_speaks_as_soon_as_there_is_a_verdict(
    telephone: Telephone, figure: Figure
) -> None:
    to, may_answer = "+14155551001", asyncio.Event()
    telephone.far.number(to, rings_until(may_answer, then=scripts.answers(scripts.says(HELLO), ringing=0)))
    await telephone.campaign(to)
    leg, call_id = await telephone.called(to)
    await telephone.logged(
        "dialler", call_id, "listening"
    )  # people take longer to come to a phone; this machine may not
    may_answer.set()

    spoke = await heard_at(leg)

    assert leg.seen.answered_at is not None
    verdict = await telephone.logged("dialler", call_id, "screened")
    joined = await telephone.logged("core", call_id, "room_joined")
    assert verdict["verdict"] == "human"
    assert joined["at"] < verdict["at"] < spoke
    figure("answer to Core in the call", joined["at"] - leg.seen.answered_at)
    figure("answer to verdict", verdict["at"] - leg.seen.answered_at)
    figure("verdict to first bot sound", spoke - verdict["at"])
    assert spoke - verdict["at"] <= SPEAKS_WITHIN
    await leg.type_digits("1")
    await leg.until_ended(30)
    result = await telephone.concluded(call_id)
    assert (result["outcome"], result["disposition"]) == ("completed", "booked")


async def test_what_a_trunk_plays_before_the_answer_is_no_voice_of_the_callees(telephone: Telephone) -> None:
    to = "+14155551002"
    telephone.far.number(to, scripts.early_media(voice(3.5), then=scripts.answers(scripts.says(HELLO), ringing=0)))
    await telephone.campaign(to)
    leg, call_id = await telephone.called(to)

    await heard_at(leg)

    assert (await telephone.logged("dialler", call_id, "screened"))["verdict"] == "human"


@pytest.mark.parametrize("by", REACHES)
@pytest.mark.parametrize(("acts", "verdict"), [([], Verdict.SILENCE), ([scripts.says(voice(4.0))], Verdict.MACHINE)])
async def test_screening_hears_the_callee_and_nobody_else_in_the_room(
    by: str, acts: list[Act], verdict: Verdict
) -> None:
    """Whatever a Core says meanwhile, as none of ours does: its words reach the phone and not the Dialler."""
    hers, all_others = frozenset({CALLEE}), frozenset({CALLEE, DIALLER})
    async with answered(by, "+15557000001", scripts.answers(*acts)) as (phones, leg):
        core = await phones.links.join(await phones.rooms.invite(ROOM, CORE, hears=hers, heard_by=all_others))
        ticket = await phones.rooms.invite(ROOM, DIALLER, hears=hers, heard_by=frozenset())
        link = await phones.links.join(ticket)
        async with AcousticScreening(phones.clock).listen(link.events()) as session:
            speaking = asyncio.ensure_future(speak(core, wide_tone(1000, 5.0)))
            assert await session.verdict() is verdict
        assert first_sound(leg.seen.media) is not None
        speaking.cancel()


async def test_a_machine_gets_its_message_after_the_beep(telephone: Telephone, figure: Figure) -> None:
    to, beeped = "+14155551003", asyncio.Event()

    async def beeps(leg: CalledLeg) -> None:
        await leg.say(tone(1000, 0.4))
        beeped.set()

    telephone.far.number(to, scripts.answers(scripts.says(voice(3.0)), scripts.waits(0.7), beeps))
    await telephone.campaign(to)
    leg, call_id = await telephone.called(to)
    await asyncio.wait_for(beeped.wait(), 60)
    beep_over = asyncio.get_running_loop().time()
    assert first_sound(leg.seen.media) is None

    spoke = await heard_at(leg)

    assert (await telephone.logged("dialler", call_id, "screened"))["verdict"] == "machine"
    figure("end of the beep to the message", spoke - beep_over)
    assert spoke - beep_over <= SPEAKS_WITHIN
    seen = await leg.until_ended(30)
    assert "BYE" in seen.names(sent=False)
    assert (await telephone.concluded(call_id))["outcome"] == "voicemail_left"


async def test_where_nobody_is_free_whoever_answered_is_told_so_within_two_seconds(
    telephone: Telephone, figure: Figure
) -> None:
    """One Core has room for one talk: the others that ring meanwhile are told, be they heard or not."""
    talks, says_hello, says_nothing = "+14155551004", "+14155551005", "+14155551006"
    first, others = asyncio.Event(), asyncio.Event()
    for to, may_answer, acts in (
        (talks, first, [scripts.says(HELLO)]),
        (says_hello, others, [scripts.says(HELLO)]),
        (says_nothing, others, []),
    ):
        telephone.far.number(to, rings_until(may_answer, then=scripts.answers(*acts, ringing=0)))
    await telephone.campaign(talks, says_hello, says_nothing)
    (talking, _), *waiting = [await telephone.called(to) for to in (talks, says_hello, says_nothing)]
    first.set()
    await heard_at(talking)
    others.set()

    for (leg, _), callee in zip(waiting, ("who says hello", "who says nothing"), strict=True):
        spoke = await heard_at(leg)
        assert leg.seen.answered_at is not None
        figure(f"answer to safe-harbour message, {callee}", spoke - leg.seen.answered_at)
        assert spoke - leg.seen.answered_at <= SAFE_HARBOUR_WITHIN, callee
    for leg, call_id in waiting:
        await leg.until_ended(30)
        assert (await telephone.concluded(call_id))["outcome"] == "abandoned"


def rings_until(event: asyncio.Event, *, then: Script) -> Script:
    async def script(leg: CalledLeg) -> None:
        leg.progress(180)
        await event.wait()
        await then(leg)

    return script
