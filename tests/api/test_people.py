"""Users, and the keys of CRMs."""

import httpx
import pytest

from applications.api.cases import maker
from applications.api.container import Container
from applications.api.keys import make_key, read_key
from applications.api.use_cases.create_first_administrator import CreateFirstAdministrator
from applications.api.use_cases.identify_key import IdentifyKey
from ports.errors import PortError
from tests.api.conftest import PASSWORD


async def test_a_user_is_made_once_an_email(admin: httpx.AsyncClient) -> None:
    made = await admin.post("/users", json={"email": "eve@example.com", "password": PASSWORD})
    assert made.status_code == 201
    assert made.json()["role"] == "viewer"
    again = await admin.post("/users", json={"email": "EVE@example.com", "password": PASSWORD})
    assert again.status_code == 409
    listed = (await admin.get("/users")).json()
    assert {user["email"] for user in listed["items"]} == {"eve@example.com", "admin@example.com"}


async def test_every_fault_of_a_new_user_is_named(admin: httpx.AsyncClient) -> None:
    answer = await admin.post("/users", json={"email": "nobody", "password": "short"})
    assert {each["field"] for each in answer.json()["errors"]} == {"email", "password"}
    answer = await admin.post("/users", json={"role": "emperor", "nick": "x", "password": 1})
    assert {each["field"] for each in answer.json()["errors"]} == {"email", "role", "nick", "password"}


async def test_roles_change_but_nobody_changes_their_own(admin: httpx.AsyncClient) -> None:
    made = (await admin.post("/users", json={"email": "eve@example.com", "password": PASSWORD})).json()
    changed = await admin.patch(f"/users/{made['id']}", json={"role": "admin", "active": False})
    assert (changed.json()["role"], changed.json()["active"]) == ("admin", False)
    me = (await admin.get("/auth/me")).json()
    assert (await admin.patch(f"/users/{me['id']}", json={"active": False})).status_code == 409
    assert (await admin.patch(f"/users/{me['id']}", json={})).status_code == 200
    assert (await admin.patch("/users/usr_nobody", json={"active": False})).status_code == 404


async def test_a_key_is_shown_once_works_and_stops_when_revoked(container: Container, admin: httpx.AsyncClient) -> None:
    made = (await admin.post("/api-keys", json={"name": "CRM"})).json()
    identify = maker(container, IdentifyKey)()
    assert (await identify(made["key"])).id == made["api_key"]["id"]
    listed = await admin.get("/api-keys")
    assert made["key"] not in listed.text
    assert listed.json()["items"][0]["prefix"] == made["key"][4:12]
    for _ in range(2):
        assert (await admin.delete(f"/api-keys/{made['api_key']['id']}")).status_code == 204
    with pytest.raises(PortError):
        await identify(made["key"])
    assert (await admin.get("/api-keys")).json()["items"][0]["revoked_at"]
    assert (await admin.delete("/api-keys/key_none")).status_code == 404


@pytest.mark.virtual_time
async def test_a_key_runs_out(container: Container, admin: httpx.AsyncClient) -> None:
    past = await admin.post("/api-keys", json={"name": "CRM", "expires_at": "2026-01-05T11:00:00Z"})
    assert past.json()["errors"][0]["field"] == "expires_at"
    vague = await admin.post("/api-keys", json={"name": "CRM", "expires_at": "2026-01-05T13:00:00"})
    assert "offset" in vague.json()["detail"]
    made = (await admin.post("/api-keys", json={"name": "CRM", "expires_at": "2026-01-05T13:00:00Z"})).json()
    identify = maker(container, IdentifyKey)()
    await identify(made["key"])
    await container.clock().sleep(3600)
    with pytest.raises(PortError):
        await identify(made["key"])


def test_a_mistyped_key_is_told_by_its_check_sum() -> None:
    key = make_key("seed")
    assert read_key(key.text) == key
    for at in range(len(key.text)):
        other = "A" if key.text[at] != "A" else "B"
        assert read_key(key.text[:at] + other + key.text[at + 1 :]) is None
    for text in ("", "cxb_", key.text[:-1], key.text + "0", key.text.replace("cxb_", "cxb_é")):
        assert read_key(text) is None


async def test_the_first_administrator_is_made_once(container: Container, stranger: httpx.AsyncClient) -> None:
    create = maker(container, CreateFirstAdministrator)
    password = await create()()
    assert password is not None
    assert len(password) >= 12
    assert await create()() is None
    answer = await stranger.post("/auth/login", json={"email": "admin@example.com", "password": password})
    assert answer.status_code == 200
