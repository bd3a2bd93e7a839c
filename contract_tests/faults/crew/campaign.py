"""A campaign whose callees are quick about it, set up as a client of the API would."""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, Final

from adapters.simulation.population import Answer, Manner, persona_of
from contract_tests.faults.crew.members import Crew
from domain.calls.outcome import Outcome
from launcher.demo.client import ApiClient, signed_in
from launcher.demo.crm import CrmReceiver

SEED: Final = 1
LONGEST_RING: Final = 6.0
MOST_ATTEMPTS: Final = 2
BOT: Final = {
    "flow": {"start": "hello", "steps": [{"id": "hello", "say": "Hello, this is a test. Goodbye.", "end": "told"}]},
    "policy": {"max_duration": 30.0},
}
PLAN: Final = {
    "pacing": {"concurrency": 10, "calls_per_second": 4.0, "answer_rate": 0.9},
    "retries": {
        "max_attempts": MOST_ATTEMPTS,
        "max_given_back": 20,
        "delays": {outcome.value: {"least": 0.5, "most": 2.0} for outcome in Outcome},
    },
    "compliance": {"per_24_hours": 0, "per_7_days": 0},
    "numbers": {"numbers": [{"e164": "+14155550199"}]},
    "answers": {"ring_timeout": 5.0},
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Campaign:
    id: str
    api: ApiClient

    async def standing(self) -> dict[str, Any]:
        return await self.api.get(f"/campaigns/{self.id}")

    async def completed(self) -> bool:
        return bool((await self.standing())["campaign"]["state"] == "completed")

    async def all_told(self) -> bool:
        """All calls are over, and each result has been pushed."""
        calls, pushes = await self.api.all("/calls"), await self.api.all("/crm/deliveries")
        told = {push["call_id"] for push in pushes if push["state"] == "delivered"}
        over = all(call["state"] == "ended" and call["id"] in told for call in calls)
        return over and all(push["state"] == "delivered" for push in pushes)


@asynccontextmanager
async def started(crew: Crew, crm: CrmReceiver, leads: int, pause: Any) -> AsyncIterator[Campaign]:
    """Both Cores are in the fleet, the leads imported, and the campaign runs."""
    api_url = crew.members["api-1"].url
    async with signed_in(api_url, "admin@example.com", crew.password, pause) as api:
        for name in ("core-1", "core-2"):
            answer = await api.http.put(f"/fleet/{name}", json={"url": crew.members[name].url})
            answer.raise_for_status()
        crm.secret = (await api.post("/crm/targets", {"name": "CRM", "url": crm.url}))["secret"]
        bot = await api.post("/bots", {"name": "Test", "draft": BOT})
        await api.post(f"/bots/{bot['id']}/publish")
        campaign = await api.post("/campaigns", {"name": "Two of each", "bot_id": bot["id"], "plan": PLAN})
        rows = "\n".join(["Phone", *numbers(leads)])
        done = await api.upload(f"/campaigns/{campaign['id']}/imports", rows.encode(), region="US")
        while (await api.get(f"/imports/{done['id']}"))["state"] not in {"done", "failed"}:
            await pause(0.1)
        await api.post(f"/campaigns/{campaign['id']}/start")
        yield Campaign(id=campaign["id"], api=api)


def numbers(count: int) -> list[str]:
    """Of people who pick up, are busy, decline, let it ring, or do not want to be called again; none who talks long."""
    found = (f"+1212736{number:04}" for number in range(10_000))
    return [number for number, _ in zip(_quick(found), range(count), strict=False)]


def _quick(phones: Iterator[str]) -> Iterator[str]:
    for phone in phones:
        persona = persona_of(phone, seed=SEED, overrides={})
        talks = persona.role.answer is Answer.HUMAN and persona.role.manner is not Manner.SCREENS
        brief = persona.role.answer in {Answer.BUSY, Answer.REJECTS, Answer.NO_ANSWER}
        if (talks or brief) and persona.rings < LONGEST_RING:
            yield phone
