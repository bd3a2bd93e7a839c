"""SIPp, an independent opinion: it plays the scenarios of `sipp/` as the one who is called, or as the one who calls."""

import asyncio
import shutil
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from contract_tests.backends.backend import Missing
from contract_tests.carrier.loopback import LOOPBACK, free_port, is_free

SCENARIOS: Final = Path(__file__).with_name("sipp")
PATIENCE: Final = 30
"""Seconds after which SIPp gives up, which counts as a failure."""
LOOK_EVERY: Final = 0.01
RTP: Final = 2
"""How far above its SIP port its audio is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """`errors` is what SIPp found wrong, "" when all calls went as the scenario says."""

    code: int
    errors: str

    @property
    def well(self) -> bool:
        return self.code == 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Sipp:
    """A run of one scenario. `messages` is all that was sent and received so far."""

    port: int
    process: asyncio.subprocess.Process
    folder: Path

    @property
    def address(self) -> tuple[str, int]:
        return LOOPBACK, self.port

    @property
    def messages(self) -> str:
        path = self.folder / "messages.log"
        return path.read_text(errors="replace") if path.exists() else ""

    async def ended(self) -> Ended:
        """Once all its calls are over."""
        code = await self.process.wait()
        path = self.folder / "errors.log"
        return Ended(code=code, errors=path.read_text(errors="replace") if path.exists() else "")


def find() -> str:
    """The program. Raises Missing."""
    program = shutil.which("sipp")
    if program is None:
        raise Missing("no sipp on PATH (Debian: sip-tester)")
    return program


@asynccontextmanager
async def called(scenario: str, *, count: int = 1, **values: str) -> AsyncIterator[Sipp]:
    """Waits for that many calls and sends their audio back. `values` fill in what the scenario leaves open, such as
    `status` and `reason`. Raises Missing where there is no SIPp."""
    async with _running(f"called_{scenario}", [], count, values) as sipp:
        while is_free(sipp.port):  # an INVITE before that would be sent again, half a second later
            if sipp.process.returncode is not None:
                raise RuntimeError(f"sipp did not start: {(await sipp.ended()).errors}")
            await asyncio.sleep(LOOK_EVERY)
        yield sipp


async def calls(scenario: str, at: tuple[str, int], *, user: str, count: int = 1, **values: str) -> Ended:
    """Places that many calls to the user at the address, ten a second, and tells how they went. Raises Missing."""
    target = [f"{at[0]}:{at[1]}", "-r", "10"]
    async with _running(f"calls_{scenario}", target, count, {"user": user, **values}) as sipp:
        return await sipp.ended()


@asynccontextmanager
async def _running(scenario: str, more: list[str], count: int, values: dict[str, str]) -> AsyncIterator[Sipp]:
    program = find()
    with tempfile.TemporaryDirectory() as name:
        folder, port = Path(name), free_port(room=RTP + 2)
        path = folder / "scenario.xml"
        path.write_text(_filled(scenario, values))
        process = await asyncio.create_subprocess_exec(
            program, *more, "-sf", str(path), "-m", str(count), *_place(folder, port),
            stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.DEVNULL,
            cwd=folder,
        )  # fmt: skip
        try:
            yield Sipp(port=port, process=process, folder=folder)
        finally:
            if process.returncode is None:
                process.kill()
            await process.wait()


def _filled(scenario: str, values: dict[str, str]) -> str:
    text = (SCENARIOS / f"{scenario}.xml").read_text()
    for name, value in values.items():
        text = text.replace(f"@{name}@", value)
    return text


def _place(folder: Path, port: int) -> list[str]:
    return [
        "-i", LOOPBACK, "-p", str(port), "-mi", LOOPBACK, "-mp", str(port + RTP), "-rtp_echo", "-nostdin",
        "-timeout", str(PATIENCE), "-timeout_error", "-trace_err", "-error_file", str(folder / "errors.log"),
        "-trace_msg", "-message_file", str(folder / "messages.log"),
    ]  # fmt: skip
