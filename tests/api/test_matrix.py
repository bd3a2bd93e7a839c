"""Tenant × role × object: who may do what to whose, of every operation that the API describes."""

from collections.abc import AsyncIterator, Mapping
from typing import Any, Final

import httpx
import pytest

from domain.ids import DEFAULT_BRAND
from domain.people.user import PERMISSIONS, Permission, Role
from tests.api.documented import operations, schemes_of
from tests.api.furnished import Good, good_requests
from tests.api.house import House, house

OPEN: Final = frozenset({"healthz", "readyz", "logIn"})
SHARED: Final = frozenset({"putServer", "removeServer"})
"""Cores serve every brand (docs/adr/0008): they belong to no brand."""

OWN: Final = frozenset({"logOut", "changePassword"})
ASKING: Final = frozenset({"searchCalls", "findDncNumber"})
HEARING: Final = frozenset({"linkRecording"})
"""What a viewer may POST: about oneself, a question in a body, and the recordings that one may hear."""

ADMINS_READ: Final = frozenset({"listUsers", "listApiKeys"})
NAMES: Final = tuple(good_requests("", DEFAULT_BRAND))


OPERATIONS: Final = operations()


async def send(client: httpx.AsyncClient, name: str, good: Good, **headers: str) -> httpx.Response:
    method, path, _ = OPERATIONS[name]
    root = "http://127.0.0.1:8601" if name in {"healthz", "readyz"} else ""
    client.cookies.clear()  # those of a log-in before
    sent = {**good.headers, **{key.replace("_", "-"): value for key, value in headers.items()}}
    if isinstance(good.body, bytes):
        sent["content-type"] = "text/csv"
        content: dict[str, Any] = {"content": good.body}
    else:
        content = {} if good.body is None else {"json": good.body}
    return await client.request(method, root + path.format(**good.path), params=good.query, headers=sent, **content)


async def seen(home: House, mark: str) -> dict[str, str]:
    """All that an administrator of the brand can see."""
    furnished = home.theirs if mark else home.ours
    texts = {}
    async with home.caller(authorization=f"Bearer {furnished.tokens['admin']}") as client:
        for name, good in furnished.good().items():
            if OPERATIONS[name][0] == "GET" and "person" in schemes_of(OPERATIONS[name][2]):
                answer = await send(client, name, good)
                assert answer.status_code == 200, (name, answer.text)
                texts[name] = str(answer.content)
    return texts


def of_people(name: str) -> bool:
    return "person" in schemes_of(OPERATIONS[name][2])


def named(name: str) -> bool:
    return "{" in OPERATIONS[name][1]


@pytest.fixture
async def stranger() -> AsyncIterator[httpx.AsyncClient]:
    async with house().caller() as client:
        yield client


def test_the_table_has_every_operation() -> None:
    assert set(NAMES) == set(OPERATIONS)


async def test_another_brands_things_are_not_there_and_stay_as_they_are() -> None:
    home = house()
    before = await seen(home, "_x")
    tried = []
    async with home.caller(authorization=f"Bearer {home.ours.tokens['admin']}", x_api_key=home.ours.keys["good"]) as us:
        for name, good in home.theirs.good().items():
            if not named(name) or name in SHARED or "internal" in schemes_of(OPERATIONS[name][2]):
                continue
            answer = await send(us, name, good)
            guess = {key: f"{value}-nobody" for key, value in good.path.items()}
            nothing = await send(us, name, Good(path=guess, query=good.query, headers=good.headers, body=good.body))
            assert (answer.status_code, answer.content) == (404, nothing.content), name
            tried.append(name)
    assert len(tried) > 35
    assert await seen(home, "_x") == before


async def test_another_brands_things_cannot_be_named_in_a_body() -> None:
    home = house()
    async with home.caller(authorization=f"Bearer {home.ours.tokens['admin']}", x_api_key=home.ours.keys["good"]) as us:
        for name in ("createCampaign", "startDialout"):
            answer = await send(us, name, home.theirs.good()[name])
            assert answer.status_code == 400, name
            assert [each["field"] for each in answer.json()["errors"]] == ["bot_id"]


async def test_lists_show_nothing_of_another_brand() -> None:
    home = house()
    for mark, texts in {"": await seen(home, ""), "_x": await seen(home, "_x")}.items():
        for name, text in texts.items():
            foreign = [word for word in ("bot_live", "cmp_running", "cal_done", "usr_admin", "tgt_1") if word in text]
            if mark:
                assert all(f"{word}_x" in text and f'"{word}"' not in text for word in foreign), name
            else:
                assert "_x" not in text, name


async def test_a_result_is_for_the_brand_that_the_call_is_of() -> None:
    home = house()
    good = home.theirs.good()["receiveResult"]
    async with home.caller(x_cxbcore_secret=home.container.settings().core_secret) as core:
        wrong = await send(core, "receiveResult", Good(body={**good.body, "brand": home.ours.brand}))
        assert wrong.status_code == 404
        assert (await send(core, "receiveResult", good)).status_code == 201


async def test_a_viewer_changes_nothing() -> None:
    home = house()
    before = await seen(home, "")
    async with home.caller(authorization=f"Bearer {home.ours.tokens['viewer']}") as viewer:
        for name, good in home.ours.good().items():
            if not of_people(name) or name in OWN:
                continue
            answer = await send(viewer, name, good)
            reads = OPERATIONS[name][0] in {"GET", "HEAD"} and name not in ADMINS_READ
            allowed = reads or name in ASKING | HEARING
            assert (200 <= answer.status_code < 300) if allowed else answer.status_code == 403, (name, answer.text)
    assert await seen(home, "") == before


def test_a_viewer_has_the_rights_that_the_table_says() -> None:
    assert PERMISSIONS[Role.VIEWER] == {Permission.READ, Permission.HEAR_RECORDINGS}
    assert PERMISSIONS[Role.ADMIN] == set(Permission)


WRONG: Final[Mapping[str, Mapping[str, str]]] = {
    "nothing": {},
    "an empty token": {"authorization": "Bearer "},
    "a token of nobody": {"authorization": "Bearer a.b.c"},
    "another kind of authorization": {"authorization": "Basic YWRtaW46YWRtaW4="},
    "an empty key": {"x_api_key": ""},
    "a key of nobody": {"x_api_key": "cxb_" + "0" * 46},
    "an empty secret": {"x_cxbcore_secret": ""},
    "another secret": {"x_cxbcore_secret": "d" * 40},
    "a secret that is longer": {"x_cxbcore_secret": "c" * 41},
    "an empty cookie": {"cookie": "cxb_session="},
    "a cookie of nobody": {"cookie": "cxb_session=nonsense", "origin": "http://127.0.0.1:8600"},
}


@pytest.mark.parametrize("wrong", WRONG)
async def test_without_credentials_nobody_comes_in(stranger: httpx.AsyncClient, wrong: str) -> None:
    for name, good in house().ours.good().items():
        answer = await send(stranger, name, good, **WRONG[wrong])
        assert answer.status_code == (200 if name in OPEN else 401), (name, answer.text)


@pytest.mark.parametrize("given", ["token", "viewer's token", "key", "secret", "recording's token"])
async def test_a_credential_opens_the_door_that_it_is_for(stranger: httpx.AsyncClient, given: str) -> None:
    """In each place where a credential may stand."""
    home = house()
    credential = {
        "token": home.ours.tokens["admin"],
        "viewer's token": home.ours.tokens["viewer"],
        "key": home.ours.keys["good"],
        "secret": home.container.settings().core_secret,
        "recording's token": home.ours.recording_token,
    }[given]
    places = {"person": {"authorization": f"Bearer {credential}"}, "crm": {"x_api_key": credential}}
    places["internal"] = {"x_cxbcore_secret": credential}
    right = {"token": "person", "viewer's token": "person", "key": "crm", "secret": "internal"}.get(given)
    for place, headers in places.items():
        for name, good in home.ours.good().items():
            if name in OPEN or (place == right and right in schemes_of(OPERATIONS[name][2])):
                continue
            answer = await send(stranger, name, good, **headers)
            assert answer.status_code == 401, (name, place, answer.text)


@pytest.mark.parametrize("key", ["revoked", "expired"])
async def test_a_key_that_is_over_opens_nothing(stranger: httpx.AsyncClient, key: str) -> None:
    home = house()
    for name, good in home.ours.good().items():
        if "crm" in schemes_of(OPERATIONS[name][2]):
            answer = await send(stranger, name, good, x_api_key=home.ours.keys[key])
            assert answer.status_code == 401, name


async def test_a_key_that_is_revoked_is_over_at_once(stranger: httpx.AsyncClient) -> None:
    home = house()
    asked = home.ours.good()["getDialout"]
    spare, token = home.ours.keys["spare"], home.ours.tokens["admin"]
    assert (await send(stranger, "getDialout", asked, x_api_key=spare)).status_code == 200
    revoked = await send(stranger, "revokeApiKey", home.ours.good()["revokeApiKey"], authorization=f"Bearer {token}")
    assert revoked.status_code == 204
    assert (await send(stranger, "getDialout", asked, x_api_key=spare)).status_code == 401


async def test_a_dialout_may_be_asked_about_by_its_own_brand_only(stranger: httpx.AsyncClient) -> None:
    home = house()
    for name in ("done", "live", "planned", "crm_x", "nobody"):
        good = Good(path={"call_id": f"cal_{name}"})
        answer = await send(stranger, "getDialout", good, x_api_key=home.ours.keys["good"])
        assert answer.status_code == 404, "neither a campaign's calls nor another's dialouts"
