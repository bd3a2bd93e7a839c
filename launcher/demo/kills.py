"""Kills one process of a running demo after another, in the middle of calls, and remembers whom it struck."""

import asyncio
import os
import signal
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final
from urllib.parse import unquote

from launcher.demo.media import LIVEKIT, DemoStack
from launcher.problem import LaunchProblem
from launcher.supervisor import Supervisor

CALLS: Final = "a call process"
EXCHANGE: Final = "exchange"
SHELLS: Final = ("dialler", "core", CALLS, "api", "console")
IN_CALLS: Final = frozenset({"core", CALLS, EXCHANGE, LIVEKIT})
"""Who is killed only while a bot speaks in a call of theirs: in between, a death would prove nothing."""

TALKING_BYTES: Final = 32_000
"""The bot's voice is on record beyond a call's first second: a conversation has begun."""

TALK_WITHIN: Final = 120.0
LOOK_EVERY: Final = 0.05


@dataclass(frozen=True, slots=True, kw_only=True)
class Kill:
    """`at` in seconds since 1970; `calls` are those that it struck, of those in which the bot had begun to speak;
    `survivable` where they may go on."""

    victim: str
    pid: int
    at: float
    calls: frozenset[str] = frozenset()
    survivable: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Killing:
    """In the order of `victims`, with `every` seconds between them for the system to come to itself; livekit-server is
    started again after `away` seconds. `kills` is what has been done."""

    victims: Sequence[str]
    supervisor: Supervisor
    stack: DemoStack | None
    after: float
    every: float
    away: float
    kills: list[Kill] = field(default_factory=list)

    async def run(self) -> None:
        pause = self.after
        for victim in self.victims:
            await asyncio.sleep(pause)
            kill = await self._strike(victim)
            self.kills.append(kill)
            print(f"\n  killed {victim} (process {kill.pid}) with {len(kill.calls)} calls in it", flush=True)
            if victim == LIVEKIT and self.stack is not None:
                await asyncio.sleep(self.away)
                await self.stack.run("up")
            pause = self.every

    async def _strike(self, victim: str) -> Kill:
        """Once there is a call to strike, where it carries calls."""
        end = time.monotonic() + TALK_WITHIN
        while victim in IN_CALLS:
            chosen = [self._busiest()] if victim == CALLS else self._call_processes()
            if calls := frozenset(call for pid in chosen for call in _talks_in(pid)):
                survivable = victim == LIVEKIT and not self.away
                pid, at = self._kill(victim, chosen), time.time()
                return Kill(victim=victim, pid=pid, at=at, calls=calls, survivable=survivable)
            if time.monotonic() > end:
                raise LaunchProblem(f"nobody talked in {TALK_WITHIN:.0f} s, so there was no call to kill {victim} in")
            await asyncio.sleep(LOOK_EVERY)  # other processes: there is nothing to be told by
        return Kill(victim=victim, pid=self._kill(victim, ()), at=time.time())

    def _kill(self, victim: str, chosen: Sequence[int]) -> int:
        if victim == CALLS:
            os.kill(chosen[0], signal.SIGKILL)
            return chosen[0]
        if victim == LIVEKIT and self.stack is not None:
            return self.stack.kill_livekit()
        return self.supervisor.kill(victim)

    def _busiest(self) -> int:
        """The call process in which most bots speak."""
        pids = self._call_processes()
        return max(pids, key=lambda pid: sum(1 for _ in _talks_in(pid)), default=0)

    def _call_processes(self) -> list[int]:
        core = self.supervisor.pid("core")
        with suppress(FileNotFoundError):  # it has just died
            return [int(pid) for pid in Path(f"/proc/{core}/task/{core}/children").read_text().split()]
        return []


def _talks_in(pid: int) -> Iterator[str]:
    """Ids of the calls whose journals that process writes, and in which the bot has spoken for a second."""
    with suppress(OSError):  # a process that has just ended, or a journal
        for opened in Path(f"/proc/{pid}/fd").iterdir():
            track = opened.readlink()
            if track.name == "bot.pcm" and track.stat().st_size >= TALKING_BYTES:
                yield unquote(track.parent.name)
