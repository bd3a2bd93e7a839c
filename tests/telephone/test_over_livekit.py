"""`./cxb trunk` and `./cxb call` over LiveKit's real server, each right after the other."""

import asyncio
import sys
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from contract_tests.carrier import scripts
from contract_tests.carrier.far_end import FarEnd, far_end
from contract_tests.carrier.loopback import LOOPBACK
from launcher.demo.client import ApiClient, signed_in
from tests.seeing.system import System
from tests.telephone.system import BOT, CALLER, Running, heard_at, running
from tests.telephone.ways import by_livekit

PATIENCE = 90.0
BUSY, ANSWERS = "+14155554101", "+14155554102"


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """Somebody who sits at the machine."""

    system: System
    api: ApiClient
    far: FarEnd

    async def cxb(self, *arguments: str) -> tuple[int, str]:
        """Its exit code, and what it printed."""
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "launcher", *arguments),
            env=self.system.environ,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
        async with asyncio.timeout(PATIENCE):
            out, _ = await process.communicate()
        return process.returncode or 0, out.decode()

    async def call(self, to: str) -> tuple[int, str]:
        return await self.cxb("call", to, "--bot", "Harbour", "--from", CALLER)


@pytest.fixture
def on_livekit(tmp_path: Path) -> Iterator[Running]:
    with running(tmp_path, by_livekit) as started:
        yield started


@pytest.fixture
async def desk(on_livekit: Running) -> AsyncIterator[Desk]:
    settings = on_livekit.system.settings
    signing_in = signed_in(settings.api_url, settings.admin_email, on_livekit.password, asyncio.sleep)
    async with far_end(numbers={}, port=on_livekit.far_port) as far, signing_in as api:
        bot = await api.post("/bots", {"name": "Harbour", "draft": BOT})
        await api.post(f"/bots/{bot['id']}/publish")
        yield Desk(system=on_livekit.system, api=api, far=far)


async def test_each_change_of_a_trunk_holds_for_the_call_right_after_it(desk: Desk) -> None:
    desk.far.number(BUSY, scripts.refuses(486, "Busy Here", ringing=0.2))
    desk.far.number(ANSWERS, scripts.answers(ringing=0.2))

    place = ("--host", LOOPBACK, "--port", str(desk.far.address[1]))
    code, said = await desk.cxb("trunk", "add", "--name", "Far end", *place)
    assert code == 0, said
    code, said = await desk.call(BUSY)
    assert said.rstrip().endswith("ended: busy, SIP 486, 0 s talked, ended by callee"), said

    trunk = said.partition(" by trunk ")[2].split()[0]
    await desk.api.change(f"/trunks/{trunk}", {"enabled": False})
    code, said = await desk.call(BUSY)
    assert (code, "every trunk that reaches the number is disabled" in said) == (1, True), said

    await desk.api.change(f"/trunks/{trunk}", {"enabled": True})
    calling = asyncio.ensure_future(desk.call(ANSWERS))
    leg = await desk.far.called(ANSWERS, within=PATIENCE)
    await heard_at(leg)
    await leg.hang_up()
    code, said = await calling
    assert (code, "answered" in said) == (0, True), said
