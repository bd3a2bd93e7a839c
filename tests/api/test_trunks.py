"""Trunks and DIDs, as people set them up."""

from dataclasses import replace
from typing import Any

import httpx
import pytest
from dependency_injector import providers

from adapters.aesgcm.secret_box import AesGcmSecretBox
from adapters.memory.trunk_mirror import MemoryTrunkMirror
from applications.api.container import Container
from applications.api.use_cases.list_accounts import ListAccounts
from applications.api.use_cases.seed_routing import SIMULATED, SeedRouting
from contract_tests.ports import specimens
from domain.ids import DEFAULT_BRAND, BotId
from domain.routing.sip import SipSettings
from domain.routing.trunk import trunks_for

SIP = {"host": "sip.example.com", "username": "cxb", "register": True}
OLD, NEW = "an old key that nobody can guess 0123456789", "a new key that nobody can guess 9876543210"


async def added(admin: httpx.AsyncClient, **changes: Any) -> dict[str, Any]:
    answer = await admin.post("/trunks", json={"name": "Main", "sip": SIP, "password": "open sesame", **changes})
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json()
    return made


async def test_a_trunks_password_is_sealed_and_never_shown(container: Container, admin: httpx.AsyncClient) -> None:
    made = await added(admin)

    shown = [await admin.get("/trunks"), await admin.get(f"/trunks/{made['id']}")]
    stored = await container.trunks().get(DEFAULT_BRAND, made["id"])
    assert made["has_password"]
    assert made["sip"]["host"] == "sip.example.com"
    assert all("open sesame" not in answer.text and "sealed" not in answer.text for answer in shown)
    assert "open sesame" not in stored.sealed_password


async def test_the_exchange_gets_the_password_of_enabled_sip_trunks(
    container: Container, admin: httpx.AsyncClient
) -> None:
    made, off = await added(admin), await added(admin, enabled=False)
    await container.trunks().add(SIMULATED)

    async with httpx.AsyncClient(transport=admin._transport, base_url=admin.base_url) as exchange:
        secret = {"x-cxbcore-secret": container.settings().core_secret}
        accounts = (await exchange.get("/sip/accounts", headers=secret)).json()["accounts"]

    assert [(account["trunk_id"], account["password"]) for account in accounts] == [(made["id"], "open sesame")]
    assert off["id"] != made["id"]


async def test_a_password_is_changed_and_taken_away(container: Container, admin: httpx.AsyncClient) -> None:
    made = await added(admin)
    for password, has in (("another", True), ("", False)):
        changed = await admin.patch(f"/trunks/{made['id']}", json={"password": password})
        assert changed.json()["has_password"] is has
    kept = await admin.patch(f"/trunks/{made['id']}", json={"channels": 3})
    assert (kept.json()["channels"], kept.json()["sip"]) == (3, made["sip"])


async def test_after_a_new_key_old_passwords_open_and_lost_ones_harm_no_other(container: Container) -> None:
    store = container.trunks()
    old, new = AesGcmSecretBox([OLD]), AesGcmSecretBox([NEW, OLD])
    for number, box in ((1, old), (2, new)):
        trunk = specimens.trunk(number, sip=SipSettings(host="sip.example.com"))
        about = f"{trunk.brand}|trunk:{trunk.id}|password"
        await store.add(replace(trunk, sealed_password=box.seal(f"password {number}", about=about)))

    both = await ListAccounts(trunks=store, secret_box=new)()
    one = await ListAccounts(trunks=store, secret_box=AesGcmSecretBox([NEW]))()

    assert [account.password for account in both.accounts] == ["password 1", "password 2"]
    assert [account.password for account in one.accounts] == ["password 2"]


async def test_what_a_media_server_cannot_keep_no_trunk_may_have(
    container: Container, admin: httpx.AsyncClient
) -> None:
    made = await added(admin)
    container.trunk_mirror.override(providers.Object(MemoryTrunkMirror()))

    answers = [
        await admin.post("/trunks", json={"name": "Main", "sip": {**SIP, "host": "no host!"}}),
        await admin.patch(f"/trunks/{made['id']}", json={"sip": SIP}),
    ]

    assert [answer.status_code for answer in answers] == [400, 400]
    told = [{fault["field"] for fault in answer.json()["errors"]} for answer in answers]
    assert told == [{"sip.host", "sip.register"}, {"sip.register"}]


async def test_every_bad_field_is_told_at_once(admin: httpx.AsyncClient) -> None:
    bad = {"host": "no host!", "username": "", "register": True, "codecs": [], "trusted": ["192.0.2.0/24", "x"]}
    answer = await admin.post("/trunks", json={"name": "Main", "sip": bad})
    assert answer.status_code == 400
    fields = {error["field"] for error in answer.json()["errors"]}
    assert fields == {"sip.host", "sip.username", "sip.codecs", "sip.trusted[1]"}


@pytest.mark.parametrize("field", [{"carrier": "simulated"}, {"channels": 0}, {"prefixes": ["44"]}, {"sip": {}}])
async def test_what_no_trunk_can_be_is_refused(admin: httpx.AsyncClient, field: dict[str, Any]) -> None:
    answer = await admin.post("/trunks", json={"name": "Main", "sip": SIP, **field})
    assert answer.status_code == 400


@pytest.mark.parametrize("seeded_priority", [100, 0])
async def test_the_simulated_carrier_does_not_swallow_calls_that_a_real_trunk_reaches(
    container: Container, admin: httpx.AsyncClient, seeded_priority: int
) -> None:
    await container.trunks().add(replace(SIMULATED, priority=seeded_priority))
    made = await added(admin, prefixes=["+44"], channels=1)
    trunks = await container.trunks().all(DEFAULT_BRAND)

    assert [trunk.id for trunk in trunks_for(trunks, "+442071838750", {})] == [made["id"]]
    assert trunks_for(trunks, "+442071838750", {made["id"]: 1}) == []
    assert [trunk.id for trunk in trunks_for(trunks, "+14155550101", {})] == [SIMULATED.id]
    assert made["priority"] < seeded_priority
    assert made["priority"] == min(10, seeded_priority - 1)


async def test_a_trunk_is_removed_only_when_nobody_holds_a_channel(
    container: Container, admin: httpx.AsyncClient
) -> None:
    made = await added(admin)
    address, name = f"/trunks/{made['id']}", f"trunk:{made['id']}"
    await container.allotments().hold(name, "call_1", units=1, limit=10, seconds=60.0)
    assert (await admin.delete(address)).status_code == 409
    assert await container.allotments().held(name) == {"call_1": 1}

    await container.allotments().hold(name, "call_1", units=0, limit=10, seconds=60.0)
    assert (await admin.delete(address)).status_code == 204
    assert (await admin.get(address)).status_code == 404
    assert await container.allotments().hold(name, "call_2", units=1, limit=10, seconds=60.0) == 0


async def test_a_trunk_that_a_did_names_stays(container: Container, admin: httpx.AsyncClient) -> None:
    made = await added(admin)
    await container.bots().add(specimens.bot(1, brand=DEFAULT_BRAND))
    did = {"number": "+14155550160", "bot_id": "bot_0001", "trunk_id": made["id"]}
    assert (await admin.post("/dids", json=did)).status_code == 201
    assert (await admin.delete(f"/trunks/{made['id']}")).status_code == 409
    assert (await admin.delete("/dids/+14155550160")).status_code == 204
    assert (await admin.delete(f"/trunks/{made['id']}")).status_code == 204


async def test_the_simulated_trunk_is_disabled_and_enabled_and_stays(
    container: Container, admin: httpx.AsyncClient
) -> None:
    await container.trunks().add(SIMULATED)
    address = f"/trunks/{SIMULATED.id}"
    assert (await admin.delete(address)).status_code == 409
    assert (await admin.patch(address, json={"sip": SIP})).status_code == 409
    for enabled in (False, True):
        assert (await admin.patch(address, json={"enabled": enabled})).json()["enabled"] is enabled
    seeding = SeedRouting(trunks=container.trunks(), fleet=container.fleet(), settings=container.settings())
    await seeding()
    assert [trunk.id for trunk in await container.trunks().all(None)] == [SIMULATED.id]


async def test_a_did_is_kept_under_its_e164_number(container: Container, admin: httpx.AsyncClient) -> None:
    await container.bots().add(specimens.bot(1, brand=DEFAULT_BRAND))
    new = {"number": "(415) 555-0160", "bot_id": "bot_0001"}
    made = await admin.post("/dids", params={"region": "us"}, json=new)
    assert (made.status_code, made.json()["number"]) == (201, "+14155550160")
    assert (await admin.post("/dids", json={**new, "number": "+1 415 555 0160"})).status_code == 409
    put = await admin.put("/dids/+14155550160", json={"bot_id": "bot_0001", "enabled": False})
    assert (put.status_code, put.json()["enabled"]) == (200, False)
    assert [did["number"] for did in (await admin.get("/dids")).json()["items"]] == ["+14155550160"]


async def test_everything_wrong_with_a_did_is_told_at_once(
    container: Container, admin: httpx.AsyncClient, foreigner: httpx.AsyncClient
) -> None:
    await container.bots().add(specimens.bot(1, brand=DEFAULT_BRAND, id=BotId("bot_ours")))
    bad = {
        "number": "none",
        "bot_id": "bot_ours",
        "trunk_id": "trunk_nobody",
        "zone": "Mars/Olympus",
        "when_closed": "message",
        "when_full": "message",
        "full_message": " ",
    }
    answer = await foreigner.post("/dids", json=bad)
    assert answer.status_code == 400
    fields = {error["field"] for error in answer.json()["errors"]}
    assert fields == {"number", "bot_id", "trunk_id", "zone", "closed_message", "full_message"}
    assert "bot_id" not in (await admin.post("/dids", json=bad)).text


async def test_without_a_key_a_password_is_refused_and_a_trunk_without_one_is_not(
    container: Container, admin: httpx.AsyncClient
) -> None:
    container.secret_box.override(AesGcmSecretBox([]))
    refused = await admin.post("/trunks", json={"name": "Main", "sip": SIP, "password": "open sesame"})
    assert (refused.status_code, refused.json()["reason"]) == (422, "no_key")
    assert "open sesame" not in refused.text
    await added(admin, password="")
