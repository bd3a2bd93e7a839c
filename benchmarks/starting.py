"""P12: from `./cxb up` to the first page, and from a Dialler's death to the next one's first attempt.

`python -m benchmarks.starting [--short] [--runs 5]`: an installed CXB in a new folder each time, all processes on this
machine. The Dialler is killed while a campaign runs, so its lease has to run out; the supervisor starts the next one.
The short form only starts.
"""

import asyncio
import json
import os
import re
import signal
import tempfile
import time
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Final

import psutil

from benchmarks.processes import LOOK_EVERY, PATIENCE, answers, environment, seconds_until, started
from benchmarks.report import Report, arguments
from benchmarks.rounds import Figures, row
from launcher.demo.client import ApiClient, signed_in
from launcher.demo.scene import EXAMPLES

LEADS: Final = 400
MODULE: Final = "applications.dialler.main"


def start(*, short: bool) -> Figures:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        environ = environment(folder / "data", CXB_SIMULATION_SPEED="5")
        console, log = f"http://127.0.0.1:{environ['CXB_CONSOLE_PORT']}", folder / "up.log"
        began = time.monotonic()
        with started("launcher", "up", environ=environ, log=log) as process:
            figures = {"s until the first page": seconds_until(partial(answers, console), began)}
            if short:
                return figures
            said = partial(_password, log)
            figures["s until all is up"] = seconds_until(said, began)
            figures["s until the next Dialler's first attempt"] = asyncio.run(
                _next_attempt(console, said(), process.pid)
            )
    return figures


def _password(log: Path) -> str:
    """Printed when all processes are ready."""
    found = re.search(r"password: (\S+)", log.read_text())
    return found[1] if found else ""


async def _next_attempt(console: str, password: str, supervisor: int) -> float:
    """Seconds from the kill, by the instant that the attempt itself says it was opened."""
    async with signed_in(console, "admin@example.com", password, asyncio.sleep) as api:
        path = await _campaign(api)
        await _attempt_after(api, path, datetime.min.replace(tzinfo=UTC))
        killed = datetime.now(UTC)
        os.kill(_dialler(supervisor), signal.SIGKILL)
        return ((await _attempt_after(api, path, killed)) - killed).total_seconds()


async def _campaign(api: ApiClient) -> str:
    """Running, with more leads than it dials in the meantime."""
    draft = json.loads((EXAMPLES / "bots" / "visit.json").read_text())
    bot = await api.post("/bots", {"name": "Visit", "draft": draft})
    await api.post(f"/bots/{bot['id']}/publish")
    plan = {
        "pacing": {"concurrency": 20, "calls_per_second": 4.0},
        "numbers": {"numbers": [{"e164": "+14155550199"}]},
    }
    campaign = await api.post("/campaigns", {"name": "Starting", "bot_id": bot["id"], "plan": plan})
    rows = "".join(f"+1415{2_000_000 + 7 * number:07}\n" for number in range(LEADS))
    path = f"/campaigns/{campaign['id']}"
    await api.upload(f"{path}/imports", f"phone\n{rows}".encode(), region="US")
    await api.post(f"{path}/start")
    return path


async def _attempt_after(api: ApiClient, path: str, at: datetime) -> datetime:
    """When the first one after `at` was opened."""
    async with asyncio.timeout(PATIENCE):
        while True:
            page = await api.get(f"{path}/attempts", limit=200)
            opened = [datetime.fromisoformat(attempt["opened_at"]) for attempt in page["items"]]
            if later := [each for each in opened if each > at]:
                return min(later)
            await asyncio.sleep(LOOK_EVERY)


def _dialler(supervisor: int) -> int:
    children = psutil.Process(supervisor).children()
    return next(child.pid for child in children if MODULE in child.cmdline())


def main() -> None:
    parser = arguments(__doc__)
    parser.add_argument("--runs", type=int, default=5)
    asked = parser.parse_args()
    runs = 1 if asked.short else asked.runs
    measured = [start(short=asked.short) for _ in range(runs)]
    Report(
        name="starting",
        title="P12: starting",
        size="runs",
        rows=[row("CXB", runs, measured)],
        rounds=runs,
        short=asked.short,
        out=asked.out,
    ).publish()


if __name__ == "__main__":
    main()
