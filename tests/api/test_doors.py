"""Who may come in, and who not."""

import httpx
import pytest

from adapters.memory.clock import EPOCH
from applications.api.cases import maker
from applications.api.container import Container
from applications.api.use_cases.change_user import ChangeUser
from applications.api.use_cases.create_user import CreateUser
from domain.ids import DEFAULT_BRAND
from domain.people.user import Role, User
from tests.api.conftest import ORIGIN, PASSWORD, caller


async def person(container: Container, email: str = "ann@example.com") -> User:
    return await maker(container, CreateUser)()(DEFAULT_BRAND, email=email, password=PASSWORD, role=Role.ADMIN)


async def log_in(client: httpx.AsyncClient, email: str = "ann@example.com", password: str = PASSWORD) -> httpx.Response:
    return await client.post("/auth/login", json={"email": email, "password": password})


async def test_a_person_logs_in_and_is_known_by_the_token(container: Container, stranger: httpx.AsyncClient) -> None:
    await person(container)
    answer = await log_in(stranger, "ANN@example.com")
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "no-store"
    stranger.cookies.clear()
    me = await stranger.get("/auth/me", headers={"authorization": f"Bearer {answer.json()['token']}"})
    assert me.json()["email"] == "ann@example.com"
    assert "manage_users" in me.json()["permissions"]
    assert "password_hash" not in me.text


async def test_unknown_people_and_wrong_passwords_get_the_same_answer(
    container: Container, stranger: httpx.AsyncClient
) -> None:
    await person(container)
    wrong = await log_in(stranger, password="not this one")
    unknown = await log_in(stranger, "bob@example.com")
    assert wrong.status_code == unknown.status_code == 401
    assert wrong.json() == unknown.json()


@pytest.mark.virtual_time
async def test_guessing_is_slowed_down_for_that_email_only_and_for_a_while(
    container: Container, stranger: httpx.AsyncClient
) -> None:
    await person(container)
    await person(container, "bob@example.com")
    answers = [(await log_in(stranger, password=f"guess {n}")).status_code for n in range(6)]
    assert answers == [401] * 5 + [429]
    slowed = await log_in(stranger)
    assert slowed.status_code == 429
    assert 1 <= int(slowed.headers["retry-after"]) <= 12
    assert (await log_in(stranger, "bob@example.com")).status_code == 200
    await container.clock().sleep(12)
    assert (await log_in(stranger)).status_code == 200
    assert [(await log_in(stranger, password="no")).status_code for _ in range(5)] == [401] * 5


@pytest.mark.parametrize("header", ["", "Basic YTpi", "Bearer", "Bearer ", "Bearer nonsense", "Bearer a.b.c"])
async def test_without_a_genuine_token_nobody_comes_in(stranger: httpx.AsyncClient, header: str) -> None:
    answer = await stranger.get("/auth/me", headers={"authorization": header} if header else {})
    assert answer.status_code == 401
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["www-authenticate"] == "Bearer"


@pytest.mark.virtual_time
async def test_a_session_runs_out(container: Container, stranger: httpx.AsyncClient) -> None:
    await person(container)
    token = (await log_in(stranger)).json()["token"]
    stranger.headers["authorization"] = f"Bearer {token}"
    assert (await stranger.get("/auth/me")).status_code == 200
    await container.clock().sleep(container.session_minutes() * 60)
    assert container.clock().now() > EPOCH
    assert (await stranger.get("/auth/me")).status_code == 401


async def test_logging_out_ends_every_session(container: Container, stranger: httpx.AsyncClient) -> None:
    await person(container)
    copied = (await log_in(stranger)).json()["token"]
    stranger.headers["authorization"] = f"Bearer {copied}"
    answer = await stranger.post("/auth/logout")
    assert answer.status_code == 204
    assert "Max-Age=0" in answer.headers["set-cookie"]
    assert (await stranger.get("/auth/me")).status_code == 401


async def test_somebody_who_is_put_out_is_out_at_once(container: Container, stranger: httpx.AsyncClient) -> None:
    user, boss = await person(container), await person(container, "boss@example.com")
    stranger.headers["authorization"] = f"Bearer {(await log_in(stranger)).json()['token']}"
    await maker(container, ChangeUser)()(boss, user.id, active=False, role=None)
    assert (await stranger.get("/auth/me")).status_code == 401
    assert (await log_in(stranger)).status_code == 401


async def test_the_cookie_opens_the_door_and_no_script_can_read_it(
    container: Container, stranger: httpx.AsyncClient
) -> None:
    await person(container)
    cookie = (await log_in(stranger)).headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=strict" in cookie
    assert (await stranger.get("/auth/me")).status_code == 200


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 403),
        ({"origin": "https://evil.example"}, 403),
        ({"origin": "null"}, 403),
        ({"origin": ORIGIN}, 201),
        ({"origin": "http://127.0.0.1:8601"}, 201),
    ],
)
async def test_with_a_cookie_only_our_own_pages_change_anything(
    container: Container, stranger: httpx.AsyncClient, headers: dict[str, str], status: int
) -> None:
    await person(container)
    await log_in(stranger)
    answer = await stranger.post("/bots", json={"name": "Ada"}, headers=headers)
    assert answer.status_code == status
    assert (await stranger.get("/bots", headers=headers)).status_code == 200


async def test_a_viewer_reads_and_changes_nothing(viewer: httpx.AsyncClient) -> None:
    assert (await viewer.get("/bots")).status_code == 200
    refused = await viewer.post("/bots", json={"name": "Ada"})
    assert refused.status_code == 403
    assert "change_bots" in refused.json()["detail"]
    assert (await viewer.get("/users")).status_code == 403
    assert (await viewer.post("/dnc", json={"phones": []})).status_code == 403


async def test_a_guard_comes_before_the_body_is_looked_at(viewer: httpx.AsyncClient) -> None:
    assert (await viewer.post("/bots", content=b"{nonsense")).status_code == 403


async def test_a_new_password_ends_all_sessions_but_the_one_it_opens(
    container: Container, stranger: httpx.AsyncClient
) -> None:
    await person(container)
    old = (await log_in(stranger)).json()["token"]
    stranger.cookies.clear()
    stranger.headers["authorization"] = f"Bearer {old}"
    short = await stranger.post("/auth/password", json={"current": PASSWORD, "new": "short"})
    assert short.status_code == 400
    assert short.json()["errors"][0]["field"] == "new"
    wrong = await stranger.post("/auth/password", json={"current": "no", "new": "another good password"})
    assert wrong.json()["errors"] == [{"field": "current", "reason": "is not the password"}]
    changed = await stranger.post("/auth/password", json={"current": PASSWORD, "new": "another good password"})
    assert changed.status_code == 200
    stranger.cookies.clear()
    assert (await stranger.get("/auth/me")).status_code == 401
    stranger.headers["authorization"] = f"Bearer {changed.json()['token']}"
    assert (await stranger.get("/auth/me")).status_code == 200
    assert (await log_in(stranger, password="another good password")).status_code == 200


async def test_health_needs_no_session(container: Container) -> None:
    async with caller(container) as client:
        for page in ("http://127.0.0.1:8601/healthz", "http://127.0.0.1:8601/readyz"):
            assert (await client.get(page)).json() == {"status": "ok"}
