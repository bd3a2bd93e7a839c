"""`./cxb stack up`, `down`, `status`, `build`: LiveKit's own servers on this machine, beside CXB and not under it."""

import os
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from launcher.data_folder import held, livekit_secret
from launcher.private_file import write_private
from launcher.problem import LaunchProblem
from launcher.stack.plan import SECRET_SETTING, Parts, plan, settings_for_cxb
from launcher.stack.ports import StackPorts, stack_ports
from launcher.stack.process import StackProcess, healthy, taken
from launcher.stack.programs import Programs, find_programs
from launcher.stack.records import Record, alive, read_records, write_records
from launcher.stack.running import log_of, start, stop, until_healthy
from launcher.stack.versions import versions
from launcher.up import resolved

STACK: Final = "stack"
"""The folder in the data folder."""

SETTINGS_FILE: Final = "cxb.env"
AT_WORK: Final = "another ./cxb stack is at work"
HEALTHY: Final = "healthy"
NO_SIP: Final = "no livekit-sip on PATH: CXB's stand-in carries SIP, for development and tests"


def stack_up() -> int:
    """Returns when all are healthy; they go on. What runs already is left alone, what has died is started again."""
    ports = stack_ports(os.environ)
    settings = resolved()
    data = Path(settings.data)
    folder = data / STACK
    programs = find_programs(versions(), os.environ)
    with held(folder, AT_WORK):
        folder.chmod(0o700)  # logs of LiveKit's servers name who calls whom
        secret = livekit_secret(data)
        processes = plan(_parts(folder, ports, secret, settings.api_url, programs))
        _say_versions(programs)
        if programs.livekit_sip is None:
            print(f"cxb: {NO_SIP}", flush=True)
        _start_all(processes, folder)
        wanted = settings_for_cxb(ports, stand_in=programs.livekit_sip is None)
        write_private(folder / SETTINGS_FILE, _as_text({**wanted, SECRET_SETTING: secret}))
    print(_greeting(wanted, folder), flush=True)
    return 0


def stack_build() -> int:
    """Only what `up` would install; so that whoever wants a server later does not wait for it."""
    _say_versions(find_programs(versions(), os.environ))
    return 0


def stack_down() -> int:
    """The last one first, each with the time that calls get when CXB stops. Fine when nothing runs."""
    settings = resolved()
    folder = Path(settings.data) / STACK
    if not folder.is_dir():
        print(f"cxb: no stack was started in {settings.data}", flush=True)
        return 0
    with held(folder, AT_WORK):
        records = list(read_records(folder))
        while records:
            print(f"cxb: {_stopped(records[-1], settings.drain_seconds)}", flush=True)
            records.pop()
            write_records(folder, records)
    print("cxb: the stack is down", flush=True)
    return 0


def stack_status() -> int:
    """One line for each that was started; 0 when all of them run and are well."""
    records = read_records(Path(resolved().data) / STACK)
    states = [_state(record) for record in records]
    for record, state in zip(records, states, strict=True):
        print(f"{record.name:<15} {state:<21} process {record.pid:<8} {record.health[0]}", flush=True)
    if not records:
        print("cxb: the stack is down; start it: ./cxb stack up", flush=True)
    return 0 if records and all(state == HEALTHY for state in states) else 1


def _state(record: Record) -> str:
    if not alive(record):
        return "has ended"
    return HEALTHY if healthy(record.health) else "runs, is not ready"


def _stopped(record: Record, seconds: float) -> str:
    if not alive(record):
        return f"{record.name} had ended already"
    killed = stop(record, seconds)
    return f"{record.name} {f'was killed: it did not stop in {seconds:.0f} s' if killed else 'has stopped'}"


def _parts(folder: Path, ports: StackPorts, secret: str, api: str, programs: Programs) -> Parts:
    return Parts(
        folder=folder,
        ports=ports,
        secret=secret,
        api=api,
        redis_server=programs.redis.path,
        livekit_server=programs.livekit_server.path,
        livekit_sip=programs.livekit_sip.path if programs.livekit_sip else None,
    )


def _say_versions(programs: Programs) -> None:
    for program in (programs.redis, programs.livekit_server, programs.livekit_sip):
        if program:
            note = f" (mind: {program.note})" if program.note else ""
            print(f"cxb: {program.name} {program.version} at {program.path}{note}", flush=True)


def _start_all(processes: Sequence[StackProcess], folder: Path) -> None:
    """Raises LaunchProblem before anything is started where somebody else has a port."""
    records = {record.name: record for record in read_records(folder)}
    running = {name for name, record in records.items() if alive(record)}
    _refuse(processes, records, running)
    for process in processes:
        began = time.monotonic()
        if process.name not in running:
            records[process.name] = start(process, folder)
            write_records(folder, records.values())
        record = records[process.name]
        until_healthy(record, log_of(folder, process.name))
        how = "runs already" if process.name in running else f"is up after {time.monotonic() - began:.1f} s"
        print(f"cxb: {process.name} {how} (process {record.pid})", flush=True)


def _refuse(processes: Sequence[StackProcess], records: dict[str, Record], running: set[str]) -> None:
    """What would go wrong for certain is said before it does."""
    elsewhere = [p.name for p in processes if p.name in running and records[p.name].health != p.health]
    if elsewhere:
        raise LaunchProblem(f"{', '.join(elsewhere)} runs on other ports than asked for: ./cxb stack down first")
    in_use = [port for process in processes if process.name not in running for port in taken(process.ports)]
    if in_use:
        raise LaunchProblem(f"another process listens on {', '.join(in_use)}; stop it, or set other ports")


def _as_text(settings: Mapping[str, str], indent: str = "") -> str:
    return "".join(f"{indent}{name}={value}\n" for name, value in settings.items())


def _greeting(settings: Mapping[str, str], folder: Path) -> str:
    return (
        "\nThe stack is up. What makes CXB use it, for cxb.env:\n"
        f"{_as_text(settings, '  ')}"
        f"  {SECRET_SETTING}=   (not shown; the line is in {folder / SETTINGS_FILE}, with those above)\n"
        f"  Logs       {folder}\n"
        "  It goes on until ./cxb stack down.\n"
    )
