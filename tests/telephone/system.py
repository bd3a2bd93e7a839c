"""A real system, each process of its own, with one SIP trunk, and the scripted far end behind that trunk."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from contract_tests.carrier.called import CalledLeg
from contract_tests.carrier.far_end import FarEnd, far_end
from contract_tests.carrier.leg import Leg
from contract_tests.carrier.loopback import LOOPBACK, free_port
from contract_tests.carrier.measure import first_sound
from launcher.demo.client import ApiClient, Plain, signed_in
from tests.seeing.system import System, production, until
from tests.telephone.ways import Carriage, Way

PATIENCE: Final = 60.0
START_SECONDS: Final = 240.0
"""Six processes that all import at once: 15 s on two idle cores, 90 s where others are as busy."""

LOOK_EVERY: Final = 0.05
CALLER: Final = "+14155550199"
BOT: Final = {
    "flow": {
        "start": "ask",
        "steps": [
            {
                "id": "ask",
                "say": "Hello, this is Harbour Energy. Please press one.",
                "edges": [{"to": "done", "kind": "digits", "when": "1"}],
            },
            {"id": "done", "say": "Thank you. Goodbye.", "end": "booked"},
        ],
    },
    "policy": {"silence_after": 20.0, "max_duration": 60.0},
    "voicemail_message": "This is Harbour Energy. Please call us back.",
    "safe_harbour_message": "This is Harbour Energy. Nobody is free to talk to you. Goodbye.",
}
"""It listens to keys alone: without a key of a vendor nobody knows words that come by telephone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Running:
    """All processes, healthy, and the trunk that leads to `far_port`. One Core."""

    system: System
    carriage: Carriage
    password: str
    far_port: int


@contextmanager
def running(folder: Path, way: Way, *, capacity: int = 1) -> Iterator[Running]:
    """With room for so many talks."""
    own = {"CXB_CORE_CAPACITY": str(capacity), "CXB_LOG_LEVEL": "info"}
    with way(folder) as carriage, production(folder, **own, **carriage.settings) as system:
        password = system.administrator()
        for name in carriage.processes:
            system.start(name)
        until(system.healthy, "all processes are up", START_SECONDS)
        until(lambda: _logged(system, "core", "call_process_ready"), "a call process is ready", START_SECONDS)
        yield Running(system=system, carriage=carriage, password=password, far_port=free_port())


def _logged(system: System, process: str, event: str) -> list[Plain]:
    return [line for line in system.lines(process) if line["event"] == event]


@dataclass(frozen=True, slots=True, kw_only=True)
class Telephone:
    """`bot_id` is that of BOT. Times are those of the running loop, as the far end's."""

    running: Running
    api: ApiClient
    far: FarEnd
    bot_id: str

    @property
    def here(self) -> tuple[str, int]:
        """Where calls come in."""
        return LOOPBACK, self.running.carriage.sip_port

    async def campaign(self, *phones: str, **answers: Any) -> None:
        """Its leads are called from now on, each once."""
        plan = {
            "pacing": {"concurrency": 10, "calls_per_second": 100.0, "answer_rate": 0.05},
            "retries": {"max_attempts": 1, "max_given_back": 0, "delays": {}},
            "numbers": {"numbers": [{"e164": CALLER}]},
            "compliance": {"per_24_hours": 0, "per_7_days": 0},
            "answers": answers,
        }
        made = await self.api.post("/campaigns", {"name": "Legs", "bot_id": self.bot_id, "plan": plan})
        rows = "\n".join(("phone", *phones)).encode()
        started = await self.api.upload(f"/campaigns/{made['id']}/imports", rows, region="US")
        await self.until(lambda: self._imported(started["id"]), "the leads are imported")
        await self.api.post(f"/campaigns/{made['id']}/start")

    async def _imported(self, import_id: str) -> bool:
        return bool((await self.api.get(f"/imports/{import_id}"))["state"] == "done")

    async def called(self, to: str) -> tuple[CalledLeg, str]:
        """The first call to a number, when it has come there, and its id: a SIP header does not say it everywhere."""
        leg = await self.far.called(to, within=PATIENCE)
        [call] = (await self.api.post("/calls/search", {"phone": to}))["items"]
        return leg, str(call["id"])

    async def did(self, number: str, **more: Any) -> None:
        await self.api.post("/dids", {"number": number, "bot_id": self.bot_id, **more})

    async def called_by(self, caller: str) -> Plain:
        """The call that came in from that number, when it has ended."""
        calls = await self.until(lambda: self._ended_of(caller), f"a call of {caller} has ended")
        return await self.api.get(f"/calls/{calls[0]['id']}")

    async def _ended_of(self, phone: str) -> list[Plain]:
        found = await self.api.post("/calls/search", {"phone": phone, "state": "ended"})
        return list(found["items"])

    async def concluded(self, call_id: str) -> Plain:
        """The call's result."""
        shown = await self.until(lambda: self._ended(call_id), "the call has ended")
        return dict(shown["result"])

    async def _ended(self, call_id: str) -> Plain | None:
        shown = await self.api.get(f"/calls/{call_id}")
        return shown if shown["state"] == "ended" else None

    async def logged(self, process: str, call_id: str, event: str, **fields: Any) -> Plain:
        """The first such line of the call, whose `at` is when it was written."""

        def found() -> list[Plain]:
            lines = self.running.system.told_of(process, call_id)
            return [line for line in lines if line["event"] == event and fields.items() <= line.items()]

        [line, *_] = await self.until(found, f"{process} has logged {event}")
        return {**line, "at": _of_loop(line["timestamp"])}

    async def quiet(self) -> None:
        """No call, and nothing held for one."""
        await self.until(self._is_quiet, "all calls are over and their room is free")

    async def _is_quiet(self) -> bool:
        live = [(await self.api.get("/calls", state=state))["items"] for state in ("live", "planned")]
        fleet = (await self.api.get("/fleet"))["items"]
        return not any(live) and all(core["held"] == core["live"] == 0 for core in fleet)

    async def until(self, holds: Callable[[], Any], what: str, within: float = PATIENCE) -> Any:
        end = time.monotonic() + within
        while not (found := await _value(holds)):
            assert time.monotonic() < end, f"{what}: not within {within} s"
            await asyncio.sleep(LOOK_EVERY)  # other processes: there is nothing to be told by
        return found


async def _value(holds: Callable[[], Any]) -> Any:
    value = holds()
    return await value if asyncio.iscoroutine(value) else value


def _of_loop(timestamp: str) -> float:
    """A time of the wall's clock as one of the loop's."""
    return datetime.fromisoformat(timestamp).timestamp() - time.time() + asyncio.get_running_loop().time()


async def heard_at(leg: Leg, within: float = PATIENCE) -> float:
    """When the first sound came from us."""
    await leg.until(lambda seen: first_sound(seen.media) is not None, within)
    at = first_sound(leg.seen.media)
    assert at is not None
    return at


@asynccontextmanager
async def at_the_telephone(running: Running) -> AsyncIterator[Telephone]:
    """With a far end of its own, on the port that the trunk leads to. All calls are over in the end."""
    settings = running.system.settings
    signing_in = signed_in(settings.api_url, settings.admin_email, running.password, asyncio.sleep)
    seed = time.monotonic_ns()  # the exchange outlives a far end, and no Call-ID may come twice
    async with far_end(numbers={}, port=running.far_port, seed=seed) as far, signing_in as api:
        telephone = Telephone(running=running, api=api, far=far, bot_id=await _bot(api))
        await _trunk(telephone)
        try:
            yield telephone
        finally:
            for leg in tuple(far.legs.values()):
                if leg.seen.answered_at is not None:
                    await leg.hang_up()
            await telephone.quiet()


async def _bot(api: ApiClient) -> str:
    bots = await api.all("/bots")
    if not bots:
        bots = [await api.post("/bots", {"name": "Harbour", "draft": BOT})]
        await api.post(f"/bots/{bots[0]['id']}/publish")
    return str(bots[0]["id"])


async def _trunk(telephone: Telephone) -> None:
    """One, which whoever carries calls knows."""
    known = [trunk for trunk in (await telephone.api.get("/trunks"))["items"] if trunk["carrier"] == "sip"]
    if not known:
        sip = {"host": LOOPBACK, "port": telephone.running.far_port}
        new = {"name": "Far end", "sip": sip, "channels": 20, "calls_per_second": 50.0}
        known = [await telephone.api.post("/trunks", new)]
    running = telephone.running
    await telephone.until(lambda: running.carriage.knows(running.system, known[0]["id"]), "the trunk is known")
