"""Runs one process of CXB that can be told where to die: `python -m contract_tests.faults.process NAME`."""

import importlib
import os
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

import uvloop
from dependency_injector import providers

from contract_tests.faults.fitting import fit
from contract_tests.faults.killer import FOLDER, Killer
from contract_tests.faults.steps import ports_of
from contract_tests.faults.witness import keep

MODULE: Final = "contract_tests.faults.process"


@dataclass(frozen=True, slots=True, kw_only=True)
class Main:
    """Where a process's own parts are: how its container is made, and what runs it."""

    container: str
    made_by: str
    made_with: Sequence[str] = ()
    module: str
    run: str = "run"


MAINS: Final[Mapping[str, Main]] = {
    "dialler": Main(
        container="applications.dialler.container", made_by="container", module="applications.dialler.main"
    ),
    "api": Main(
        container="applications.api.container", made_by="configured", module="applications.api.main", run="serve"
    ),
    "core": Main(
        container="applications.core.container",
        made_by="configured",
        made_with=("core",),
        module="applications.core.main",
    ),
    "calls": Main(
        container="applications.core.container",
        made_by="configured",
        made_with=("core-calls",),
        module="applications.core.call_process",
    ),
    "exchange": Main(container="launcher.exchange.container", made_by="configured", module="launcher.exchange.main"),
}
"""By name, imported when it is chosen: a process that is started again is to be there soon."""

IMPATIENT: Final[Mapping[str, Mapping[tuple[str, str], Any]]] = {
    "api": {
        ("applications.api.use_cases.conclude_forgotten", "NEVER_JOINED_AFTER"): timedelta(seconds=12),
        ("applications.api.use_cases.watch_fleet", "PATIENCE"): timedelta(seconds=12),
    }
}
"""Minutes for which a Core may be away, as seconds: here it is back at once or never."""


def main(name: str) -> None:
    parts, folder = MAINS[name], Path(os.environ[FOLDER])
    module = importlib.import_module(parts.module)
    for (place, constant), value in IMPATIENT.get(name, {}).items():
        setattr(importlib.import_module(place), constant, value)
    given = [module.own_line()] if name == "calls" else []
    make: Callable[..., Any] = getattr(importlib.import_module(parts.container), parts.made_by)
    container = make(*parts.made_with)
    if name == "core":
        _with_watched_calls(container)
        keep(container, folder)
    killer = Killer(folder, name)
    for port, methods in ports_of(name).items():
        fit(container.providers[port](), port, methods, killer)
    uvloop.run(getattr(module, parts.run)(container, *given))


def _with_watched_calls(container: Any) -> None:
    """Its call processes are started by this module as well."""
    kind = importlib.import_module("applications.core.call_processes").CallProcesses
    count = container.settings().core_processes
    command = (sys.executable, "-m", MODULE, "calls")
    container.runner.override(providers.Singleton(kind, command, count=count, clock=container.clock))


if __name__ == "__main__":
    main(sys.argv[1])
