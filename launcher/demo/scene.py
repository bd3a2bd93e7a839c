"""What the demo sets up by the API: two bots, a DNC list, a campaign with its leads, a CRM and its key."""

import json
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

from domain.calls.outcome import Outcome
from launcher.demo.client import ApiClient, Plain
from launcher.demo.crm import CrmReceiver

EXAMPLES: Final = Path(__file__).resolve().parents[2] / "examples"
CAMPAIGN_SECONDS: Final = 390
LATE_DNC: Final = 3
RETRY_SECONDS: Final = (5, 20)
CLOSED_REGION: Final = "IN"
CLOSED_ZONE: Final = "Asia/Kolkata"
NUMBERS: Final = ("+14155550199", "+442079460000", "+493023125000")


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """The ids of what was made. `key` is the CRM's API key; `late_dnc` are leads that asked not to be called after
    their import, so that only the gate at the instant of dialling can keep them from ringing."""

    campaign_id: str
    survey_id: str
    import_id: str
    key: str
    late_dnc: frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Bots:
    """Files of the bots that the campaign and the CRM's own calls talk by."""

    campaign: str
    survey: str
    concurrency: int = 20
    seconds: int = CAMPAIGN_SECONDS


BY_WORDS: Final = Bots(campaign="visit.json", survey="survey.json")
BY_KEYS: Final = Bots(campaign="keys.json", survey="keys.json")
"""For carriers that bring sound and keys, of which no recogniser makes words without a key of its own."""

OVER_LIVEKIT: Final = replace(BY_KEYS, concurrency=8, seconds=1200)
"""Each call is three WebRTC connections, all of them on this machine: more at once would be too much for two cores."""


async def set_up(api: ApiClient, crm: CrmReceiver, bots: Bots) -> Scene:
    """Everything but the start of the campaign; returns when the import is done."""
    made = await api.post("/crm/targets", {"name": "Demo CRM", "url": crm.url})
    crm.secret = made["secret"]
    key = await api.post("/api-keys", {"name": "Demo CRM"})
    visit = await _bot(api, "Meter visits", bots.campaign)
    survey = await _bot(api, "Survey", bots.survey)
    await api.upload("/dnc", (EXAMPLES / "dnc.csv").read_bytes(), region="US")
    campaign = await api.post("/campaigns", {"name": "Demo", "bot_id": visit, "plan": plan(datetime.now(UTC), bots)})
    leads = (EXAMPLES / "leads.csv").read_bytes()
    started = await api.upload(f"/campaigns/{campaign['id']}/imports", leads, region="US")
    while (await api.get(f"/imports/{started['id']}"))["state"] not in {"done", "failed"}:
        await api.pause(0.2)
    late = [lead["phone"]["e164"] for lead in (await api.all(f"/campaigns/{campaign['id']}/leads"))[:LATE_DNC]]
    await api.post("/dnc", {"phones": late})
    return Scene(
        campaign_id=campaign["id"],
        survey_id=survey,
        import_id=started["id"],
        key=key["key"],
        late_dnc=frozenset(late),
    )


async def _bot(api: ApiClient, name: str, file: str) -> str:
    """A published bot; its id."""
    draft = json.loads((EXAMPLES / "bots" / file).read_text())
    bot = await api.post("/bots", {"name": name, "draft": draft})
    await api.post(f"/bots/{bot['id']}/publish")
    bot_id: str = bot["id"]
    return bot_id


def plan(now: datetime, bots: Bots) -> Plain:
    """Real gates: two attempts with 5–20 s between them, an end, and hours that are open all day except in one
    region, where they next open six hours from now, long after that end."""
    least, most = RETRY_SECONDS
    return {
        "pacing": {"concurrency": bots.concurrency, "calls_per_second": 3.0, "answer_rate": 0.6},
        "retries": {
            "max_attempts": 2,
            "max_given_back": 3,
            "delays": {outcome.value: {"least": least, "most": most} for outcome in Outcome},
        },
        "compliance": {"hours": {"by_region": {CLOSED_REGION: [_closed_until_later(now)]}}, "per_24_hours": 3},
        "numbers": {"numbers": [{"e164": number} for number in NUMBERS]},
        "answers": {"ring_timeout": 12.0, "beep_timeout": 15.0},
        "ends_at": (now + timedelta(seconds=bots.seconds)).isoformat(),
    }


def _closed_until_later(now: datetime) -> dict[str, Any]:
    opens = (now + timedelta(hours=6)).astimezone(ZoneInfo(CLOSED_ZONE)).hour
    closes = (opens + 1) % 24
    return {"days": list(range(7)), "spans": [{"opens": f"{opens:02d}:00:00", "closes": f"{closes:02d}:00:00"}]}
