"""The proof on the wire: SIP callers against a CXB, and against an echo on the same machine.

`python -m benchmarks.sip_proof [--short] [--calls N] [--rate M] [--seconds S] [--number DID --at HOST:PORT]`, or
`./cxb proof` with the same options. Without --number and --at, a CXB of its own is started in a new folder for each
round. docs/proof.md says what each figure means.
"""

import argparse
import os
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from functools import partial
from pathlib import Path
from typing import Final

from benchmarks.process_costs import holder
from benchmarks.proof_rounds import Asked, NothingMeasured, Rounds
from benchmarks.proof_systems import Called, echo, is_here, own_system, running_already
from benchmarks.report import Report, arguments
from benchmarks.rounds import Side, alternate
from benchmarks.sip_callers import CallersLost
from launcher.data_folder import LOCK

SHORT: Final = {"calls": 3, "rate": 3.0, "seconds": 4.0, "rounds": 1}


def main() -> None:
    """Ends with 0 when all calls were answered and ended as they should, with 1 otherwise, 2 for wrong input."""
    asked = _asked()
    load = Asked(rate=asked.rate, seconds=asked.seconds, keys=asked.keys, first=asked.processes)
    sides = [Rounds(name="CXB", system=_system(asked), asked=load, speaks=True)]
    if not asked.no_echo:
        sides.append(Rounds(name="echo only", system=_echo, asked=load, speaks=False))
    try:
        rows = alternate([Side(name=side.name, measure=side.measure) for side in sides], [asked.calls], asked.rounds)
    except (NothingMeasured, CallersLost) as error:
        sys.exit(f"proof: {error}")
    Report(
        name="sip_proof",
        title=f"SIP on the wire: {asked.calls} calls at {asked.rate:g} a second, {asked.seconds:g} s each",
        size="calls",
        rows=rows,
        rounds=asked.rounds,
        short=asked.short,
        out=asked.out,
        upright=True,
    ).publish()
    print("".join(f"\n{note}" for side in sides for note in side.notes))
    failed = sum(side.failed for side in sides)
    print(f"{failed} calls FAILED." if failed else "All calls were answered and ended as they should.")
    sys.exit(1 if failed else 0)


def _asked() -> argparse.Namespace:
    parser = arguments(__doc__)
    add_options(parser)
    asked = parser.parse_args()
    if bool(asked.at) != bool(asked.number):
        parser.error("--number and --at belong together")
    if min(asked.calls, asked.rate, asked.seconds, asked.rounds, asked.processes) <= 0:
        parser.error("numbers must be more than 0")
    if asked.short:
        for name, value in SHORT.items():
            setattr(asked, name, value)
    return asked


def add_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--calls", type=int, default=20, help="callers in all (default: 20)")
    parser.add_argument("--rate", type=float, default=2.0, help="calls placed a second (default: 2)")
    parser.add_argument("--seconds", type=float, default=30.0, help="from answer to BYE (default: 30)")
    parser.add_argument("--rounds", type=int, default=1, help="how often; sides take turns (default: 1)")
    parser.add_argument("--keys", default="", help="what each caller presses halfway through its call")
    parser.add_argument("--no-echo", action="store_true", help="without the echo to compare with")
    parser.add_argument("--number", default="", help="what is called on a system that runs already")
    parser.add_argument("--at", type=_address, help="where that system takes SIP over UDP", metavar="HOST:PORT")
    parser.add_argument(
        "--data", type=Path, default=Path(os.environ.get("CXB_DATA", "data")), help="data folder of that system"
    )
    parser.add_argument("--process", type=int, help="instead of --data: the process that it began with", metavar="PID")
    parser.add_argument("--processes", type=int, default=1, help="call processes of a CXB of its own (default: 1)")


def _address(text: str) -> tuple[str, int]:
    """Raises ValueError, which the command line takes for wrong input."""
    host, _, port = text.rpartition(":")
    if not host or not 0 < int(port) < 65536:
        raise ValueError(text)
    return host, int(port)


def _system(asked: argparse.Namespace) -> Callable[[int], AbstractContextManager[Called]]:
    if not asked.at:
        return partial(_own, call_processes=asked.processes)
    host, port = asked.at
    process = asked.process or (holder(asked.data / LOCK) if is_here(host) else None)
    if process is None:
        print("proof: its processes are not known (--data, --process), so what they cost is left out")
    return lambda _: running_already(Called(number=asked.number, host=host, port=port, process=process))


@contextmanager
def _own(calls: int, call_processes: int) -> Iterator[Called]:
    with tempfile.TemporaryDirectory() as folder, own_system(Path(folder), calls, call_processes) as system:
        yield system


@contextmanager
def _echo(_: int) -> Iterator[Called]:
    with tempfile.TemporaryDirectory() as folder, echo(Path(folder)) as system:
        yield system


if __name__ == "__main__":
    main()
