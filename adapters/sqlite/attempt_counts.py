"""What is counted over attempts: in flight, tried, shown, the funnel."""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final

import apsw

from adapters.codec.instants import micros
from adapters.sqlite.rows import rows, tally
from domain.ids import BrandId, CampaignId
from ports.attempt_ledger import InFlight

IN_FLIGHT: Final = """
SELECT state, count(*) FROM campaign_calls WHERE brand = ? AND campaign_id = ?
AND state IN ('opened', 'ringing', 'answered', 'handed_over') GROUP BY state"""
TRIED: Final = """
SELECT phone, count(*) FROM campaign_calls WHERE brand = ? AND counts = 1
AND phone IN (SELECT value FROM json_each(?)) AND opened_at >= ? GROUP BY phone"""
SHOWN: Final = """
SELECT caller_number, count(*) FROM campaign_calls WHERE brand = ? AND opened_at >= ? GROUP BY caller_number"""
FUNNEL: Final = """
SELECT state, outcome, verdict, count(*) FROM campaign_calls WHERE brand = ? AND campaign_id = ?
GROUP BY state, outcome, verdict"""
EVER: Final = -(2**63)


def in_flight(connection: apsw.Connection, brand: BrandId, campaign_id: CampaignId) -> InFlight:
    counts = tally(connection, IN_FLIGHT, (brand, campaign_id))
    return InFlight(
        ringing=counts.get("opened", 0) + counts.get("ringing", 0),
        answered=counts.get("answered", 0),
        talking=counts.get("handed_over", 0),
    )


def tried(
    connection: apsw.Connection, brand: BrandId, phones: Sequence[str], since: datetime | None
) -> Mapping[str, int]:
    return tally(connection, TRIED, (brand, json.dumps(phones), micros(since) if since else EVER))


def shown(connection: apsw.Connection, brand: BrandId, since: datetime) -> Mapping[str, int]:
    return tally(connection, SHOWN, (brand, micros(since)))


def funnel(connection: apsw.Connection, brand: BrandId, campaign_id: CampaignId) -> Mapping[str, int]:
    counts: Counter[str] = Counter()
    for *names, found in rows(connection, FUNNEL, (brand, campaign_id)):
        for kind, name in zip(("state", "outcome", "verdict"), names, strict=True):
            if name is not None:
                counts[f"{kind}.{name}"] += found
    return counts
