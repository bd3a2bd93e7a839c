"""Bots, over HTTP."""

import json
from pathlib import Path
from typing import Any

import httpx

EXAMPLES = Path(__file__).parents[2] / "examples" / "bots"

FLOW = {
    "start": "hello",
    "steps": [
        {"id": "hello", "say": "Hello {name}", "edges": [{"to": "bye", "kind": "always"}]},
        {"id": "bye", "say": "Bye", "end": "done"},
    ],
}


async def made(client: httpx.AsyncClient, **draft: Any) -> dict[str, Any]:
    answer = await client.post("/bots", json={"name": "Ada", "draft": draft})
    assert answer.status_code == 201, answer.text
    bot: dict[str, Any] = answer.json()
    return bot


async def test_a_draft_may_be_incomplete_and_publishing_names_every_fault(admin: httpx.AsyncClient) -> None:
    bot = await made(admin, flow={"start": "x", "steps": FLOW["steps"]}, policy={"max_duration": 1}, prompt="and")
    answer = await admin.post(f"/bots/{bot['id']}/publish")
    assert answer.status_code == 400
    assert {each["field"] for each in answer.json()["errors"]} == {
        "draft",
        "draft.policy.max_duration",
        "draft.flow.start",
        "draft.flow.steps[0].say",
    }


async def test_publishing_makes_versions_that_never_change(admin: httpx.AsyncClient) -> None:
    bot = await made(admin, flow=FLOW, variables=["name"])
    first = (await admin.post(f"/bots/{bot['id']}/publish")).json()
    assert (first["published"], first["unpublished"]) == (1, False)
    edited = await admin.put(
        f"/bots/{bot['id']}/draft", json={"version": first["version"], "draft": {"prompt": "Be kind"}, "name": "Eve"}
    )
    assert (edited.json()["name"], edited.json()["unpublished"]) == ("Eve", True)
    await admin.post(f"/bots/{bot['id']}/publish")
    versions = (await admin.get(f"/bots/{bot['id']}/versions")).json()
    assert [(each["number"], each["spec"]["prompt"]) for each in versions] == [(2, "Be kind"), (1, None)]
    restored = await admin.post(f"/bots/{bot['id']}/restore", json={"version_number": 1})
    assert restored.json()["draft"]["flow"]["start"] == "hello"
    assert (await admin.post(f"/bots/{bot['id']}/restore", json={"version_number": 9})).status_code == 409
    assert (await admin.post(f"/bots/{bot['id']}/restore", json={"version_number": 0})).status_code == 400


async def test_a_stale_draft_is_told(admin: httpx.AsyncClient) -> None:
    bot = await made(admin)
    body = {"version": bot["version"], "draft": {"prompt": "mine"}}
    assert (await admin.put(f"/bots/{bot['id']}/draft", json=body)).status_code == 200
    stale = await admin.put(f"/bots/{bot['id']}/draft", json=body)
    assert stale.status_code == 409
    assert stale.json()["type"] == "urn:cxb:problem:stale"


async def test_archiving_and_back(admin: httpx.AsyncClient) -> None:
    bot = await made(admin, prompt="Be kind")
    assert (await admin.post(f"/bots/{bot['id']}/archive")).json()["state"] == "archived"
    assert (await admin.post(f"/bots/{bot['id']}/archive")).status_code == 409
    assert (await admin.post(f"/bots/{bot['id']}/publish")).status_code == 409
    assert (await admin.get("/bots?state=active")).json()["items"] == []
    assert len((await admin.get("/bots?state=archived")).json()["items"]) == 1
    assert (await admin.post(f"/bots/{bot['id']}/unarchive")).json()["state"] == "active"


async def test_lists_come_in_pages_newest_first(admin: httpx.AsyncClient) -> None:
    ids = [(await made(admin))["id"] for _ in range(5)]
    seen: list[str] = []
    after = ""
    while True:
        page = (await admin.get(f"/bots?limit=2{after}")).json()
        seen += [bot["id"] for bot in page["items"]]
        if page["next"] is None:
            break
        after = f"&after={page['next']}"
    assert sorted(seen) == sorted(ids)
    assert len(seen) == 5


async def test_nobody_sees_the_bots_of_another_brand(admin: httpx.AsyncClient, foreigner: httpx.AsyncClient) -> None:
    bot = await made(admin, prompt="Be kind")
    assert (await foreigner.get("/bots")).json()["items"] == []
    for method, path in [
        ("GET", ""),
        ("POST", "/publish"),
        ("GET", "/versions"),
        ("POST", "/archive"),
        ("POST", "/unarchive"),
    ]:
        assert (await foreigner.request(method, f"/bots/{bot['id']}{path}")).status_code == 404
    body = {"version": 0, "draft": {}}
    assert (await foreigner.put(f"/bots/{bot['id']}/draft", json=body)).status_code == 404
    assert (await foreigner.post(f"/bots/{bot['id']}/restore", json={"version_number": 1})).status_code == 404


async def test_a_bot_that_transfers_is_published_as_it_was_written(admin: httpx.AsyncClient) -> None:
    draft = json.loads((EXAMPLES / "reception.json").read_text())
    bot = await made(admin, **draft)
    assert (await admin.post(f"/bots/{bot['id']}/publish")).status_code == 200

    [version] = (await admin.get(f"/bots/{bot['id']}/versions")).json()

    desk = version["spec"]["flow"]["steps"][1]
    assert desk["transfer"] == {
        "to": "{desk|+14155550188}",
        "how": "dial",
        "ring_timeout": 20.0,
        "talk_limit": 3600.0,
        "caller": "ours",
    }
    assert [edge["when"] for edge in desk["edges"]] == ['transfer_reason == "sip_486"', "transfer_failed"]


async def test_the_faults_of_a_transfer_are_named_at_once(admin: httpx.AsyncClient) -> None:
    steps = [
        {
            "id": "desk",
            "say": "One moment",
            "transfer": {"to": "reception", "ring_timeout": 500},
            "edges": [{"to": "desk", "kind": "digits", "when": "1"}],
        },
        {"id": "bye", "say": "Bye {transfer_reason}", "end": "done", "transfer": {"to": "{whom}"}},
    ]
    bot = await made(admin, flow={"start": "desk", "steps": steps})
    answer = await admin.post(f"/bots/{bot['id']}/publish")

    assert answer.status_code == 400
    assert {each["field"] for each in answer.json()["errors"]} == {
        "draft.flow.steps[0].transfer.to",
        "draft.flow.steps[0].transfer.ring_timeout",
        "draft.flow.steps[0].edges[0].kind",
        "draft.flow.steps[0]",
        "draft.flow.steps[1]",
        "draft.flow.steps[1].transfer.to",
    }


async def test_a_draft_names_only_ways_to_transfer_that_there_are(admin: httpx.AsyncClient) -> None:
    step = {"id": "desk", "say": "", "transfer": {"to": "+14155550188", "how": "beam"}}
    answer = await admin.post("/bots", json={"name": "Ada", "draft": {"flow": {"start": "desk", "steps": [step]}}})
    assert answer.status_code == 400
