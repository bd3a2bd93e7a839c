"""The speaker process dies with its owner, comes back when it dies, and keeps its library to itself."""

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from adapters.espeak.process import SpeakerProcess
from adapters.espeak.text_to_speech import EspeakTextToSpeech
from ports.errors import Unavailable

PATIENCE = 10.0
OWNER = """
import asyncio, sys
from adapters.espeak.process import SpeakerProcess

async def main():
    speaker = SpeakerProcess(5.0)
    await speaker.ask(voice="en-us", text="hello")
    print(speaker.pid, flush=True)
    await asyncio.sleep(60)

asyncio.run(main())
"""


@pytest.fixture
async def speaker() -> AsyncIterator[SpeakerProcess]:
    process = SpeakerProcess(5.0)
    await process.open()
    yield process
    await process.aclose()


async def gone(pid: int) -> None:
    for _ in range(int(PATIENCE / 0.02)):
        if not _lives(pid):
            return
        await asyncio.sleep(0.02)
    raise AssertionError(f"process {pid} lives on")


def _lives(pid: int) -> bool:
    stat = Path(f"/proc/{pid}/stat")
    return stat.exists() and stat.read_text().rsplit(")", 1)[1].split()[0] != "Z"


async def test_after_its_death_it_is_started_again(speaker: SpeakerProcess) -> None:
    first = speaker.pid
    assert first is not None
    os.kill(first, signal.SIGKILL)

    speech = await speaker.ask(voice="en-us", text="still here")

    assert speech.pcm
    assert speaker.pid != first


async def test_one_that_does_not_answer_is_given_up_in_time_and_replaced() -> None:
    speaker = SpeakerProcess(1.0)
    await speaker.ask(voice="en-us", text="hello")
    assert speaker.pid is not None
    os.kill(speaker.pid, signal.SIGSTOP)

    with pytest.raises(Unavailable):
        await speaker.ask(voice="en-us", text="are you there")

    assert (await speaker.ask(voice="en-us", text="hello again")).pcm
    await speaker.aclose()


async def test_it_ends_when_it_is_closed_and_closing_twice_is_once(speaker: SpeakerProcess) -> None:
    pid = speaker.pid
    assert pid is not None

    await speaker.aclose()
    await speaker.aclose()

    await gone(pid)


async def test_it_dies_with_an_owner_that_was_killed() -> None:
    owner = await asyncio.create_subprocess_exec(sys.executable, "-c", OWNER, stdout=subprocess.PIPE)
    assert owner.stdout is not None
    pid = int(await owner.stdout.readline())
    assert _lives(pid)

    owner.kill()
    await owner.communicate()

    await gone(pid)


async def test_a_cancelled_question_spoils_no_later_answer(speaker: SpeakerProcess) -> None:
    long = " ".join(f"word{n}" for n in range(400))
    for moment in (0.0, 0.001, 0.01, 0.05):
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(moment):
                await speaker.ask(voice="en-us", text=long)

    assert [word.text for word in (await speaker.ask(voice="en-us", text="all is well")).words] == ["all", "is", "well"]


def test_the_owner_never_loads_the_library() -> None:
    code = "import sys, adapters.espeak.text_to_speech; print(int('espeakng_loader' in sys.modules))"

    loaded = subprocess.run(  # noqa: S603  # our own code
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    ).stdout

    assert loaded.strip() == "0"


async def test_what_was_said_lately_is_kept() -> None:
    speech = EspeakTextToSpeech(kept=2)
    await speech.open()

    first = [frame async for frame in speech.speak("one", voice="en-us")]
    again = [frame async for frame in speech.speak("one", voice="en-us")]
    for text in ("two", "three"):
        [frame async for frame in speech.speak(text, voice="en-us")]
    anew = [frame async for frame in speech.speak("one", voice="en-us")]
    await speech.aclose()

    assert all(a is b for a, b in zip(first, again, strict=True))
    assert first[0] is not anew[0]
