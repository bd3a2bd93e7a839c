"""`./cxb demo`: a whole campaign on real input, from a CSV file to a CRM's log, checked at its end."""

import asyncio
import socket
import time
from collections.abc import Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from launcher.data_folder import held, with_secrets
from launcher.demo.carriers import CarrierChoice, People, calling_by
from launcher.demo.client import ApiClient, signed_in, with_key
from launcher.demo.crm import receiving
from launcher.demo.facts import gather
from launcher.demo.kills import EXCHANGE, SHELLS, Killing
from launcher.demo.media import LIVEKIT, DemoStack, livekit_stack
from launcher.demo.media import PORTS as STACK_PORTS
from launcher.demo.report import report
from launcher.demo.scene import BY_KEYS, BY_WORDS, OVER_LIVEKIT, Scene, Staging, set_up
from launcher.problem import LaunchProblem
from launcher.up import READY_SECONDS, first_administrator, resolved, running
from ports.settings import Settings

KILL_AFTER: Final = 30.0
KILL_EVERY: Final = 20.0
LONGEST: Final = 1500.0
PORTS: Final = (
    "CXB_CONSOLE_PORT",
    "CXB_API_PORT",
    "CXB_CORE_PORT",
    "CXB_DIALLER_PORT",
    "CXB_EXCHANGE_PORT",
    "CXB_SIP_PORT",
)
STACK_FROM: Final = 19_600
STAGINGS: Final[Mapping[CarrierChoice, Staging]] = {
    CarrierChoice.SIMULATED: BY_WORDS,
    CarrierChoice.SIP: BY_KEYS,
    CarrierChoice.LIVEKIT: OVER_LIVEKIT,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Demo:
    """As asked for on the command line; smaller ones have a `staging` of their own, and kill sooner. `victims` are
    killed in that order."""

    carrier: CarrierChoice
    data: str | None
    seed: int
    victims: Sequence[str] = ()
    keep: bool = False
    staging: Staging | None = None
    kill_after: float = KILL_AFTER
    kill_every: float = KILL_EVERY
    livekit_away: float = 0.0


def each_of(carrier: CarrierChoice) -> Sequence[str]:
    """All that can be killed where calls go that way."""
    return (*SHELLS, LIVEKIT) if carrier is CarrierChoice.LIVEKIT else (*SHELLS, EXCHANGE)


async def run_demo(demo: Demo) -> int:
    """0 when every check passed."""
    overrides = _overrides(demo)
    settings = resolved(overrides)
    folder = Path(settings.data)
    async with AsyncExitStack() as open_:
        stack = None
        if demo.carrier is CarrierChoice.LIVEKIT:
            media = livekit_stack(folder, settings.api_url, _free_ports(len(STACK_PORTS), from_=STACK_FROM))
            stack = await open_.enter_async_context(media)
            settings = resolved({**overrides, **stack.settings})
        open_.enter_context(held(folder, settings.public_url))
        settings = with_secrets(settings)
        failed = await _run(demo, settings, stack)
    print(f"\n{'All checks passed.' if not failed else f'{failed} checks FAILED.'} Everything is in {folder}")
    return 1 if failed else 0


async def _run(demo: Demo, settings: Settings, stack: DemoStack | None) -> int:
    """How many checks failed."""
    folder = Path(settings.data)
    password = await first_administrator(settings)
    if password is None:
        raise LaunchProblem(f"{folder} has been used before; give the demo a folder of its own")
    async with receiving(folder / "crm.ndjson") as crm, running(settings, folder / "logs") as supervisor:
        await supervisor.ready(READY_SECONDS)
        print(f"Running. Watch at {settings.public_url} as {settings.admin_email}, password {password}")
        async with signed_in(settings.public_url, settings.admin_email, password, asyncio.sleep) as api:
            staging = demo.staging or STAGINGS[demo.carrier]
            scene = await set_up(api, crm, staging)
            killing = Killing(
                victims=demo.victims,
                supervisor=supervisor,
                stack=stack,
                after=demo.kill_after,
                every=demo.kill_every,
                away=demo.livekit_away,
            )
            began = time.monotonic()
            people = People(seed=demo.seed, speed=settings.simulation_speed, patience=staging.patience)
            async with calling_by(demo.carrier, api, folder, people):
                await _run_campaign(settings, api, scene, staging, killing)
                await _until_told(api)
            facts = await gather(api, scene, crm, folder, killing.kills)
            print(f"\nThe campaign took {time.monotonic() - began:.0f} s.")
            failed = report(facts, folder)
            if demo.keep:
                print("\nStill running; Ctrl-C stops it.")
                await supervisor.stopping.wait()
    return failed


def _overrides(demo: Demo) -> dict[str, str]:
    """A folder and ports of its own, so that a demo never touches what is in use."""
    folder = demo.data or f"data/demo-{datetime.now(UTC):%Y%m%d-%H%M%S}"
    ports = zip(PORTS, map(str, _free_ports(len(PORTS))), strict=True)
    own = {
        "CXB_DATA": folder,
        "CXB_SIMULATION_SEED": str(demo.seed),
        "CXB_DRAIN_SECONDS": "5",
        "CXB_PRIVATE_TARGETS": "127.0.0.0/8",  # the demo's CRM is on this machine
    }
    return {**own, **dict(ports)}


def _free_ports(count: int, *, from_: int = 18_600) -> list[int]:
    """Ports below the range that outgoing connections take theirs from, so that nobody takes one meanwhile."""
    found: list[int] = []
    for port in range(from_, 32_000):
        with socket.socket() as probe:
            probe.settimeout(0.5)  # somebody who listens and takes nobody in would never answer
            if probe.connect_ex(("127.0.0.1", port)) != 0:
                found.append(port)
        if len(found) == count:
            return found
    raise LaunchProblem("no free ports")


async def _run_campaign(settings: Settings, api: ApiClient, scene: Scene, staging: Staging, killing: Killing) -> None:
    await api.post(f"/campaigns/{scene.campaign_id}/start")
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(_survey(settings, scene, staging))
        tasks.create_task(killing.run())
        await _watch(api, scene)
        if len(killing.kills) < len(killing.victims):
            raise LaunchProblem(f"the campaign was over before all of {', '.join(killing.victims)} had been killed")


async def _survey(settings: Settings, scene: Scene, staging: Staging) -> None:
    """A CRM's own calls, placed by a Core while the campaign runs; each key is sent twice and means one call."""
    async with with_key(settings.public_url, scene.key, asyncio.sleep) as crm:
        for number, phone in enumerate(staging.surveyed):
            body = {"bot_id": scene.survey_id, "to": phone, "variables": {"first_name": "Robin"}}
            headers = {"idempotency-key": f"survey-{number}"}
            first = await crm.post("/dialout", body, **headers)
            again = await crm.post("/dialout", body, **headers)
            if first["call_id"] != again["call_id"]:
                raise LaunchProblem("one idempotency key made two calls")


async def _watch(api: ApiClient, scene: Scene) -> None:
    """A line of progress a second, until the campaign is completed."""
    end = time.monotonic() + LONGEST
    while time.monotonic() < end:
        standing = await api.get(f"/campaigns/{scene.campaign_id}")
        print(f"\r\033[K  {_progress(standing)}", end="", flush=True)
        if standing["campaign"]["state"] == "completed":
            print()
            return
        await asyncio.sleep(1)
    raise LaunchProblem("the campaign did not come to its end in time")


def _progress(standing: dict[str, dict[str, int]]) -> str:
    leads, flying = standing["leads"], standing["in_flight"]
    done = sum(count for key, count in leads.items() if key.startswith("done."))
    open_ = sum(leads.get(state, 0) for state in ("waiting", "leased", "dialling"))
    return (
        f"leads {done}/{done + open_} done   ringing {flying['ringing']}   answered {flying['answered']}   "
        f"talking {flying['talking']}   limit: {standing['pulse']['limit']}"
    )


async def _until_told(api: ApiClient) -> None:
    """All calls have ended and the CRM has heard of each."""
    end = time.monotonic() + LONGEST
    while time.monotonic() < end:
        calls = await api.all("/calls")
        pending = await api.get("/crm/deliveries", state="pending", limit=1)
        if all(call["state"] == "ended" for call in calls) and not pending["items"]:
            told = {row["call_id"] for row in await api.all("/crm/deliveries")}
            if all(call["id"] in told for call in calls):
                return
        await asyncio.sleep(1)
    raise LaunchProblem("the CRM was not told of every call in time")
