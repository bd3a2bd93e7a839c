"""Campaigns, over HTTP, and the job that starts them."""

from datetime import timedelta
from typing import Any

import httpx
import pytest

from applications.api.cases import maker
from applications.api.container import Container
from applications.api.use_cases.start_due_campaigns import StartDueCampaigns
from domain.campaigns.pacing import Limit
from domain.campaigns.pulse import Pulse
from domain.ids import CampaignId

NUMBERS = {"numbers": [{"e164": "+442079460000"}]}


async def bot(client: httpx.AsyncClient, versions: int = 1) -> str:
    made = (await client.post("/bots", json={"name": "Ada", "draft": {"prompt": "Be kind"}})).json()
    for _ in range(versions):
        await client.post(f"/bots/{made['id']}/publish")
    return str(made["id"])


async def made(client: httpx.AsyncClient, bot_id: str | None = None, **plan: Any) -> str:
    """The campaign's path."""
    bot_id = bot_id or await bot(client)
    body = {"name": "Spring", "bot_id": bot_id, "plan": {"numbers": NUMBERS, **plan}}
    answer = await client.post("/campaigns", json=body)
    assert answer.status_code == 201, answer.text
    return f"/campaigns/{answer.json()['id']}"


async def state(client: httpx.AsyncClient, path: str) -> str:
    return str((await client.get(path)).json()["campaign"]["state"])


async def test_every_fault_of_a_campaign_is_named(admin: httpx.AsyncClient) -> None:
    body = {"name": "x", "bot_id": "bot_none", "plan": {"pacing": {"concurrency": 0}, "retries": {"max_attempts": 99}}}
    errors = (await admin.post("/campaigns", json=body)).json()["errors"]
    assert {each["field"] for each in errors} == {"bot_id", "plan.pacing.concurrency", "plan.retries.max_attempts"}
    body = {"name": "x", "bot_id": "y", "plan": {"starts_at": "2027-01-01T00:00:00", "retries": {"delays": {"b": {}}}}}
    errors = (await admin.post("/campaigns", json=body)).json()["errors"]
    assert {"plan.starts_at", "plan.retries.delays.b"} <= {each["field"] for each in errors}


async def test_a_start_pins_the_newest_version_and_a_resume_keeps_it(admin: httpx.AsyncClient) -> None:
    bot_id = await bot(admin, versions=2)
    path = await made(admin, bot_id)
    assert (await admin.post(f"{path}/start")).json()["bot_version"] == 2
    await admin.post(f"{path}/pause")
    await admin.post(f"/bots/{bot_id}/publish")
    assert (await admin.post(f"{path}/start")).json()["bot_version"] == 2
    await admin.post(f"{path}/complete")
    assert (await admin.post(f"{path}/start")).json()["bot_version"] == 3
    await admin.post(f"{path}/pause")
    assert (await admin.post(f"{path}/start", json={"bot_version": 1})).json()["bot_version"] == 1


async def test_what_cannot_start_says_why(admin: httpx.AsyncClient) -> None:
    unpublished = await made(admin, await bot(admin, versions=0))
    assert "no published version" in (await admin.post(f"{unpublished}/start")).json()["detail"]
    numberless = await made(admin, numbers={"numbers": []})
    assert (await admin.post(f"{numberless}/start")).json()["errors"][0]["field"] == "plan.numbers"
    bot_id = await bot(admin)
    archived = await made(admin, bot_id)
    await admin.post(f"/bots/{bot_id}/archive")
    assert "archived" in (await admin.post(f"{archived}/start")).json()["detail"]
    assert (await admin.post(f"{await made(admin)}/start", json={"bot_version": 9})).status_code == 409
    assert (await admin.post("/campaigns/cmp_none/start")).status_code == 404


async def test_its_life_is_the_model_s(admin: httpx.AsyncClient) -> None:
    path = await made(admin)
    for move, becomes in [
        ("start", "running"),
        ("pause", "paused"),
        ("start", "running"),
        ("drain", "draining"),
        ("complete", "completed"),
        ("archive", "archived"),
    ]:
        answer = await admin.post(f"{path}/{move}")
        assert (answer.status_code, answer.json()["state"]) == (200, becomes)
    refused = await admin.post(f"{path}/start")
    assert (refused.status_code, refused.json()["type"]) == (409, "urn:cxb:problem:illegal-move")
    assert (await admin.put(f"{path}/plan", json={"plan": {}})).status_code == 409


async def test_a_plan_changes_while_it_runs_unless_it_is_stale(admin: httpx.AsyncClient) -> None:
    path = await made(admin)
    running = (await admin.post(f"{path}/start")).json()
    plan = {"numbers": NUMBERS, "pacing": {"concurrency": 3}}
    changed = await admin.put(f"{path}/plan", json={"plan": plan, "version": running["version"]})
    assert changed.json()["plan"]["pacing"]["concurrency"] == 3
    assert (await admin.put(f"{path}/plan", json={"plan": plan, "version": running["version"]})).status_code == 409
    assert (await admin.put(f"{path}/plan", json={"plan": {"pacing": {"concurrency": 0}}})).status_code == 400


@pytest.mark.virtual_time
async def test_a_scheduled_one_starts_by_itself_at_its_time(container: Container, admin: httpx.AsyncClient) -> None:
    path = await made(admin, starts_at="2026-01-05T13:00:00Z")
    assert (await admin.post(f"{path}/schedule")).json()["state"] == "scheduled"
    start_due = maker(container, StartDueCampaigns)
    await start_due()()
    assert await state(admin, path) == "scheduled"
    await container.clock().sleep(3600)
    await start_due()()
    assert await state(admin, path) == "running"


@pytest.mark.virtual_time
async def test_one_that_cannot_start_by_itself_is_paused(container: Container, admin: httpx.AsyncClient) -> None:
    path = await made(admin, numbers={"numbers": []}, starts_at="2026-01-05T13:00:00Z")
    await admin.post(f"{path}/schedule")
    await container.clock().sleep(3600)
    await maker(container, StartDueCampaigns)()()
    assert await state(admin, path) == "paused"


async def test_a_schedule_needs_a_start_ahead_and_is_undone(admin: httpx.AsyncClient) -> None:
    assert (await admin.post(f"{await made(admin)}/schedule")).json()["errors"][0]["field"] == "plan.starts_at"
    path = await made(admin, starts_at="2096-01-05T13:00:00Z")
    await admin.post(f"{path}/schedule")
    assert (await admin.post(f"{path}/unschedule")).json()["state"] == "draft"


@pytest.mark.virtual_time
async def test_it_says_what_keeps_it_from_dialling(container: Container, admin: httpx.AsyncClient) -> None:
    path = await made(admin)

    async def limit() -> str:
        return str((await admin.get(path)).json()["pulse"]["limit"])

    async def pulse(limit: Limit) -> None:
        at = container.clock().now()
        campaign_id = CampaignId(path.removeprefix("/campaigns/"))
        await container.campaigns().put_pulse(
            Pulse(campaign_id=campaign_id, at=at, dialler="d1", limit=limit, in_flight=4)
        )

    assert await limit() == "not_running"
    await admin.post(f"{path}/start")
    assert await limit() == "no_dialler"
    await pulse(Limit.CORE_SLOTS)
    shown = (await admin.get(path)).json()["pulse"]
    assert (shown["limit"], shown["dialler"], shown["in_flight"]) == ("core_slots", "d1", 4)
    await container.clock().sleep(timedelta(seconds=5.1).total_seconds())
    assert await limit() == "no_dialler"
    await admin.post(f"{path}/pause")
    assert await limit() == "not_running"
    await admin.post(f"{path}/start")
    await admin.post(f"{path}/complete")
    assert await limit() == "ended"


async def test_lists_are_narrowed_by_state(admin: httpx.AsyncClient) -> None:
    running, draft = await made(admin), await made(admin)
    await admin.post(f"{running}/start")
    listed = (await admin.get("/campaigns?state=running")).json()["items"]
    assert [f"/campaigns/{each['id']}" for each in listed] == [running]
    assert len((await admin.get("/campaigns")).json()["items"]) == 2
    assert draft != running


async def test_nobody_sees_the_campaigns_of_another_brand(
    admin: httpx.AsyncClient, foreigner: httpx.AsyncClient
) -> None:
    bot_id = await bot(admin)
    path = await made(admin, bot_id)
    assert (await foreigner.get("/campaigns")).json()["items"] == []
    for page in ("", "/leads", "/imports", "/attempts", "/attempts.csv", "/funnel"):
        assert (await foreigner.get(f"{path}{page}")).status_code == 404, page
    for move in ("start", "schedule", "unschedule", "pause", "drain", "complete", "archive"):
        assert (await foreigner.post(f"{path}/{move}")).status_code == 404, move
    assert (await foreigner.put(f"{path}/plan", json={"plan": {}})).status_code == 404
    stolen = await foreigner.post("/campaigns", json={"name": "x", "bot_id": bot_id})
    assert stolen.json()["errors"][0]["field"] == "bot_id"
