"""Reads the command line and runs what it names."""

import argparse
import asyncio
import sys
from collections.abc import Callable, Mapping, Sequence
from typing import Final

from domain.errors import InvalidValue
from launcher.check import check
from launcher.demo.carriers import CarrierChoice
from launcher.demo.story import Demo, each_of, run_demo
from launcher.desk.options import add_commands, run_at_the_desk
from launcher.faults import run_faults
from launcher.problem import LaunchProblem
from launcher.proof import run_proof
from launcher.readme_map import write_map
from launcher.show_settings import show_settings
from launcher.stack.story import stack_build, stack_down, stack_status, stack_up
from launcher.system_check import system_check
from launcher.up import up

WRONG_INPUT = 2
STACK = {"up": stack_up, "down": stack_down, "status": stack_status, "build": stack_build}


def parser() -> argparse.ArgumentParser:
    """Every command with its options; each has its own --help."""
    cxb = argparse.ArgumentParser(prog="./cxb", description="CXB, the self-hosted platform for AI voice calls.")
    commands = cxb.add_subparsers(dest="command", required=True, metavar="COMMAND")
    commands.add_parser("up", help="start everything on this machine, until Ctrl-C")
    demo = commands.add_parser("demo", help="run a whole campaign against the simulated carrier and check its numbers")
    demo.add_argument("--kill-each", action="store_true", help="kill each process once while it runs")
    demo.add_argument(
        "--carrier",
        choices=[choice.value for choice in CarrierChoice],
        default=CarrierChoice.SIMULATED.value,
        help="who carries the calls: the simulated carrier (default), or the same population by real SIP",
    )
    demo.add_argument("--keep", action="store_true", help="leave the system running afterwards, until Ctrl-C")
    demo.add_argument(
        "--data", metavar="FOLDER", help="where the demo keeps its data (default: a new folder under data/)"
    )
    demo.add_argument("--seed", type=int, default=1, help="which population answers (default: 1)")
    test = commands.add_parser("test", help="lint, types, import contracts, tests and contract suites")
    test.add_argument("paths", nargs="*", help="only these test files or folders, without lint and types")
    commands.add_parser("check", help="look why calls are not made, or what became of them")
    add_commands(commands)
    faults = commands.add_parser("faults", help="kill processes at every step of a call, and judge what became of it")
    faults.add_argument("--trials", type=int, default=30, help="how many kills (default: 30)")
    faults.add_argument("--seed", type=int, default=1, help="which steps, in which order (default: 1)")
    commands.add_parser("proof", add_help=False, help="call a system by SIP and measure what is on the wire")
    commands.add_parser("settings", help="list every setting, what it means and where its value comes from")
    stack = commands.add_parser("stack", help="LiveKit's own servers on this machine: start, stop, look")
    stack.add_argument("verb", choices=tuple(STACK), help="up returns when all are healthy, and they go on until down")
    mapping = commands.add_parser("map", help="write README's map anew from the modules' first sentences")
    mapping.add_argument("--check", action="store_true", help="only say whether it is up to date")
    return cxb


def main(arguments: Sequence[str]) -> int:
    """The exit code: 0 when all went well, 1 when something failed, 2 when the input was wrong."""
    cxb = parser()
    asked, beyond = cxb.parse_known_args(arguments)
    if beyond and asked.command != "proof":
        cxb.error(f"unrecognized arguments: {' '.join(beyond)}")
    try:
        return run_proof(beyond) if asked.command == "proof" else COMMANDS[asked.command](asked)
    except InvalidValue as error:
        for fault in error.faults:
            sys.stderr.write(f"cxb: {fault.field}: {fault.reason}\n")
        return WRONG_INPUT
    except LaunchProblem as problem:
        sys.stderr.write(f"cxb: {problem}\n")
        return 1
    except KeyboardInterrupt:
        return 130


def _demo(asked: argparse.Namespace) -> int:
    carrier = CarrierChoice(asked.carrier)
    victims = each_of(carrier) if asked.kill_each else ()
    demo = Demo(carrier=carrier, data=asked.data, seed=asked.seed, victims=victims, keep=asked.keep)
    try:
        return asyncio.run(run_demo(demo))
    except ExceptionGroup as group:  # what goes wrong beside the demo's own processes comes in one
        raise _problem_in(group) or group from None


def _problem_in(group: BaseExceptionGroup[BaseException]) -> LaunchProblem | None:
    """What a user can do something about, where it is all that happened."""
    problems, other = group.split(LaunchProblem)
    if problems is None or other is not None:
        return None
    first = problems.exceptions[0]
    return _problem_in(first) if isinstance(first, BaseExceptionGroup) else first


def _desk(asked: argparse.Namespace) -> int:
    return asyncio.run(run_at_the_desk(asked))


COMMANDS: Final[Mapping[str, Callable[[argparse.Namespace], int]]] = {
    "up": lambda _: asyncio.run(up()),
    "demo": _demo,
    "test": lambda asked: check(asked.paths),
    "check": lambda _: asyncio.run(system_check()),
    "trunk": _desk,
    "did": _desk,
    "call": _desk,
    "faults": lambda asked: run_faults(("--trials", str(asked.trials), "--seed", str(asked.seed))),
    "settings": lambda _: show_settings(),
    "stack": lambda asked: STACK[asked.verb](),
    "map": lambda asked: write_map(only_check=asked.check),
}
