"""Simulated callees behave as their roles say, and know only what they hear."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from adapters.memory.clock import MemoryClock
from adapters.memory.screening import MemoryScreening
from adapters.memory.speech_to_text import MemorySpeechToText
from adapters.memory.text_to_speech import MemoryTextToSpeech
from adapters.simulation.carrier import SimulatedCarrier
from adapters.simulation.population import Answer, Manner, Role
from domain.bots.opt_out import asks_not_to_be_called
from domain.calls.audio import AudioFrame
from domain.calls.room import DIALLER
from domain.campaigns.attempt import Verdict
from ports.audio_links import Heard, LinkEvent, Pressed
from ports.carrier import LegEnd
from ports.telephony import HangUp
from tests.adapters.simulated_call import NUMBER, Line, called, order

pytestmark = pytest.mark.virtual_time

PITCH = "Good morning, this is Anna from Acme. Do you have a minute to answer a few short questions for us today?"


def human(manner: Manner = Manner.SAYS_YES) -> Role:
    return Role(answer=Answer.HUMAN, manner=manner)


VOICEMAIL = Role(answer=Answer.VOICEMAIL)
SILENT = Role(answer=Answer.SILENT)


async def carried(role: Role) -> tuple[LegEnd, list[str], float]:
    line, clock = Line(), MemoryClock()
    carrier = SimulatedCarrier(clock, MemoryTextToSpeech(), MemorySpeechToText(), seed=1, overrides={NUMBER: role})
    end = await carrier.carry(order("call_1"), line)
    return end, [said for said, _ in line.said], clock.monotonic()


@pytest.mark.parametrize(
    ("answer", "status", "said"),
    [
        (Answer.BUSY, 486, []),
        (Answer.INVALID, 404, []),
        (Answer.CONGESTION, 503, []),
        (Answer.REJECTS, 603, ["ringing"]),
        (Answer.NO_ANSWER, 480, ["ringing"]),
    ],
)
async def test_calls_that_nobody_takes_end_with_their_sip_status(answer: Answer, status: int, said: list[str]) -> None:
    end, progress, _ = await carried(Role(answer=answer))

    assert (end.status, progress) == (status, said)


async def test_speed_shortens_the_ringing_only() -> None:
    async def times(speed: float) -> tuple[float, float]:
        began = MemoryClock().monotonic()
        async with called(human(), speed=speed) as caller:
            answered = caller.line.said[-1][1]
            await caller.hear()
            return answered - began, caller.line.clock.monotonic() - answered

    slow, fast = await times(1.0), await times(10.0)

    assert slow[0] - fast[0] > 2.0
    assert fast[1] == pytest.approx(slow[1], abs=0.1)


async def test_a_human_says_hello_within_a_second() -> None:
    async with called(human()) as caller:
        assert await caller.ears.words(1, within=3.0)
        assert caller.link.clock() < 2.0


@pytest.mark.parametrize(
    ("manner", "question", "answers"),
    [
        (Manner.SAYS_YES, "Do you have a minute?", ("yes",)),
        (Manner.SAYS_NO, "Do you have a minute?", ("no",)),
        (Manner.SAYS_YES, "What day would suit you?", ("day", "wednesday")),
        (Manner.SAYS_YES, "How many people live with you?", ("two", "three", "four", "five")),
        (Manner.SAYS_YES, "What time would be best?", ("morning", "two", "four")),
        (Manner.SAYS_NO, "May I have your name?", ("alex", "sam", "robin")),
        (Manner.SAYS_YES, "Would you like the morning or the evening?", ("morning", "evening")),
    ],
)
async def test_a_human_answers_what_it_is_asked(manner: Manner, question: str, answers: tuple[str, ...]) -> None:
    async with called(human(manner)) as caller:
        await caller.hear()
        answer = await caller.ask(question)

    assert answer is not None
    assert any(word in answer.lower() for word in answers)


async def test_the_answer_comes_soon_after_the_last_word_and_not_before() -> None:
    async with called(human()) as caller:
        await caller.hear()
        await caller.say(PITCH)
        ended = caller.link.clock()
        assert await caller.ears.words(1, within=5.0)
        assert 0.3 < caller.link.clock() - ended < 1.6  # the first word is heard when it ends


async def test_a_conversation_goes_on_for_several_turns() -> None:
    async with called(human()) as caller:
        await caller.hear()
        answers = [await caller.ask(f"Is this question number {n}?") for n in range(5)]

    assert all(answer and "yes" in answer.lower() for answer in answers)


async def test_who_is_told_goodbye_hangs_up_when_the_caller_does_not() -> None:
    async with called(human()) as caller:
        await caller.hear()
        await caller.say("Thank you. Goodbye.")
        end = await caller.leg

    assert (end.status, end.by) == (200, HangUp.CALLEE)


async def test_the_end_of_the_room_is_ours() -> None:
    async with called(human()) as caller:
        await caller.hear()
        await caller.line.hang_up()
        assert (await caller.leg).by is HangUp.US


async def test_keys_are_pressed_when_asked_for() -> None:
    async with called(human(Manner.PRESSES_KEYS)) as caller:
        ear = await caller.line.join(DIALLER)
        await caller.hear()
        await caller.say("To speak to somebody, press one.")
        pressed = [event async for event in _until_pressed(ear.events())]

    assert pressed == ["1"]


async def _until_pressed(events: AsyncIterator[LinkEvent]) -> AsyncIterator[str]:
    async for event in events:
        if isinstance(event, Pressed):
            yield event.digit
            return


async def test_who_opts_out_says_so_in_words_that_the_domain_understands_and_hangs_up() -> None:
    async with called(human(Manner.OPTS_OUT)) as caller:
        await caller.hear()
        answer = await caller.ask(PITCH)
        end = await caller.leg

    assert asks_not_to_be_called(answer or "")
    assert end.by is HangUp.CALLEE


async def test_who_hangs_up_does_so_in_the_middle_of_a_sentence() -> None:
    async with called(human(Manner.HANGS_UP)) as caller:
        await caller.hear()
        async with asyncio.TaskGroup() as tasks:
            saying = tasks.create_task(caller.say(PITCH))
            assert (await caller.leg).by is HangUp.CALLEE
            assert not saying.done()
            saying.cancel()


async def test_who_interrupts_talks_into_the_sentence() -> None:
    async with called(human(Manner.INTERRUPTS)) as caller:
        await caller.hear()
        async with asyncio.TaskGroup() as tasks:
            saying = tasks.create_task(caller.say(PITCH))
            assert await caller.ears.words(1, within=10.0)
            assert not saying.done()
            saying.cancel()
        assert await caller.ask("We have an offer. Do you want it?")


async def test_who_screens_asks_first_and_then_is_a_human_like_others() -> None:
    async with called(human(Manner.SCREENS)) as caller:
        screening = await caller.hear()
        thanks = await caller.ask("This is Anna from Acme.")
        hello = await caller.hear()
        answer = await caller.ask("Do you have a minute?")

    assert "who is calling" in (screening or "")
    assert "moment" in (thanks or "")
    assert hello
    assert "yes" in (answer or "").lower()


async def test_sound_without_words_is_not_understood() -> None:
    async with called(human(Manner.SAYS_YES)) as caller:
        await caller.hear()
        async for frame in MemoryTextToSpeech().speak("Do you have a minute?", voice="en-us"):
            await caller.link.speak(AudioFrame(pcm=frame.pcm))
        assert await caller.hear(within=20.0) == "Hello?"


async def test_nobody_to_talk_to_is_hung_up_on() -> None:
    async with called(human()) as caller:
        end = await caller.leg
        assert end.by is HangUp.CALLEE
        assert 15 < caller.line.clock.monotonic() - caller.line.said[-1][1] < 30


async def test_who_is_silent_sends_no_frames_and_goes_away() -> None:
    async with called(SILENT) as caller:
        ear = await caller.line.join(DIALLER)
        end = await caller.leg
        await caller.line.hang_up()
        assert not [event async for event in ear.events() if isinstance(event, Heard)]

    assert end.by is HangUp.CALLEE


async def test_a_voicemail_greets_beeps_and_records_until_the_caller_hangs_up() -> None:
    async with called(VOICEMAIL) as caller:
        greeting = await caller.hear()
        await caller.say("Please call back Anna at Acme.")
        assert await caller.hear(within=5.0) is None
        assert not caller.leg.done()

    assert "leave" in (greeting or "").lower()
    assert caller.leg.result().by is HangUp.US


async def test_a_voicemail_hangs_up_when_its_tape_is_full() -> None:
    async with called(VOICEMAIL) as caller:
        assert (await caller.leg).by is HangUp.CALLEE
        assert 30 < caller.line.clock.monotonic() - caller.line.said[-1][1] < 45


@pytest.mark.parametrize(
    ("role", "expected"),
    [(human(), Verdict.HUMAN), (VOICEMAIL, Verdict.MACHINE), (SILENT, Verdict.SILENCE)],
)
async def test_screening_knows_them_apart(role: Role, expected: Verdict) -> None:
    for n in range(20):
        async with called(role, call=f"call_{n}") as caller:
            ear = await caller.line.join(DIALLER)
            async with MemoryScreening(caller.line.clock).listen(ear.events()) as session:
                assert await session.verdict() is expected
                if role is VOICEMAIL:
                    assert await session.beep(15.0)


async def test_the_same_call_is_the_same_again() -> None:
    async def heard() -> list[float]:
        async with called(human()) as caller:
            ear = await caller.line.join(DIALLER)
            await caller.hear()
            await caller.ask(PITCH)
            await caller.line.hang_up()
            return [round(event.at, 3) async for event in ear.events() if isinstance(event, Heard)]

    assert await heard() == await heard()


async def test_callees_hear_only_their_own_room() -> None:
    async with (
        called(human(), call="call_1") as one,
        called(human(Manner.SAYS_NO), call="call_2") as other,
    ):
        await asyncio.gather(one.hear(), other.hear())
        answers = await asyncio.gather(one.ask("Will you?"), other.ask("Do you want to?"))

    assert "yes" in (answers[0] or "").lower()
    assert "no" in (answers[1] or "").lower()
