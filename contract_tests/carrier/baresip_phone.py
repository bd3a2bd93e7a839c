"""Debian's baresip as a phone that answers by itself, plays a tone and records what it hears: a second opinion.

It is a build of its own, older than the one inside baresip-python, of the same stack.
"""

import asyncio
import shutil
import tempfile
import wave
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from contract_tests.backends.backend import Missing
from contract_tests.carrier.g711 import Pcm
from contract_tests.carrier.loopback import LOOPBACK, free_port
from contract_tests.carrier.sounds import save_wav, wav

MODULES: Final = Path("/usr/lib/baresip/modules")
USER: Final = "phone"
PATIENCE: Final = 15.0
LOOK_EVERY: Final = 0.02
CONFIG: Final = """\
sip_listen {host}:{port}
call_max_calls 100
audio_player aubridge,nowhere
snd_path {folder}
audio_source aufile,{folder}/said.wav
audio_alert aufile,/dev/null
ausrc_srate 8000
auplay_srate 8000
ausrc_channels 1
auplay_channels 1
audio_jitter_buffer_type fixed
audio_jitter_buffer_delay 2-10
rtp_ports {first}-{last}
net_interface {host}
module_path {modules}
module g711.so
module aufile.so
module sndfile.so
module aubridge.so
module_tmp account.so
module_app menu.so
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class BaresipPhone:
    """Call it as USER."""

    port: int
    process: asyncio.subprocess.Process
    folder: Path

    @property
    def address(self) -> tuple[str, int]:
        return LOOPBACK, self.port

    @property
    def log(self) -> str:
        return (self.folder / "log").read_text(errors="replace")

    async def heard(self) -> Pcm:
        """In its last call, whose file is whole a moment after the call is over."""
        async with asyncio.timeout(PATIENCE):
            while True:
                with suppress(wave.Error, EOFError, ValueError):
                    return wav(max(self.folder.glob("dump-*-dec.wav"), key=lambda path: path.stat().st_mtime_ns))
                await asyncio.sleep(LOOK_EVERY)


def find() -> str:
    """The program. Raises Missing."""
    program = shutil.which("baresip")
    if program is None or not MODULES.is_dir():
        raise Missing("no baresip on PATH (Debian: baresip-core)")
    return program


@asynccontextmanager
async def baresip_phone(says: Pcm) -> AsyncIterator[BaresipPhone]:
    """It says that once a call, and then nothing. Raises Missing where there is no baresip."""
    program = find()
    with tempfile.TemporaryDirectory() as name:
        folder, port = Path(name), free_port(room=2)
        _furnish(folder, port, says)
        with (folder / "log").open("wb") as log:
            process = await asyncio.create_subprocess_exec(
                program, "-4", "-f", str(folder), "-s", stdin=asyncio.subprocess.DEVNULL, stdout=log, stderr=log
            )
        phone = BaresipPhone(port=port, process=process, folder=folder)
        try:
            await _ready(phone)
            yield phone
        finally:
            await _end(process)


def _furnish(folder: Path, port: int, says: Pcm) -> None:
    save_wav(folder / "said.wav", says)
    places = {"first": port + 100, "last": port + 500, "modules": MODULES}
    (folder / "config").write_text(CONFIG.format(host=LOOPBACK, port=port, folder=folder, **places))
    (folder / "accounts").write_text(
        f"<sip:{USER}@{LOOPBACK}>;regint=0;answermode=auto;audio_codecs=PCMU/8000/1,PCMA/8000/1\n"
    )


async def _ready(phone: BaresipPhone) -> None:
    async with asyncio.timeout(PATIENCE):
        while "is ready" not in phone.log:
            if phone.process.returncode is not None:
                raise RuntimeError(f"baresip ended: {phone.log[-2000:]}")
            await asyncio.sleep(LOOK_EVERY)


async def _end(process: asyncio.subprocess.Process) -> None:
    if process.returncode is None:
        process.terminate()
    try:
        async with asyncio.timeout(PATIENCE):
            await process.wait()
    except TimeoutError:
        process.kill()
        await process.wait()
