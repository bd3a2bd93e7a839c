"""`./cxb call` over SIP: it places one call and prints its life."""

import asyncio
import sys

import pytest

from contract_tests.carrier import scripts
from contract_tests.carrier.called import Script
from tests.telephone.system import CALLER, Telephone, heard_at

PATIENCE = 90.0
SOME_WORDS = 1.5
"""Seconds."""


async def cxb_call(telephone: Telephone, to: str) -> "asyncio.Task[tuple[int, str]]":
    """Its exit code and what it printed, once it has ended."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "launcher", "call", to, "--bot", "Harbour", "--from", CALLER,
        env=telephone.running.system.environ, stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
    )  # fmt: skip

    async def finish() -> tuple[int, str]:
        async with asyncio.timeout(PATIENCE):
            out, _ = await process.communicate()
        return process.returncode or 0, out.decode()

    return asyncio.ensure_future(finish())


async def test_it_prints_the_life_of_a_call_that_is_answered(telephone: Telephone) -> None:
    to = "+14155554001"
    telephone.far.number(to, scripts.answers(ringing=1.0))
    printing = await cxb_call(telephone, to)
    leg = await telephone.far.called(to, within=PATIENCE)
    began = await heard_at(leg)
    await leg.until(lambda seen: seen.media.audio[-1].at > began + SOME_WORDS)
    await leg.type_digits("1")

    code, printed = await printing

    assert code == 0, printed
    lines = printed.splitlines()
    assert lines[0].startswith(f"calling {to} from {CALLER} by trunk ")
    assert lines[1:4] == ["rings", "answered", "core-1 is in the call"]
    asked, thanked = (line.partition("s  bot: ")[2] for line in lines[4:-1])
    assert asked.startswith("Hello, this is")
    assert asked.endswith("(interrupted)")
    assert thanked == "Thank you. Goodbye."
    assert lines[-1].startswith("ended: completed, booked, ")
    assert lines[-1].endswith(" ended by bot")
    assert leg.seen.from_user == CALLER


@pytest.mark.parametrize(
    ("script", "end"),
    [
        (scripts.refuses(486, "Busy Here", ringing=0.5), "ended: busy, SIP 486, 0 s talked, ended by callee"),
        (scripts.refuses(404, "Not Found", ringing=0), "ended: invalid_number, SIP 404, 0 s talked, ended by system"),
    ],
)
async def test_it_says_how_a_call_ended_that_nobody_answered(telephone: Telephone, script: Script, end: str) -> None:
    telephone.far.number("+14155554002", script)

    code, printed = await (await cxb_call(telephone, "+14155554002"))

    assert code == 1, printed
    assert printed.rstrip().endswith(end), printed
