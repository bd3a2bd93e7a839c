"""Finds the servers of the stack on this machine, or says what to install: everything that is missing at once."""

import re
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from launcher.problem import LaunchProblem
from launcher.stack.building import build, cached, go_fault
from launcher.stack.ports import LIVEKIT_SERVER
from launcher.stack.versions import Versions, agrees

NUMBERS: Final = re.compile(r"\d+\.\d+(?:\.\d+)?")
LONGEST_ANSWER: Final = 10.0
REDIS: Final = "redis-server"


@dataclass(frozen=True, slots=True, kw_only=True)
class Program:
    """A server that is there. `note` says how it differs from the one that CXB is tested with, or nothing."""

    name: str
    path: Path
    version: str
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Programs:
    """`livekit_sip` is None where there is none."""

    redis: Program
    livekit_server: Program
    livekit_sip: Program | None


def find_programs(wanted: Versions, environ: Mapping[str, str]) -> Programs:
    """Builds livekit-server where there is none. Raises LaunchProblem that names all that is missing."""
    path = environ.get("PATH", "")
    redis, lacking = _on_path(REDIS, path), missing(wanted, environ)
    if redis is None or lacking:
        raise LaunchProblem("\ncxb: ".join(lacking))
    server = _livekit_server(wanted, environ) or build(wanted, environ)
    sip = _on_path("livekit-sip", path)
    return Programs(
        redis=_program("redis", redis, wanted.redis),
        livekit_server=_program("livekit-server", server, wanted.livekit_server),
        livekit_sip=_program("livekit-sip", sip, wanted.livekit_sip) if sip else None,
    )


def missing(wanted: Versions, environ: Mapping[str, str]) -> list[str]:
    """All that is needed and is not there, each with what to do about it."""
    path = environ.get("PATH", "")
    redis = "" if _on_path(REDIS, path) else f"{REDIS} is not on PATH: apt-get install {REDIS}"
    server = "" if _livekit_server(wanted, environ) else go_fault(wanted, path)
    return [fault for fault in (redis, server) if fault]


def _livekit_server(wanted: Versions, environ: Mapping[str, str]) -> Path | None:
    """The one that is named, else the one on PATH, else the one that was built."""
    named = environ.get(LIVEKIT_SERVER)
    if named:
        if found := _on_path(named, environ.get("PATH", "")):
            return found
        raise LaunchProblem(f"{LIVEKIT_SERVER} names {named}, and that is no program")
    return _on_path("livekit-server", environ.get("PATH", "")) or cached(wanted, environ)


def _on_path(name: str, path: str) -> Path | None:
    found = shutil.which(name, path=path)
    return Path(found).absolute() if found else None


def _program(name: str, path: Path, wanted: str) -> Program:
    version = version_of(path)
    note = "" if agrees(version, wanted) else f"CXB is tested with {wanted}, and {path} is {version}"
    return Program(name=name, path=path, version=version, note=note)


def version_of(path: Path) -> str:
    """What it says of itself; `unknown` where it says nothing that reads like a version."""
    try:
        told = subprocess.run(  # noqa: S603  # a server that is about to be started
            [str(path), "--version"], capture_output=True, text=True, timeout=LONGEST_ANSWER, check=False
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise LaunchProblem(f"{path} cannot be run: {type(error).__name__}") from None
    found = NUMBERS.search(told.stdout)
    return found.group() if found else "unknown"
