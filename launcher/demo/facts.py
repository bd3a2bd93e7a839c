"""Everything that the API says after the run, fetched as a client would, for the checks and the report."""

import csv
import io
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from launcher.demo.carriers import SEEN
from launcher.demo.client import ApiClient, Plain
from launcher.demo.crm import CrmReceiver
from launcher.demo.kills import Kill
from launcher.demo.scene import EXAMPLES, Scene


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """`calls` have their results and transcripts; `recordings` are WAV files by call id; `invited` are the calls of
    which the exchange wrote an INVITE down; `phones` is what people behind real SIP saw, where there are any."""

    campaign: Plain
    lead_import: Plain
    row_errors: list[Plain]
    leads: list[Plain]
    attempts: list[Plain]
    attempts_csv: int
    calls: list[Plain]
    deliveries: list[Plain]
    recordings: dict[str, bytes]
    dnc: frozenset[str]
    invited: frozenset[str]
    phones: Sequence[Plain]
    by_sip: bool
    kills: Sequence[Kill]
    least_pause: float
    crm: CrmReceiver

    @property
    def campaign_calls(self) -> list[Plain]:
        return [call for call in self.calls if call["direction"] == "campaign"]


async def gather(api: ApiClient, scene: Scene, crm: CrmReceiver, data: Path, kills: Sequence[Kill]) -> Facts:
    """All of it, by pages."""
    campaign = f"/campaigns/{scene.campaign_id}"
    calls = [await api.get(f"/calls/{row['id']}") for row in await api.all("/calls")]
    return Facts(
        campaign=await api.get(campaign),
        lead_import=await api.get(f"/imports/{scene.import_id}"),
        row_errors=(await api.all(f"/imports/{scene.import_id}/errors")),
        leads=await api.all(f"{campaign}/leads"),
        attempts=await api.all(f"{campaign}/attempts"),
        attempts_csv=len(list(csv.reader(io.StringIO((await api.read(f"{campaign}/attempts.csv")).decode())))) - 1,
        calls=calls,
        deliveries=await api.all("/crm/deliveries"),
        recordings={call["id"]: await api.read(f"/recordings/{call['id']}") for call in calls if _recorded(call)},
        dnc=_dnc() | scene.late_dnc,
        invited=_invited(data / "exchange" / "legs.ndjson"),
        phones=_lines(data / SEEN),
        by_sip=(data / SEEN).exists(),
        kills=kills,
        least_pause=scene.least_pause,
        crm=crm,
    )


def _recorded(call: Plain) -> bool:
    return bool(call["result"] and call["result"]["recording"])


def _dnc() -> frozenset[str]:
    with (EXAMPLES / "dnc.csv").open(newline="") as file:
        return frozenset(row["phone"] for row in csv.DictReader(file))


def _invited(journal: Path) -> frozenset[str]:
    """Call ids of which an INVITE was sent: the exchange writes each down before. Where LiveKit carries calls, it has
    none."""
    return frozenset(line["call_id"] for line in _lines(journal))


def _lines(file: Path) -> list[Plain]:
    lines = file.read_text().splitlines() if file.exists() else []
    return [json.loads(line) for line in lines if line]
