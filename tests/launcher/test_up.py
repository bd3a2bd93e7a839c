"""`./cxb up`, as a user meets it: start, second start, a process that dies, Ctrl-C."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import httpx
import psutil

from tests.launcher.system import environment, password_in, up

CEILING = 75.0
"""Five times the fifteen seconds in which a second start should be ready."""


def test_it_starts_refuses_a_second_one_restarts_what_dies_and_drains(tmp_path: Path) -> None:
    data = tmp_path / "data"
    environ = environment(data, 20100)
    with up(data, environ, tmp_path / "first.log") as first:
        password = password_in(first.until("CXB is up."))
        assert password is not None
        console = f"http://127.0.0.1:{environ['CXB_CONSOLE_PORT']}"
        log_in = {"email": "admin@example.com", "password": password}
        session = httpx.post(f"{console}/api/v1/auth/login", json=log_in, trust_env=False)
        assert session.status_code in {200, 201}, session.text

        _a_second_one_is_refused_with_the_address(environ, console)
        _a_child_that_dies_is_started_again(first.process.pid, first.log, environ)
        assert first.stop() == 0, first.output
        assert "cxb: stopped" in first.output

    began = time.monotonic()
    with up(data, environ, tmp_path / "second.log") as second:
        output = second.until("CXB is up.")
        took = time.monotonic() - began
        sys.stdout.write(f"second start: {took:.1f} s\n")
        assert took < CEILING
        assert password_in(output) is None
        again = httpx.post(f"{console}/api/v1/auth/login", json=log_in, trust_env=False)
        assert again.status_code == session.status_code
        _all_end_when_the_supervisor_is_killed(second.process, environ)


def _a_second_one_is_refused_with_the_address(environ: dict[str, str], address: str) -> None:
    second = subprocess.run(
        [sys.executable, "-m", "launcher", "up"], env=environ, capture_output=True, text=True, timeout=60, check=False
    )

    assert second.returncode == 1
    assert "already runs" in second.stderr
    assert address in second.stderr


def _a_child_that_dies_is_started_again(supervisor: int, log: Path, environ: dict[str, str]) -> None:
    core = _child(supervisor, "applications.core.main")
    os.kill(core, signal.SIGKILL)
    end = time.monotonic() + CEILING
    while _child(supervisor, "applications.core.main") in {core, 0} or not _healthy(environ["CXB_CORE_PORT"]):
        assert time.monotonic() < end, log.read_text()
        time.sleep(0.1)  # processes of their own: there is nothing to be told by
    assert "process_died_and_is_started_again" in log.read_text()


def _all_end_when_the_supervisor_is_killed(process: "subprocess.Popen[str]", environ: dict[str, str]) -> None:
    process.kill()
    process.wait()
    end = time.monotonic() + CEILING
    while any(_healthy(environ[name]) for name in ("CXB_CORE_PORT", "CXB_API_PORT", "CXB_DIALLER_PORT")):
        assert time.monotonic() < end
        time.sleep(0.1)  # processes of their own: there is nothing to be told by


def _healthy(port: str) -> bool:
    try:
        return httpx.get(f"http://127.0.0.1:{port}/healthz", timeout=2, trust_env=False).status_code == 200
    except httpx.HTTPError:
        return False


def _child(supervisor: int, module: str) -> int:
    """The process id of the supervisor's child that runs the module; 0 when there is none."""
    return next((child.pid for child in psutil.Process(supervisor).children() if module in _command(child)), 0)


def _command(process: psutil.Process) -> list[str]:
    try:
        return list(process.cmdline())
    except psutil.Error:  # it has ended meanwhile
        return []
