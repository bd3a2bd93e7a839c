"""Calls, recordings and events over HTTP, as the Console asks for them."""

from collections.abc import AsyncIterator
from datetime import timedelta

import httpx
import pytest

from applications.api.cases import maker
from applications.api.container import Container
from applications.api.use_cases.conclude_call import ConcludeCall
from applications.api.use_cases.relay_events import RelayEvents
from contract_tests.ports import specimens
from domain.calls.call import Call, Direction, Origin
from domain.calls.outcome import Outcome
from domain.calls.result import Recording
from domain.calls.transcript import Speaker, Turn
from domain.calls.transfer import TransferHow, TransferTried
from domain.ids import DEFAULT_BRAND, ServerId
from ports.tokens import Claims
from tests.api.conftest import caller

SOUND = bytes(n % 251 for n in range(200_000))
PATH = "/recordings/cal_000001"


async def chunks() -> AsyncIterator[bytes]:
    for at in range(0, len(SOUND), 10_000):
        yield SOUND[at : at + 10_000]


@pytest.fixture
async def recorded(container: Container) -> Call:
    """A concluded call with a recording and one turn."""
    kept = await container.objects().put("recordings/one.wav", chunks())
    recording = Recording(key=kept.key, backend="memory", seconds=3.0, size=kept.size, sha256=kept.sha256)
    turn = Turn(speaker=Speaker.BOT, text="Good day.", start=0.5, end=1.5)
    call = specimens.call(1, brand=DEFAULT_BRAND, origin=Origin(external_id="=1+1"))
    await container.calls().add(call)
    stored: Call = await container.calls().save(
        call.conclude(specimens.result(recording=recording, turns=(turn,), disposition="sold"))
    )
    return stored


async def test_calls_are_listed_newest_first_and_filtered(container: Container, viewer: httpx.AsyncClient) -> None:
    for number in range(5):
        direction = Direction.API if number % 2 else Direction.CAMPAIGN
        await container.calls().add(specimens.call(number, brand=DEFAULT_BRAND, direction=direction))
    page = (await viewer.get("/calls", params={"limit": 2})).json()
    assert [row["id"] for row in page["items"]] == ["cal_000004", "cal_000003"]
    rest = (await viewer.get("/calls", params={"limit": 200, "after": page["next"]})).json()
    assert [row["id"] for row in rest["items"]] == ["cal_000002", "cal_000001", "cal_000000"]
    only = (await viewer.get("/calls", params={"direction": "api"})).json()
    assert [row["id"] for row in only["items"]] == ["cal_000003", "cal_000001"]
    early = (await viewer.get("/calls", params={"until": "2026-01-05T12:00:02"})).json()
    assert [row["id"] for row in early["items"]] == ["cal_000001", "cal_000000"]
    assert (await viewer.get("/calls", params={"outcome": "nonsense"})).status_code == 400


async def test_a_phone_number_is_searched_for_in_a_body(container: Container, viewer: httpx.AsyncClient) -> None:
    for number in range(3):
        await container.calls().add(specimens.call(number, brand=DEFAULT_BRAND))
    found = await viewer.post("/calls/search", json={"phone": specimens.phone(2)})
    assert found.status_code == 200
    assert [row["id"] for row in found.json()["items"]] == ["cal_000002"]
    assert (await viewer.post("/calls/search", json={"phon": "1"})).status_code == 400
    assert (await viewer.post("/calls/search", json={"since": "2026-01-05T12:00:00"})).status_code == 400


async def test_a_call_is_shown_with_all_that_came_of_it(
    container: Container, viewer: httpx.AsyncClient, recorded: Call
) -> None:
    await container.targets().add(specimens.target(1, brand=DEFAULT_BRAND))
    await maker(container, RelayEvents)()()
    shown = (await viewer.get(f"/calls/{recorded.id}")).json()
    assert shown["result"]["outcome"] == "completed"
    assert shown["result"]["turns"][0]["text"] == "Good day."
    assert shown["result"]["recording"] == {
        "path": f"/api/v1/recordings/{recorded.id}",
        "seconds": 3.0,
        "size": len(SOUND),
        "backend": "memory",
    }
    assert [each["state"] for each in shown["deliveries"]] == ["pending"]


async def test_a_call_that_was_handed_over_says_to_whom(container: Container, viewer: httpx.AsyncClient) -> None:
    call = await container.calls().add(specimens.call(1, brand=DEFAULT_BRAND))
    tried = TransferTried(to="+14155550188", how=TransferHow.REFER, at=specimens.later(40), failure="not_offered")
    await container.calls().save(call.conclude(specimens.result(transfer=tried)))
    shown = (await viewer.get(f"/calls/{call.id}")).json()["result"]["transfer"]
    assert (shown["to"], shown["how"], shown["failure"]) == ("+14155550188", "refer", "not_offered")


async def test_calls_of_another_brand_are_unknown(foreigner: httpx.AsyncClient, recorded: Call) -> None:
    assert (await foreigner.get(f"/calls/{recorded.id}")).status_code == 404
    assert (await foreigner.get("/calls")).json()["items"] == []
    assert (await foreigner.get(PATH)).status_code == 404
    assert (await foreigner.post(f"/calls/{recorded.id}/recording-link")).status_code == 404
    assert (await foreigner.get("/calls.csv")).text.count("\r\n") == 1


async def test_the_export_has_every_call_and_no_formula(
    container: Container, viewer: httpx.AsyncClient, recorded: Call
) -> None:
    for number in range(2, 450):
        await container.calls().add(specimens.call(number, brand=DEFAULT_BRAND))
    answer = await viewer.get("/calls.csv")
    lines = answer.text.splitlines()
    assert answer.headers["content-type"].startswith("text/csv")
    assert len(lines) == 450
    assert lines[0].startswith("call_id,direction,state,outcome")
    assert ",'=1+1," in lines[-1]
    assert lines[-1].startswith(f"{recorded.id},campaign,ended,completed,sold,{recorded.phone},")


async def test_a_recording_is_sent_whole_and_in_parts(viewer: httpx.AsyncClient, recorded: Call) -> None:
    whole = await viewer.get(PATH)
    assert (whole.status_code, whole.content) == (200, SOUND)
    assert whole.headers["accept-ranges"] == "bytes"
    assert whole.headers["content-type"] == "audio/wav"
    assert whole.headers["content-length"] == str(len(SOUND))
    part = await viewer.get(PATH, headers={"range": "bytes=1000-1999"})
    assert (part.status_code, part.content) == (206, SOUND[1000:2000])
    assert part.headers["content-range"] == f"bytes 1000-1999/{len(SOUND)}"
    assert part.headers["content-length"] == "1000"
    tail = await viewer.get(PATH, headers={"range": "bytes=-5"})
    assert (tail.status_code, tail.content) == (206, SOUND[-5:])
    several = await viewer.get(PATH, headers={"range": "bytes=0-1,5-6"})
    assert (several.status_code, several.content) == (200, SOUND)
    beyond = await viewer.get(PATH, headers={"range": f"bytes={len(SOUND)}-"})
    assert (beyond.status_code, beyond.headers["content-range"]) == (416, f"bytes */{len(SOUND)}")


async def test_a_recording_that_is_known_is_not_sent_again(viewer: httpx.AsyncClient, recorded: Call) -> None:
    etag = (await viewer.get(PATH)).headers["etag"]
    known = await viewer.get(PATH, headers={"if-none-match": etag})
    assert (known.status_code, known.content) == (304, b"")
    stale = await viewer.get(PATH, headers={"range": "bytes=0-1", "if-range": '"old"'})
    assert stale.status_code == 200


async def test_head_tells_the_size_without_the_sound(viewer: httpx.AsyncClient, recorded: Call) -> None:
    answer = await viewer.head(PATH)
    assert (answer.status_code, answer.content) == (200, b"")
    assert answer.headers["content-length"] == str(len(SOUND))
    assert answer.headers["accept-ranges"] == "bytes"


async def test_a_link_opens_one_recording_for_five_minutes(
    container: Container, viewer: httpx.AsyncClient, recorded: Call
) -> None:
    made = (await viewer.post(f"/calls/{recorded.id}/recording-link")).json()
    base, _, path = made["url"].partition("/api/v1")
    assert base == container.public_url()
    async with caller(container) as nobody:
        assert (await nobody.get(path)).content == SOUND
        assert (await nobody.head(path)).status_code == 200
        assert (await nobody.get(path[:-2])).status_code == 401
        assert (await nobody.get(path.replace("cal_000001", "cal_000002"))).status_code == 401
        assert (await nobody.get(PATH)).status_code == 401
        now = container.clock().now()
        claims = Claims(
            purpose="recording", subject=recorded.id, brand=DEFAULT_BRAND, expires_at=now - timedelta(seconds=1)
        )
        old = container.tokens().issue(claims)
        assert (await nobody.get(PATH, params={"token": old})).status_code == 401


async def test_a_session_token_is_no_link(container: Container, viewer: httpx.AsyncClient, recorded: Call) -> None:
    token = viewer.headers["authorization"].removeprefix("Bearer ")
    async with caller(container) as nobody:
        assert (await nobody.get(PATH, params={"token": token})).status_code == 401


async def test_a_crm_hears_a_recording_with_its_key(
    container: Container, admin: httpx.AsyncClient, recorded: Call
) -> None:
    key = (await admin.post("/api-keys", json={"name": "CRM"})).json()["key"]
    async with caller(container) as crm:
        assert (await crm.get(PATH, headers={"x-api-key": key})).content == SOUND
        assert (await crm.get(PATH, headers={"x-api-key": "wrong"})).status_code == 401


async def test_a_call_without_a_recording_has_none(container: Container, viewer: httpx.AsyncClient) -> None:
    await container.calls().add(specimens.call(1, brand=DEFAULT_BRAND))
    assert (await viewer.get(PATH)).status_code == 404
    assert (await viewer.post("/calls/cal_000001/recording-link")).status_code == 404


async def test_an_operator_ends_a_live_call(
    container: Container, admin: httpx.AsyncClient, viewer: httpx.AsyncClient
) -> None:
    call = await container.calls().add(specimens.call(1, brand=DEFAULT_BRAND))
    assert (await admin.post(f"/calls/{call.id}/end")).status_code == 409
    await container.fleet().put(specimens.server(1))
    await container.calls().save(call.join(ServerId("core-1"), at=specimens.NOON))
    assert (await viewer.post(f"/calls/{call.id}/end")).status_code == 403
    await container.rooms().open(call.id)
    assert (await admin.post(f"/calls/{call.id}/end")).status_code == 204
    assert container.rooms().find(call.id) is None


async def test_events_are_read_from_a_position(container: Container, viewer: httpx.AsyncClient) -> None:
    for number in range(3):
        await container.calls().add(specimens.call(number, brand=DEFAULT_BRAND, direction=Direction.API))
        await maker(container, ConcludeCall)()(DEFAULT_BRAND, specimens.call(number).id, Outcome.UNKNOWN, detail="x")
    await maker(container, RelayEvents)()()
    first = (await viewer.get("/events", params={"limit": 2})).json()
    assert [each["kind"] for each in first["items"]] == ["call.concluded"] * 2
    rest = (await viewer.get("/events", params={"after": first["next"]})).json()
    assert len(rest["items"]) == 1
    none = (await viewer.get("/events", params={"after": rest["next"]})).json()
    assert none == {"items": [], "next": rest["next"]}
    assert (await viewer.get("/events", params={"after": -1})).status_code == 400
