"""What became of a campaign's attempts."""

import csv
import io
from datetime import timedelta

import httpx
import pytest

from applications.api.container import Container
from domain.calls.outcome import Outcome
from domain.campaigns.attempt import Attempt, Verdict
from domain.ids import DEFAULT_BRAND, AttemptId, CallId, CampaignId, LeadId, ServerId, TrunkId
from domain.lease import Lease
from tests.api.test_campaigns import made


async def attempted(container: Container, path: str, count: int) -> None:
    """Attempts, the odd ones of which were answered by a person."""
    campaign_id, now = CampaignId(path.removeprefix("/campaigns/")), container.clock().now()
    for n in range(count):
        at = now + timedelta(seconds=n)
        attempt = Attempt(
            id=AttemptId(f"lead_{n}.1"),
            brand=DEFAULT_BRAND,
            campaign_id=campaign_id,
            lead_id=LeadId(f"lead_{n}"),
            call_id=CallId(f"call_{n}"),
            number=1,
            phone=f"+4474001{n:05d}",
            caller_number="+442079460000",
            trunk_id=TrunkId("trunk_1"),
            opened_at=at,
            lease=Lease(holder="d1", until=at, fence=1),
        ).ring(at=at)
        if n % 2:
            attempt = attempt.answer(at=at).hand_over(ServerId("core-1"), Verdict.HUMAN, at=at)
            attempt = attempt.finish(Outcome.COMPLETED, at=at + timedelta(seconds=30))
        else:
            attempt = attempt.finish(Outcome.BUSY, at=at, sip_status=486, detail="=busy")
        await container.attempts().open(attempt)


async def test_attempts_are_listed_newest_first_and_narrowed(container: Container, admin: httpx.AsyncClient) -> None:
    path = await made(admin)
    await attempted(container, path, 5)
    listed = (await admin.get(f"{path}/attempts")).json()["items"]
    assert [each["id"] for each in listed] == [f"lead_{n}.1" for n in (4, 3, 2, 1, 0)]
    assert (listed[0]["outcome"], listed[0]["sip_status"], listed[0]["seconds"]) == ("busy", 486, None)
    assert (listed[1]["verdict"], listed[1]["seconds"]) == ("human", 30.0)
    for query, count in [
        ("outcome=busy", 3),
        ("verdict=human", 2),
        ("state=ended", 5),
        ("state=ringing", 0),
        ("lead_id=lead_2", 1),
        ("outcome=busy&lead_id=lead_1", 0),
    ]:
        assert len((await admin.get(f"{path}/attempts?{query}")).json()["items"]) == count, query


@pytest.mark.parametrize("query", ["state=x", "outcome=x", "verdict=x", "limit=x"])
async def test_words_that_mean_nothing_are_named(admin: httpx.AsyncClient, query: str) -> None:
    answer = await admin.get(f"{await made(admin)}/attempts?{query}")
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["field"] == query.partition("=")[0]


async def test_all_attempts_come_as_a_file_without_formulas(container: Container, admin: httpx.AsyncClient) -> None:
    path = await made(admin)
    await attempted(container, path, 1100)
    answer = await admin.get(f"{path}/attempts.csv")
    assert "attachment" in answer.headers["content-disposition"]
    rows = list(csv.DictReader(io.StringIO(answer.text)))
    assert len({row["id"] for row in rows}) == 1100
    assert rows[-1]["detail"] == "'=busy"
    assert rows[-1]["phone"] == "+447400100000"
    assert len((await admin.get(f"{path}/attempts.csv?outcome=completed")).text.splitlines()) == 551


async def test_the_funnel_counts(container: Container, admin: httpx.AsyncClient) -> None:
    path = await made(admin)
    await attempted(container, path, 5)
    counts = (await admin.get(f"{path}/funnel")).json()["counts"]
    assert (counts["outcome.busy"], counts["outcome.completed"], counts["verdict.human"]) == (3, 2, 2)
    assert (await admin.get(path)).json()["funnel"] == counts
