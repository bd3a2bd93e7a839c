"""The supervisor with children that are nothing but health pages."""

import asyncio
import os
import sys
from pathlib import Path

import pytest

from launcher.problem import LaunchProblem
from launcher.supervisor import Child, Supervisor
from tests.launcher.system import free_ports

PAGE = """
import http.server, sys
class Page(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200); self.end_headers()
    def log_message(self, *_): pass
http.server.HTTPServer(("127.0.0.1", {port}), Page).serve_forever()
"""


@pytest.fixture
def page(tmp_path: Path) -> Child:
    port = free_ports(21500)[0]
    (tmp_path / "page_child.py").write_text(PAGE.format(port=port))
    return Child(name="page", module="page_child", health=f"http://127.0.0.1:{port}/healthz")


def supervisor(tmp_path: Path, *children: Child) -> Supervisor:
    environ = {**os.environ, "PYTHONPATH": os.pathsep.join([str(tmp_path), *sys.path])}
    return Supervisor(children=children, environment=environ, drain_seconds=1.0, logs=tmp_path)


async def test_a_killed_child_is_started_again_and_counted(tmp_path: Path, page: Child) -> None:
    supervised = supervisor(tmp_path, page)

    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(supervised.run())
        await supervised.ready(30)
        before = supervised.kill("page")
        await supervised.ready(30)
        assert page.process is not None
        assert page.process.pid != before
        assert page.deaths.total() == 1
        supervised.stopping.set()

    assert page.process.returncode is not None


async def test_what_never_answers_is_named(tmp_path: Path, page: Child) -> None:
    broken = Child(name="broken", module="no_such_module", health=page.health.replace("healthz", "x"))
    broken.health = "http://127.0.0.1:9/healthz"
    supervised = supervisor(tmp_path, broken)

    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(supervised.run())
        with pytest.raises(LaunchProblem, match="broken"):
            await supervised.ready(2)
        supervised.stopping.set()


async def test_nobody_waits_for_children_that_are_told_to_stop(tmp_path: Path, page: Child) -> None:
    page.health = "http://127.0.0.1:9/healthz"
    supervised = supervisor(tmp_path, page)

    async with asyncio.timeout(30), asyncio.TaskGroup() as tasks:
        tasks.create_task(supervised.run())
        waiting = tasks.create_task(supervised.ready(3600))
        await asyncio.sleep(0)
        supervised.stopping.set()
        await waiting
