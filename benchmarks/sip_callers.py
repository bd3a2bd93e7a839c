"""The proof's callers in processes of their own, so many to a process that they are not what is measured."""

import asyncio
import gc
import multiprocessing
import secrets
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from multiprocessing.context import SpawnProcess
from typing import Any, Final, cast

from benchmarks.babble import babble
from benchmarks.rounds import percentile
from benchmarks.sip_caller import ANSWERED_WITHIN, SPEAKS_FOR, Calling, WireCall, make_call
from contract_tests.carrier.far_end import FarEnd, far_end

TO_A_PROCESS: Final = 50
STEP: Final = 0.01
LEAD: Final = 0.5
"""Seconds from the order to start to the first INVITE."""

READY_WITHIN: Final = 120.0
BEYOND: Final = 60.0
"""Seconds that callers may take beyond what their calls should."""


LOOK_EVERY: Final = 1.0


class CallersLost(Exception):
    """The callers themselves failed: nothing was measured."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """`calls` are placed at `rate` a second."""

    calling: Calling
    calls: int
    rate: float

    @property
    def placing(self) -> float:
        """Seconds from the first INVITE to the last."""
        return (self.calls - 1) / self.rate

    @property
    def longest(self) -> float:
        """Seconds after which every call is over, however it went."""
        return LEAD + self.placing + ANSWERED_WITHIN + self.calling.seconds + BEYOND


@dataclass(slots=True, kw_only=True)
class Callers:
    """What one process of callers found, and how it did itself: `late` is by how many seconds it woke up after the
    time it had asked for, again and again; `cpu` its seconds of work."""

    calls: list[WireCall]
    late: list[float]
    cpu: float


@dataclass(frozen=True, slots=True, kw_only=True)
class CallersHeard:
    """One round. `seconds` is how long it took, from the first INVITE to the last BYE."""

    callers: Sequence[Callers]
    seconds: float

    @property
    def calls(self) -> list[WireCall]:
        return [call for each in self.callers for call in each.calls]

    @property
    def cpu(self) -> float:
        return sum(each.cpu for each in self.callers)

    def late(self, share: float) -> float:
        """Of the process that was worst."""
        return max(percentile(each.late, share) for each in self.callers)


@dataclass(frozen=True, slots=True)
class _Group:
    """One process of callers, seen from outside."""

    process: SpawnProcess
    pipe: Connection

    def receive(self, seconds: float) -> Any:
        """What it says next. Raises CallersLost when it says nothing in time, or is gone."""
        try:
            if self.pipe.poll(seconds):
                return self.pipe.recv()
        except EOFError:
            pass
        raise CallersLost(f"the callers of process {self.process.pid} are gone")


def called(load: Load, starting: Callable[[], None], meanwhile: Callable[[], None]) -> CallersHeard:
    """All calls, from the first INVITE to the last BYE. `starting` is called just before the first INVITE, and
    `meanwhile` every second. Raises CallersLost."""
    groups = [_group(load, share) for share in _shares(load.calls)]
    try:
        for group in groups:
            group.receive(READY_WITHIN)
        starting()
        start = time.monotonic() + LEAD
        for group in groups:
            group.pipe.send(start)
        callers = _results(groups, start + load.longest, meanwhile)
        return CallersHeard(callers=callers, seconds=time.monotonic() - start)
    finally:
        for group in groups:
            group.process.join(5.0)
            group.process.kill()


def _shares(calls: int) -> list[range]:
    """Of the calls by number: neighbours in time are in different processes."""
    processes = -(-calls // TO_A_PROCESS)
    return [range(first, calls, processes) for first in range(processes)]


def _group(load: Load, share: range) -> _Group:
    spawn = multiprocessing.get_context("spawn")
    ours, theirs = spawn.Pipe()
    process = spawn.Process(target=_run, args=(theirs, load, share), daemon=True)
    process.start()
    theirs.close()  # so that its death is seen
    return _Group(process, ours)


def _results(groups: Sequence[_Group], until: float, meanwhile: Callable[[], None]) -> list[Callers]:
    waiting, found = {group.pipe: group for group in groups}, list[Callers]()
    while waiting:
        for pipe in wait(list(waiting), timeout=LOOK_EVERY):
            found.append(waiting.pop(cast("Connection", pipe)).receive(0.0))
        meanwhile()
        if time.monotonic() > until:
            raise CallersLost("the callers did not come to their end")
    return found


def _run(pipe: Connection, load: Load, share: range) -> None:
    asyncio.run(_call(pipe, load, share))


async def _call(pipe: Connection, load: Load, share: range) -> None:
    """All calls of this process. asyncio's own loop, because its clock is exact; and no collector, whose pauses would
    be taken for those of the system that is measured."""
    gc.disable()
    async with far_end(seed=secrets.randbits(64), stamped=True) as far:
        babble(SPEAKS_FOR, seed=0)  # what is slow the first time
        pipe.send("ready")
        start: float = await asyncio.to_thread(pipe.recv)
        cpu, late = time.process_time(), list[float]()
        watching = asyncio.create_task(_watch(late))
        calls = await asyncio.gather(*(_one(far, load, number, start) for number in share))
        watching.cancel()
        cpu = time.process_time() - cpu
    pipe.send(Callers(calls=calls, late=late, cpu=cpu))


async def _one(far: FarEnd, load: Load, number: int, start: float) -> WireCall:
    await asyncio.sleep(start + number / load.rate - time.monotonic())
    return await make_call(far, load.calling, seed=number)


async def _watch(late: list[float]) -> None:
    while True:
        due = time.monotonic() + STEP
        await asyncio.sleep(STEP)
        late.append(max(0.0, time.monotonic() - due))
