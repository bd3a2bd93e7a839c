"""Only the very process that was started is ever ended: not one that has its id by now."""

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from contract_tests.backends.roll import leave_out
from launcher.problem import LaunchProblem
from launcher.stack.records import RECORDS, Record, _birth_by_ps, alive, birth, read_records, write_records
from launcher.stack.running import stop

STUBBORN = """
import signal, sys, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
sys.stdout.write("ready"); sys.stdout.flush()
time.sleep(600)
"""
WILLING = STUBBORN.replace("SIG_IGN", "SIG_DFL")


def record(process: "subprocess.Popen[str]", born: str | None = None) -> Record:
    return Record(
        name="server", pid=process.pid, born=born or birth(process.pid) or "", health=("http://127.0.0.1:9/",)
    )


@pytest.fixture
def started() -> Iterator[list["subprocess.Popen[str]"]]:
    processes: list[subprocess.Popen[str]] = []
    yield processes
    for process in processes:
        process.kill()
        process.communicate()


def run(started: list["subprocess.Popen[str]"], program: str) -> "subprocess.Popen[str]":
    command = [sys.executable, "-c", program]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)  # noqa: S603  # our own interpreter
    started.append(process)
    assert process.stdout is not None
    assert process.stdout.read(5) == "ready"
    return process


def test_one_that_was_started_is_ended_as_it_likes_best(started: list["subprocess.Popen[str]"]) -> None:
    server = record(run(started, WILLING))

    assert alive(server)
    assert stop(server, 30) is False
    assert not alive(server)
    assert started[0].wait() == -signal.SIGTERM


def test_one_that_does_not_listen_is_killed(started: list["subprocess.Popen[str]"]) -> None:
    server = record(run(started, STUBBORN))

    assert stop(server, 0.2) is True
    assert started[0].wait() == -signal.SIGKILL


def test_another_process_that_has_its_id_is_left_alone(started: list["subprocess.Popen[str]"]) -> None:
    stranger = run(started, WILLING)
    server = record(stranger, born=birth(os.getpid()))

    assert not alive(server)
    assert stop(server, 0.2) is False
    assert stranger.poll() is None


def test_one_that_has_ended_is_not_taken_for_alive_although_nobody_has_asked_how(
    started: list["subprocess.Popen[str]"],
) -> None:
    process = run(started, WILLING)
    server = record(process)
    process.kill()
    os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)  # it is a zombie now, and keeps its id

    assert not alive(server)


def test_a_machine_without_proc_is_asked_by_ps(started: list["subprocess.Popen[str]"]) -> None:
    if not shutil.which("ps", path="/bin"):
        leave_out("ps", "there is no /bin/ps")
    process = run(started, WILLING)
    born = _birth_by_ps(process.pid)
    assert born
    assert _birth_by_ps(process.pid) == born
    assert _birth_by_ps(1) != born

    process.kill()
    os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)
    assert _birth_by_ps(process.pid) is None
    process.wait()
    assert _birth_by_ps(process.pid) is None


def test_what_is_written_down_is_read_again(tmp_path: Path) -> None:
    records = (
        Record(name="redis", pid=2, born="x 1", health=("redis://127.0.0.1:1",)),
        Record(name="livekit-server", pid=3, born="x 2", health=("http://127.0.0.1:2/", "redis://127.0.0.1:1/nodes")),
    )
    assert read_records(tmp_path) == ()

    write_records(tmp_path, records)

    assert read_records(tmp_path) == records


@pytest.mark.parametrize("text", ["", "{", "[1]", '[{"name": "redis"}]'])
def test_a_file_that_is_none_is_named_and_nothing_is_ended(tmp_path: Path, text: str) -> None:
    (tmp_path / RECORDS).write_text(text)

    with pytest.raises(LaunchProblem, match=RECORDS):
        read_records(tmp_path)
