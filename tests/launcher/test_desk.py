"""`./cxb trunk`, `did` and `call` against the whole API over memory twins."""

import argparse
import asyncio
from typing import Any

import httpx
import pytest

from applications.api.container import Container
from applications.api.use_cases.open_local_session import OpenLocalSession
from contract_tests.backends.scene import NOON
from contract_tests.ports import specimens
from domain.bots.bot import BotSpec
from domain.calls.transcript import Speaker, Turn
from domain.ids import DEFAULT_BRAND, ServerId, UserId
from domain.people.user import Role
from launcher.command_line import parser
from launcher.demo.client import ApiClient
from launcher.desk.call import call, follow
from launcher.desk.trunks import add_did, add_trunk, list_dids, list_trunks, remove_did, remove_trunk
from launcher.problem import LaunchProblem
from tests.api.conftest import admin as admin  # noqa: PLC0414  # a fixture
from tests.api.conftest import container as container  # noqa: PLC0414  # a fixture
from tests.api.test_system_check import system as system  # noqa: PLC0414  # a fixture

SECRET = {"x-cxbcore-secret": "c" * 40}
CALLEE = "+14155550101"


@pytest.fixture
async def api(admin: httpx.AsyncClient) -> ApiClient:
    return ApiClient(http=admin, pause=asyncio.sleep, tries=1)


def asked(*arguments: str) -> argparse.Namespace:
    return parser().parse_args(arguments)


async def test_a_trunk_is_added_listed_and_removed_and_its_password_is_never_shown(
    api: ApiClient, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("CXB_TRUNK_PASSWORD", "open sesame")
    order = asked(
        "trunk",
        "add",
        *("--name", "Main", "--host", "sip.example.com", "--username", "cxb", "--register"),
        *("--prefix", "+44", "--prefix", "+1", "--trusted", "192.0.2.0/24", "--cps", "2"),
    )
    assert await add_trunk(api, order) == 0
    [trunk] = (await api.get("/trunks"))["items"]
    assert (trunk["sip"]["register"], trunk["has_password"], trunk["prefixes"]) == (True, True, ["+44", "+1"])
    await list_trunks(api, asked("trunk", "list"))
    said = capsys.readouterr().out
    assert said.count("cxb at sip.example.com:5060/udp  registers  with password") == 2
    assert "open sesame" not in said

    assert await remove_trunk(api, asked("trunk", "remove", trunk["id"])) == 0
    assert (await api.get("/trunks"))["items"] == []


async def test_every_bad_field_of_a_trunk_is_told(api: ApiClient) -> None:
    order = asked("trunk", "add", "--name", "Main", "--host", "no host!", "--register", "--codecs", "pcmu,pcmu")
    with pytest.raises(LaunchProblem, match=r"sip\.host .*sip\.username .*sip\.codecs"):
        await add_trunk(api, order)


async def test_a_did_is_added_by_the_bots_name(
    system: Container, api: ApiClient, capsys: pytest.CaptureFixture[str]
) -> None:
    assert await add_did(api, asked("did", "add", "(415) 555-0160", "--bot", "Ada")) == 0
    await list_dids(api, asked("did", "list"))
    assert capsys.readouterr().out.count("+14155550160  bot bot_0001  by any trunk  enabled") == 2
    assert await remove_did(api, asked("did", "remove", "+14155550160")) == 0
    with pytest.raises(LaunchProblem, match="no bot is called Eve; active bots: Ada"):
        await add_did(api, asked("did", "add", "+14155550160", "--bot", "Eve"))


async def test_a_name_that_two_bots_have_is_not_guessed(system: Container, api: ApiClient) -> None:
    twin = specimens.bot(2, brand=DEFAULT_BRAND, draft=BotSpec(prompt="Be kind"))
    await system.bots().add(twin.publish(by=UserId("u"), at=NOON))
    with pytest.raises(LaunchProblem, match="2 bots are called Ada; say which"):
        await add_did(api, asked("did", "add", "+14155550160", "--bot", "Ada"))


NEWS: list[dict[str, Any]] = [
    {"kind": "leg", "progress": "ringing"},
    {"kind": "leg", "progress": "answered"},
    {"kind": "joined", "server_id": "core-1"},
    {"kind": "turn", "turn": {"speaker": "bot", "text": "Hello?", "start": 0.2, "end": 1.0}},
    {"kind": "turn", "turn": {"speaker": "callee", "text": "Hi.", "start": 1.5, "end": 2.0}},
]
LAST = Turn(speaker=Speaker.BOT, text="Goodbye.", start=2.5, end=3.0)
"""Words after which a Core hangs up, which nobody is told before the result."""


async def test_a_call_is_shown_as_it_happens(system: Container, api: ApiClient) -> None:
    placed = await api.post("/calls", {"bot_id": "bot_0001", "to": CALLEE}, **{"idempotency-key": "one"})
    lines: asyncio.Queue[str] = asyncio.Queue()
    async with asyncio.TaskGroup() as tasks:
        following = tasks.create_task(follow(api, placed["call_id"], placed["events_after"], lines.put_nowait))
        first = await lines.get()
        said = []
        for news in NEWS:
            told = await api.http.post(f"/calls/{placed['call_id']}/events", json=news, headers=SECRET)
            assert told.status_code == 204, told.text
            said.append((await lines.get()).strip())
        await _conclude(system, placed["call_id"], LAST)
    assert following.result() == 0
    assert first.startswith(f"calling {CALLEE} from +15005550006 by trunk trk_0001")
    assert [*said, lines.get_nowait().strip(), lines.get_nowait()] == [
        "rings",
        "answered",
        "core-1 is in the call",
        "0.2 s  bot: Hello?",
        "1.5 s  callee: Hi.",
        "2.5 s  bot: Goodbye.",
        "ended: completed, 30 s talked, ended by bot",
    ]


async def _conclude(system: Container, call_id: Any, *turns: Turn) -> None:
    call = await system.calls().find(call_id)
    await system.calls().save(call.conclude(specimens.result(server=ServerId("core-1"), turns=turns)))


async def test_a_number_whose_trunk_is_switched_off_is_not_called(system: Container, api: ApiClient) -> None:
    await add_trunk(api, asked("trunk", "add", "--name", "Second", "--host", "sip.example.com", "--prefix", "+1"))
    [trunk] = [one for one in (await api.get("/trunks"))["items"] if one["name"] == "Second"]
    await api.change(f"/trunks/{trunk['id']}", {"enabled": False})

    with pytest.raises(LaunchProblem, match=rf"disabled: Second \({trunk['id']}\)"):
        await call(api, asked("call", CALLEE, "--bot", "Ada"))

    body = {"bot_id": "bot_0001", "to": CALLEE}
    refused = await api.http.post("/calls", json=body, headers={"idempotency-key": "again"})
    assert (refused.status_code, refused.headers["content-type"]) == (422, "application/problem+json")
    assert refused.json()["type"] == "urn:cxb:problem:trunk-disabled"
    assert (await api.get("/calls"))["items"] == []
    assert system.cores().cores["http://core-1"].calls == {}


async def test_a_call_that_nobody_answers_is_no_success(system: Container, api: ApiClient) -> None:
    async def over() -> None:
        while not system.cores().cores["http://core-1"].calls:  # noqa: ASYNC110  # the twin tells nobody
            await asyncio.sleep(0.02)
        [call_id] = system.cores().cores["http://core-1"].calls
        stored = await system.calls().find(call_id)
        await system.calls().save(stored.conclude(specimens.result(answered_at=None)))

    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(over())
        code = await call(api, asked("call", CALLEE, "--bot", "Ada", "--var", "name=Zoë", "--from", "+14155550160"))
    [placed] = (await api.get("/calls"))["items"]
    shown = await api.get(f"/calls/{placed['id']}")
    assert code == 1
    assert (shown["variables"], shown["caller_number"]) == ({"name": "Zoë"}, "+14155550160")


async def test_who_sits_here_is_the_first_administrator_or_nobody(container: Container) -> None:
    users = container.users()

    async def opened() -> str | None:
        session = OpenLocalSession(
            users=users, tokens=container.tokens(), clock=container.clock(), email="first@example.com"
        )
        return await session()

    assert await opened() is None
    viewer = specimens.user(1, brand=DEFAULT_BRAND)
    gone = specimens.user(2, brand=DEFAULT_BRAND, role=Role.ADMIN, active=False)
    for user in (viewer, gone):
        await users.add(user)
    assert await opened() is None
    await users.add(specimens.user(3, brand=DEFAULT_BRAND, role=Role.ADMIN))
    token = await opened()
    claims = container.tokens().read(str(token), purpose="session", at=container.clock().now())
    assert claims.subject == "usr_0003"


@pytest.mark.parametrize("variable", ["name", "=x"])
def test_a_variable_needs_a_name_and_a_value(variable: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        asked("call", CALLEE, "--bot", "Ada", "--var", variable)
    assert "KEY=VALUE" in capsys.readouterr().err
