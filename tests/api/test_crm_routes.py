"""Dialouts, push targets, deliveries and the fleet over HTTP."""

from collections.abc import AsyncIterator

import httpx
import pytest

from adapters.memory.core_gateway import MemoryCore
from applications.api.cases import maker
from applications.api.container import Container
from applications.api.use_cases.conclude_call import ConcludeCall
from applications.api.use_cases.relay_events import RelayEvents
from applications.api.use_cases.seed_routing import SeedRouting
from domain.bots.bot import Bot, BotSpec, BotVersion
from domain.calls.outcome import Outcome
from domain.ids import DEFAULT_BRAND, BotId, CallId, ServerId, UserId
from tests.api.conftest import caller

ORDER = {"bot_id": "bot_1", "to": "+14155550101", "external_id": "crm-7"}


@pytest.fixture
async def crm(container: Container, admin: httpx.AsyncClient) -> AsyncIterator[httpx.AsyncClient]:
    """A CRM with its key, a bot to call with, and one healthy Core."""
    now = container.clock().now()
    version = BotVersion(number=1, spec=BotSpec(prompt="Be kind."), published_at=now, published_by=UserId("u"))
    await container.bots().add(
        Bot(id=BotId("bot_1"), brand=DEFAULT_BRAND, name="Ada", created_at=now, versions=(version,))
    )
    await maker(container, SeedRouting)()()
    core = MemoryCore(server_id=ServerId("core-1"))
    container.cores().cores[container.settings().core_url] = core
    server = await container.fleet().get(core.server_id)
    await container.fleet().put(server.beat(capacity=2, live=0, release="1", run=core.run, draining=False, at=now))
    key = (await admin.post("/api-keys", json={"name": "CRM"})).json()["key"]
    async with caller(container) as client:
        client.headers["x-api-key"] = key
        yield client


async def test_a_dialout_is_accepted_once_and_repeated_after_that(crm: httpx.AsyncClient) -> None:
    first = await crm.post("/dialout", json=ORDER, headers={"idempotency-key": "one"})
    again = await crm.post("/dialout", json=ORDER, headers={"idempotency-key": "one"})
    other = await crm.post("/dialout", json={**ORDER, "external_id": "x"}, headers={"idempotency-key": "one"})
    assert (first.status_code, again.status_code, other.status_code) == (202, 200, 422)
    assert first.json()["call_id"] == again.json()["call_id"]
    assert other.json()["reason"] == "idempotency_key_reused"


@pytest.mark.parametrize("headers", [{}, {"idempotency-key": ""}, {"idempotency-key": "x" * 256}])
async def test_a_dialout_needs_an_idempotency_key(crm: httpx.AsyncClient, headers: dict[str, str]) -> None:
    assert (await crm.post("/dialout", json=ORDER, headers=headers)).status_code == 400


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"to": "0800"}, "to"),
        ({"bot_id": "nobody"}, "bot_id"),
        ({"caller_number": "me"}, "caller_number"),
        ({"variables": {"a": 1}}, "variables"),
        ({"surprise": 1}, "surprise"),
    ],
)
async def test_what_is_wrong_with_a_dialout_is_named(
    crm: httpx.AsyncClient, change: dict[str, object], field: str
) -> None:
    answer = await crm.post("/dialout", json={**ORDER, **change}, headers={"idempotency-key": "one"})
    assert answer.status_code == 400
    assert [each["field"] for each in answer.json()["errors"]] == [field]


async def test_without_room_a_dialout_says_when_to_come_back(crm: httpx.AsyncClient, container: Container) -> None:
    container.cores().cores[container.settings().core_url].draining = True
    answer = await crm.post("/dialout", json=ORDER, headers={"idempotency-key": "one"})
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "5")
    container.cores().cores[container.settings().core_url].draining = False
    assert (await crm.post("/dialout", json=ORDER, headers={"idempotency-key": "one"})).status_code == 202


async def test_a_number_on_the_list_is_refused_with_the_reason(
    crm: httpx.AsyncClient, admin: httpx.AsyncClient
) -> None:
    added = await admin.post("/dnc", json={"phones": [ORDER["to"]]})
    assert added.status_code in {200, 201}, added.text
    answer = await crm.post("/dialout", json=ORDER, headers={"idempotency-key": "one"})
    assert (answer.status_code, answer.json()["reason"]) == (422, "dnc")


async def test_a_crm_sees_what_became_of_its_dialout(crm: httpx.AsyncClient, container: Container) -> None:
    call_id = (await crm.post("/dialout", json=ORDER, headers={"idempotency-key": "one"})).json()["call_id"]
    planned = (await crm.get(f"/dialout/{call_id}")).json()
    assert (planned["state"], planned["external_id"], planned["outcome"]) == ("planned", "crm-7", None)
    await maker(container, ConcludeCall)()(DEFAULT_BRAND, CallId(call_id), Outcome.BUSY, detail="x", sip_status=486)
    ended = (await crm.get(f"/dialout/{call_id}")).json()
    assert (ended["state"], ended["outcome"]) == ("ended", "busy")
    assert (await crm.get("/dialout/nobody")).status_code == 404


async def test_dialouts_need_a_key_and_not_a_person(crm: httpx.AsyncClient, admin: httpx.AsyncClient) -> None:
    assert (await admin.post("/dialout", json=ORDER, headers={"idempotency-key": "one"})).status_code == 401


async def test_a_targets_secret_is_shown_once(admin: httpx.AsyncClient, viewer: httpx.AsyncClient) -> None:
    made = await admin.post("/crm/targets", json={"name": "CRM", "url": "https://crm.example.com/hook"})
    assert made.status_code == 201
    target = made.json()["target"]
    assert made.json()["secret"].startswith("whsec_")
    shown = await viewer.get(f"/crm/targets/{target['id']}")
    assert "secret" not in shown.text
    assert (await viewer.get("/crm/targets")).json() == {"items": [target]}
    rotated = (await admin.post(f"/crm/targets/{target['id']}/rotate-secret")).json()
    assert rotated["secret"] != made.json()["secret"]


async def test_a_target_is_changed_and_only_by_those_who_may(
    admin: httpx.AsyncClient, viewer: httpx.AsyncClient, foreigner: httpx.AsyncClient
) -> None:
    made = await admin.post("/crm/targets", json={"name": "CRM", "url": "https://crm.example.com/hook"})
    path = f"/crm/targets/{made.json()['target']['id']}"
    off = (await admin.patch(path, json={"active": False})).json()
    assert (off["active"], off["disabled_because"]) == (False, "switched off by hand")
    assert (await admin.patch(path, json={"url": "ftp://x"})).json()["errors"][0]["field"] == "url"
    assert (await viewer.patch(path, json={"active": True})).status_code == 403
    assert (await foreigner.patch(path, json={"active": True})).status_code == 404
    assert (await foreigner.post(f"{path}/test")).status_code == 404


async def test_a_test_push_shows_what_came_back(admin: httpx.AsyncClient) -> None:
    made = await admin.post("/crm/targets", json={"name": "CRM", "url": "https://crm.example.com/hook"})
    tried = (await admin.post(f"/crm/targets/{made.json()['target']['id']}/test")).json()
    assert (tried["kind"], tried["state"], tried["tries"][0]["status"]) == ("test", "delivered", 200)


async def test_deliveries_are_listed_shown_and_replayed(
    crm: httpx.AsyncClient, admin: httpx.AsyncClient, viewer: httpx.AsyncClient, container: Container
) -> None:
    target = (await admin.post("/crm/targets", json={"name": "CRM", "url": "https://crm.example.com/hook"})).json()
    call_id = (await crm.post("/dialout", json=ORDER, headers={"idempotency-key": "one"})).json()["call_id"]
    await maker(container, ConcludeCall)()(DEFAULT_BRAND, CallId(call_id), Outcome.BUSY, detail="x")
    await maker(container, RelayEvents)()()
    rows = (await viewer.get("/crm/deliveries", params={"call_id": call_id, "state": "pending"})).json()["items"]
    assert [row["target_id"] for row in rows] == [target["target"]["id"]]
    assert (await viewer.get("/crm/deliveries", params={"state": "dead"})).json()["items"] == []
    shown = (await viewer.get(f"/crm/deliveries/{rows[0]['id']}")).json()
    assert call_id in shown["body"]
    assert (await viewer.post(f"/crm/deliveries/{rows[0]['id']}/replay")).status_code == 403
    replayed = await admin.post(f"/crm/deliveries/{rows[0]['id']}/replay")
    assert (replayed.status_code, replayed.json()["state"]) == (202, "pending")
    assert (await admin.get("/crm/deliveries/nobody")).status_code == 404


async def test_the_fleet_shows_capacity_and_what_is_held(
    crm: httpx.AsyncClient, admin: httpx.AsyncClient, viewer: httpx.AsyncClient
) -> None:
    await crm.post("/dialout", json=ORDER, headers={"idempotency-key": "one"})
    (server,) = (await viewer.get("/fleet")).json()["items"]
    assert (server["id"], server["state"], server["capacity"], server["held"]) == ("core-1", "healthy", 2, 1)
    (trunk,) = (await viewer.get("/trunks")).json()["items"]
    assert (trunk["id"], trunk["channels"], trunk["held"]) == ("simulated", 100, 1)


async def test_a_core_is_put_and_removed_by_those_who_may(admin: httpx.AsyncClient, viewer: httpx.AsyncClient) -> None:
    body = {"url": "http://10.0.0.7:8602", "region": "eu", "weight": 2.0}
    assert (await viewer.put("/fleet/core-7", json=body)).status_code == 403
    put = await admin.put("/fleet/core-7", json=body)
    assert (put.status_code, put.json()["state"]) == (200, "quarantined")
    assert (await admin.put("/fleet/core-7", json={**body, "weight": 0})).status_code == 400
    assert (await admin.put("/fleet/bad name", json=body)).status_code == 400
    assert (await admin.delete("/fleet/core-7")).status_code == 204
    assert (await admin.delete("/fleet/core-7")).status_code == 404
