"""What the demo sets up by the API: two bots, a DNC list, a campaign with its leads, a CRM and its key."""

import csv
import io
import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

from domain.calls.outcome import Outcome
from launcher.demo.client import ApiClient, Plain
from launcher.demo.crm import CrmReceiver

EXAMPLES: Final = Path(__file__).resolve().parents[2] / "examples"
BOTS: Final = EXAMPLES / "bots"
CAMPAIGN_SECONDS: Final = 1200
"""The latest end of the demo's campaign; two cores with nothing else to do are done after five minutes."""

LATE_DNC: Final = 3
SURVEYED: Final = ("+14155550111", "+442079460111", "+493023125111")
CLOSED_REGION: Final = "IN"
CLOSED_ZONE: Final = "Asia/Kolkata"
NUMBERS: Final = ("+14155550199", "+442079460000", "+493023125000")


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """The ids of what was made. `key` is the CRM's API key; `late_dnc` are leads that asked not to be called after
    their import, so that only the gate at the instant of dialling can keep them from ringing; `least_pause` are the
    seconds before a second attempt."""

    campaign_id: str
    survey_id: str
    import_id: str
    key: str
    late_dnc: frozenset[str]
    least_pause: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Staging:
    """Whom the campaign calls and whom the CRM does, by which bots, how many at a time, and for how long at most. Of
    the leads' file only `every` second, third, … row is taken.
    `retry_seconds` are the least and the most between two attempts; a callee behind real SIP who hears nothing for
    `patience` seconds hangs up."""

    campaign: Path
    survey: Path
    leads: Path = EXAMPLES / "leads.csv"
    every: int = 1
    surveyed: Sequence[str] = SURVEYED
    concurrency: int = 20
    seconds: int = CAMPAIGN_SECONDS
    retry_seconds: tuple[int, int] = (5, 20)
    patience: float = 9.0


BY_WORDS: Final = Staging(campaign=BOTS / "visit.json", survey=BOTS / "survey.json")
BY_KEYS: Final = Staging(campaign=BOTS / "keys.json", survey=BOTS / "keys.json")
"""For carriers that bring sound and keys, of which no recogniser makes words without a key of its own."""

OVER_LIVEKIT: Final = replace(BY_KEYS, every=2, concurrency=8)
"""Each call is three WebRTC connections, all of them on this machine: more at once would be too much for two cores."""


async def set_up(api: ApiClient, crm: CrmReceiver, staging: Staging) -> Scene:
    """Everything but the start of the campaign; returns when the import is done."""
    made = await api.post("/crm/targets", {"name": "Demo CRM", "url": crm.url})
    crm.secret = made["secret"]
    key = await api.post("/api-keys", {"name": "Demo CRM"})
    visit = await _bot(api, "Meter visits", staging.campaign)
    survey = await _bot(api, "Survey", staging.survey)
    await api.upload("/dnc", (EXAMPLES / "dnc.csv").read_bytes(), region="US")
    campaign = await api.post("/campaigns", {"name": "Demo", "bot_id": visit, "plan": plan(datetime.now(UTC), staging)})
    leads = _rows(staging.leads, staging.every)
    started = await api.upload(f"/campaigns/{campaign['id']}/imports", leads, region="US")
    while (await api.get(f"/imports/{started['id']}"))["state"] not in {"done", "failed"}:
        await api.pause(0.2)
    phones = [lead["phone"] for lead in await api.all(f"/campaigns/{campaign['id']}/leads")]
    late = [phone["e164"] for phone in phones if phone["region"] != CLOSED_REGION][:LATE_DNC]
    await api.post("/dnc", {"phones": late})
    return Scene(
        campaign_id=campaign["id"],
        survey_id=survey,
        import_id=started["id"],
        key=key["key"],
        late_dnc=frozenset(late),
        least_pause=staging.retry_seconds[0],
    )


def _rows(file: Path, every: int) -> bytes:
    """With the head, and what is wrong with a row as wrong as it is."""
    if every == 1:
        return file.read_bytes()
    with file.open(newline="", encoding="utf-8") as lines:
        head, *rows = csv.reader(lines)
    taken = io.StringIO(newline="")
    csv.writer(taken).writerows([head, *rows[::every]])
    return taken.getvalue().encode()


async def _bot(api: ApiClient, name: str, file: Path) -> str:
    """A published bot; its id."""
    bot = await api.post("/bots", {"name": name, "draft": json.loads(file.read_text())})
    await api.post(f"/bots/{bot['id']}/publish")
    bot_id: str = bot["id"]
    return bot_id


def plan(now: datetime, staging: Staging) -> Plain:
    """Real gates: two attempts with some seconds between them, an end, and hours that are open all day except in one
    region, where they next open six hours from now, long after that end."""
    least, most = staging.retry_seconds
    return {
        "pacing": {"concurrency": staging.concurrency, "calls_per_second": 3.0, "answer_rate": 0.6},
        "retries": {
            "max_attempts": 2,
            "max_given_back": 3,
            "delays": {outcome.value: {"least": least, "most": most} for outcome in Outcome},
        },
        "compliance": {"hours": {"by_region": {CLOSED_REGION: [_closed_until_later(now)]}}, "per_24_hours": 3},
        "numbers": {"numbers": [{"e164": number} for number in NUMBERS]},
        "answers": {"ring_timeout": 12.0, "beep_timeout": 15.0},
        "ends_at": (now + timedelta(seconds=staging.seconds)).isoformat(),
    }


def _closed_until_later(now: datetime) -> dict[str, Any]:
    opens = (now + timedelta(hours=6)).astimezone(ZoneInfo(CLOSED_ZONE)).hour
    closes = (opens + 1) % 24
    return {"days": list(range(7)), "spans": [{"opens": f"{opens:02d}:00:00", "closes": f"{closes:02d}:00:00"}]}
