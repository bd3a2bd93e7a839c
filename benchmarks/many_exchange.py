"""The exchange in a process of its own, wired as the launcher wires it, which says what it holds when it is asked."""

import asyncio
import ctypes
import gc
import os
import sys
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Final

import uvloop
from baresip import Call
from dependency_injector import providers

from adapters.memory.live_leg import LiveLeg
from adapters.memory.room import Room, Seat
from adapters.sip.call import SipCall
from adapters.sip.incoming import SipIncoming
from adapters.sip.line import Line
from launcher.exchange.container import Container, configured, opened
from ports.carrier_desk import CarrierDesk
from ports.messages.inbound import Arrived, Received
from ports.messages.sip import SipAccount

PER_CALL: Final = (Call, SipCall, SipIncoming, Line, LiveLeg, Room, Seat)
"""What there is of a call for as long as it lives, and no longer."""


LIBRARY: Final = ctypes.CDLL(None)


class Malloc(ctypes.Structure):
    """glibc's `struct mallinfo2`."""

    _fields_ = [
        (name, ctypes.c_size_t)
        for name in (
            *("arena", "ordblks", "smblks", "hblks", "hblkhd", "usmblks", "fsmblks", "uordblks", "fordblks"),
            "keepcost",
        )
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """What the process holds at one moment. In MB `resident`, what is in memory of it, and `used`, what the C library
    has given out; `blocks` are Python's. `tasks` by the name of what they run, `objects` of PER_CALL by theirs."""

    resident: float
    used: float
    blocks: int
    threads: int
    files: int
    sockets: int
    tasks: Mapping[str, int]
    objects: Mapping[str, int]

    @property
    def things(self) -> Mapping[str, object]:
        """What a call may not leave behind."""
        return {name: getattr(self, name) for name in ("threads", "files", "sockets", "tasks", "objects")}


class Desk(CarrierDesk):
    """Knows one trunk, and tells each call that comes in to whoever started this process: there is a Core for it."""

    def __init__(self, account: SipAccount, pipe: Connection) -> None:
        self._account = account
        self._pipe = pipe

    async def accounts(self) -> Sequence[SipAccount]:
        return [self._account]

    async def receive(self, arrived: Arrived) -> Received:
        self._pipe.send((arrived.call_id, arrived.number))
        return Received()

    async def aclose(self) -> None:
        """There is nothing to close."""


def serve(asked: Connection, arrivals: Connection, environ: Mapping[str, str], account: SipAccount) -> None:
    """Tells its port; then says what it holds when it is asked `held`, or `trimmed`, for which the C library first
    gives back what is free, until it is asked to `stop`."""
    os.environ.update(environ)
    container = configured()
    container.carrier_desk.override(providers.Object(Desk(account, arrivals)))
    uvloop.run(_serve(container, asked))


async def _serve(container: Container, pipe: Connection) -> None:
    async with opened(container) as port:
        pipe.send(port)
        while (asked := await asyncio.to_thread(pipe.recv)) != "stop":
            gc.collect()
            if asked == "trimmed":
                LIBRARY.malloc_trim(0)
            pipe.send(held())


def held() -> Held:
    info = _malloc()
    links = list(_open_files())
    return Held(
        resident=int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 1e6,
        used=(info.uordblks + info.hblkhd) / 1e6,
        blocks=sys.getallocatedblocks(),
        threads=len(list(Path("/proc/self/task").iterdir())),
        files=len(links),
        sockets=sum(link.startswith("socket:") for link in links),
        tasks=Counter(map(_name, asyncio.all_tasks())),
        objects=Counter(type(each).__qualname__ for each in gc.get_objects() if isinstance(each, PER_CALL)),
    )


def _open_files() -> Iterator[str]:
    """But for those that a native thread closes just now."""
    for path in Path("/proc/self/fd").iterdir():
        with suppress(FileNotFoundError):
            yield str(path.readlink())


def _name(task: "asyncio.Task[object]") -> str:
    """Of a coroutine; what closes a generator has none."""
    coroutine = task.get_coro()
    return str(getattr(coroutine, "__qualname__", type(coroutine).__name__))


def _malloc() -> Malloc:
    LIBRARY.mallinfo2.restype = Malloc
    info: Malloc = LIBRARY.mallinfo2()
    return info
