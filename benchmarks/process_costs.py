"""What a process and all that it started cost: CPU, and memory where shared pages are shared out."""

import time
from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import psutil

from benchmarks.rounds import Figures

MB: Final = 1 << 20
MODULES: Final = {
    "launcher": "launcher",
    "applications.dialler.main": "Dialler",
    "applications.core.main": "Core",
    "applications.core.call_process": "call processes",
    "applications.console.main": "Console",
    "applications.api.main": "API",
    "launcher.exchange.main": "exchange",
    "adapters.espeak.speaker": "speech",
    "benchmarks.sip_echo": "echo",
}
"""What the processes of a CXB are called."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Costs:
    """At one instant, by name: CPU seconds so far, megabytes, and how many processes. `pids` are all of them."""

    at: float
    cpu: Mapping[str, float]
    memory: Mapping[str, float]
    count: Mapping[str, int]
    pids: frozenset[int]

    @property
    def all_memory(self) -> float:
        return sum(self.memory.values())

    def said(self, name: str) -> str:
        return f"{name} × {self.count[name]}" if self.count[name] > 1 else name


def costs(root: int) -> Costs:
    """Of that process and its descendants. Raises psutil.NoSuchProcess when it is gone."""
    count, pids = Counter[str](), set[int]()
    cpu, memory = defaultdict[str, float](float), defaultdict[str, float](float)
    top = psutil.Process(root)
    for process in (top, *top.children(recursive=True)):
        try:
            name, times = _name(process.cmdline()), process.cpu_times()
            memory[name] += _memory(process) / MB
        except psutil.NoSuchProcess:
            continue
        cpu[name] += times.user + times.system
        count[name] += 1
        pids.add(process.pid)
    return Costs(at=time.monotonic(), cpu=cpu, memory=memory, count=count, pids=frozenset(pids))


def _memory(process: psutil.Process) -> float:
    full = process.memory_full_info()
    return float(getattr(full, "pss", full.uss))


def _name(command: list[str]) -> str:
    """By the module that it runs, whatever started it; otherwise by its program."""
    for word in reversed(command):
        if word in MODULES:
            return MODULES[word]
    return next((Path(word).name for word in command), "other")


@dataclass(slots=True)
class Watched:
    """What that process and its descendants cost from `start` to `stop`; nothing where it is None."""

    root: int | None
    _began: Costs | None = None
    _most: Costs | None = None
    _ended: Costs | None = None

    def start(self) -> None:
        if self.root is not None:
            self._began = self._most = costs(self.root)

    def look(self) -> None:
        if self.root is not None and self._most is not None:
            now = costs(self.root)
            if now.all_memory > self._most.all_memory:
                self._most = now

    def stop(self) -> None:
        if self.root is not None:
            self._ended = costs(self.root)

    def figures(self, calls: int, call_seconds: float) -> Figures:
        """Of so many calls at once at the most, which together took so many seconds."""
        if self._began is None or self._most is None or self._ended is None:
            return {}
        began, most, ended = self._began, self._most, self._ended
        seconds = ended.at - began.at
        cpu = {name: spent - began.cpu.get(name, 0.0) for name, spent in ended.cpu.items()}
        return {
            "cores used": sum(cpu.values()) / seconds,
            "calls per core": call_seconds / max(sum(cpu.values()), 1e-6),
            "MB at rest": began.all_memory,
            "MB at most": most.all_memory,
            "MB more for each call": (most.all_memory - began.all_memory) / max(calls, 1),
            **{f"CPU {name} (cores)": spent / seconds for name, spent in sorted(cpu.items())},
            **{f"MB {most.said(name)}": memory for name, memory in sorted(most.memory.items())},
        }

    @property
    def gone(self) -> int:
        """How many processes have ended meanwhile, whose CPU nobody counted."""
        return len(self._began.pids - self._ended.pids) if self._began and self._ended else 0


def holder(lock: Path) -> int | None:
    """The process that holds that lock file; None when nobody does, or the system does not tell (it is Linux that
    does, within one container)."""
    try:
        wanted = f":{lock.stat().st_ino}"
        lines = Path("/proc/locks").read_text().splitlines()
    except OSError:
        return None
    for line in lines:
        words = line.split()
        if "FLOCK" in words and words[5].endswith(wanted) and int(words[4]) > 0:
            return int(words[4])
    return None
