"""Files of leads, from the upload to the last row."""

import json
from typing import Any
from urllib.parse import quote

import httpx
import pytest

from applications.api.cases import maker
from applications.api.container import Container
from applications.api.use_cases.run_imports import BATCH, RunImports
from ports.errors import Unavailable
from tests.api.test_campaigns import made

CSV = {"content-type": "text/csv"}


async def upload(client: httpx.AsyncClient, path: str, text: str | bytes, query: str = "region=GB") -> dict[str, Any]:
    body = text if isinstance(text, bytes) else text.encode()
    answer = await client.post(f"{path}/imports?{query}", content=body, headers=CSV)
    assert answer.status_code == 202, answer.text
    taken: dict[str, Any] = answer.json()
    return taken


async def run(container: Container) -> None:
    await maker(container, RunImports)()()


async def imported(
    container: Container, client: httpx.AsyncClient, path: str, text: str | bytes, query: str = "region=GB"
) -> dict[str, Any]:
    taken = await upload(client, path, text, query)
    await run(container)
    done: dict[str, Any] = (await client.get(f"/imports/{taken['id']}")).json()
    return done


async def leads(client: httpx.AsyncClient, path: str) -> list[dict[str, Any]]:
    listed: list[dict[str, Any]] = (await client.get(f"{path}/leads?limit=200")).json()["items"]
    return listed


async def errors(client: httpx.AsyncClient, done: dict[str, Any]) -> list[tuple[int, str, str]]:
    page = (await client.get(f"/imports/{done['id']}/errors")).json()
    return [(each["line"], each["fault"], each["column"]) for each in page["items"]]


async def test_a_file_becomes_leads(container: Container, admin: httpx.AsyncClient) -> None:
    path = await made(admin)
    taken = await upload(
        admin,
        path,
        "Phone;First Name;External_ID;priority;Consent;timezone;region;2nd\n"
        "07400 123456;Ánna;x-1;5;yes;;;two\n"
        "(415) 555-2671;Bob;;;no;America/New_York;US;\n",
    )
    assert (taken["state"], taken["percent"]) == ("queued", 0)
    await run(container)
    done = (await admin.get(f"/imports/{taken['id']}")).json()
    assert (done["state"], done["rows"], done["added"], done["errors"], done["percent"]) == ("done", 2, 2, 0, 100)
    first, second = await leads(admin, path)
    assert first["phone"]["e164"] == "+447400123456"
    assert first["variables"] == {"first_name": "Ánna", "_2nd": "two"}
    assert (first["external_id"], first["priority"], first["consent"]) == ("x-1", 5, True)
    assert second["phone"]["zones"] == ["America/New_York"]
    assert (second["phone"]["region"], second["consent"]) == ("US", False)
    assert (await admin.get(f"/leads/{first['id']}")).json() == first
    assert (await admin.get(path)).json()["leads"] == {"waiting": 2}


async def test_every_row_that_is_not_taken_is_named(container: Container, admin: httpx.AsyncClient) -> None:
    path = await made(admin)
    await admin.post("/dnc", json={"phones": ["07400123459"], "region": "GB"})
    done = await imported(
        container,
        admin,
        path,
        "phone,priority,consent,timezone,region\n"
        "07400123456,1,yes,,\n"
        ",1,yes,,\n"
        "hello,1,yes,,\n"
        "0740,1,yes,,\n"
        "4.47E+11,1,yes,,\n"
        "999,1,yes,,\n"
        "+44 7400 123456,1,yes,,\n"
        "07400123459,1,yes,,\n"
        "07400123457,1,yes,,,extra\n"
        "07400123457,1\n"
        "07400123457,high,yes,,\n"
        "07400123457,1,perhaps,,\n"
        "07400123457,1,yes,Mars/Base,\n"
        "07400123457,1,yes,,XX\n"
        '07400123458,1,yes,,""\n',
    )
    assert await errors(admin, done) == [
        (3, "blank_phone", "phone"),
        (4, "not_a_number", "phone"),
        (5, "impossible_number", "phone"),
        (6, "mangled_by_spreadsheet", "phone"),
        (7, "never_dialled_kind", "phone"),
        (8, "duplicate", "phone"),
        (9, "on_dnc", "phone"),
        (10, "too_many_fields", ""),
        (11, "too_few_fields", ""),
        (12, "bad_value", "priority"),
        (13, "bad_value", "consent"),
        (14, "bad_value", "timezone"),
        (15, "bad_value", "region"),
    ]
    assert (done["rows"], done["added"], done["errors"]) == (15, 2, 13)
    assert done["faults"]["bad_value"] == 4
    again = await imported(container, admin, path, "phone\n07400123456\n07400123460\n")
    assert (again["added"], again["faults"]) == (1, {"duplicate": 1})


async def test_headers_may_be_given_other_names(container: Container, admin: httpx.AsyncClient) -> None:
    path = await made(admin)
    names = quote(json.dumps({"Rufnummer": "phone", "Vor-Name": "first_name"}))
    done = await imported(
        container, admin, path, "rufnummer;vor-name\n07400123456;Anna\n", f"region=gb&columns={names}"
    )
    assert done["added"] == 1
    assert (await leads(admin, path))[0]["variables"] == {"first_name": "Anna"}
    for columns in ("nonsense", "[]", '{"a": 1}', "%5b" * 3000, '{"a":"\\u0000"}'):
        answer = await admin.post(f"{path}/imports?region=GB&columns={quote(columns)}", content=b"x", headers=CSV)
        assert answer.status_code == 400
        assert answer.json()["errors"][0]["field"].startswith("columns")


async def test_what_is_no_file_of_leads_is_refused(admin: httpx.AsyncClient) -> None:
    path = await made(admin)
    assert (await admin.post(f"{path}/imports", content=b"x", headers=CSV)).json()["errors"][0]["field"] == "region"
    for region in ("XX", "GBR", "1"):
        answer = await admin.post(f"{path}/imports?region={region}", content=b"x", headers=CSV)
        assert answer.json()["errors"][0]["field"] == "region"
    assert (await admin.post(f"{path}/imports?region=GB", content=b"", headers=CSV)).status_code == 400
    assert (await admin.post(f"{path}/imports?region=GB", json={})).status_code == 415
    assert (await admin.post("/campaigns/cmp_none/imports?region=GB", content=b"x", headers=CSV)).status_code == 404
    await admin.post(f"{path}/archive")
    assert (await admin.post(f"{path}/imports?region=GB", content=b"x", headers=CSV)).status_code == 409


@pytest.mark.parametrize(
    ("body", "failure"),
    [
        (b"name\nAnna\n", "no_phone_column"),
        (b"\n \n", "empty_file"),
        (b"phone" + b",x" * 200 + b"\n", "too_many_columns"),
        (b"ph\0one\n", "header_unreadable"),
    ],
)
async def test_a_file_that_cannot_be_read_fails_with_a_reason(
    container: Container, admin: httpx.AsyncClient, body: bytes, failure: str
) -> None:
    done = await imported(container, admin, await made(admin), body)
    assert (done["state"], done["failure"], done["added"]) == ("failed", failure, 0)


class Dying:
    """The store of leads, in a process that dies after some batches are stored and before anybody is told."""

    def __init__(self, leads: Any, batches: int) -> None:
        self._leads = leads
        self._batches = batches

    def __getattr__(self, name: str) -> Any:
        return getattr(self._leads, name)

    async def add(self, leads: Any) -> Any:
        answers = await self._leads.add(leads)
        self._batches -= 1
        if self._batches == 0:
            raise Unavailable("killed")
        return answers


@pytest.mark.parametrize("batches", [1, 2, 3])
async def test_an_import_that_was_cut_off_begins_again_and_adds_each_row_once(
    container: Container, admin: httpx.AsyncClient, batches: int
) -> None:
    path = await made(admin)
    numbers = [f"07400{n:06d}" for n in range(2 * BATCH + 500)]
    taken = await upload(admin, path, "\n".join(["phone", *numbers, numbers[0]]))
    store = container.leads()
    container.leads.override(Dying(store, batches))
    with pytest.raises(Unavailable):
        await run(container)
    halfway = (await admin.get(f"/imports/{taken['id']}")).json()
    told = max(0, (batches - 1) * BATCH - 1)  # the header is a row of the first batch
    assert (halfway["state"], halfway["added"]) == ("running", told)
    container.leads.override(store)
    await run(container)
    done = (await admin.get(f"/imports/{taken['id']}")).json()
    assert (done["state"], done["added"], done["faults"]) == ("done", len(numbers), {"duplicate": 1})
    assert (await admin.get(path)).json()["leads"] == {"waiting": len(numbers)}


async def test_errors_come_in_pages_and_as_a_file_without_formulas(
    container: Container, admin: httpx.AsyncClient
) -> None:
    path = await made(admin)
    done = await imported(container, admin, path, "phone\n=cmd()\nhello\n@x\n")
    page = (await admin.get(f"/imports/{done['id']}/errors?limit=2")).json()
    assert [each["line"] for each in page["items"]] == [2, 3]
    rest = (await admin.get(f"/imports/{done['id']}/errors?limit=2&after={page['next']}")).json()
    assert ([each["line"] for each in rest["items"]], rest["next"]) == ([4], None)
    for cursor in ("x", "-1", "1e9", "٣"):
        assert (await admin.get(f"/imports/{done['id']}/errors?after={cursor}")).status_code == 400
    file = await admin.get(f"/imports/{done['id']}/errors.csv")
    assert file.headers["content-type"] == "text/csv; charset=utf-8"
    assert file.text.splitlines() == [
        "line,fault,column,value",
        "2,not_a_number,phone,'=cmd()",
        "3,not_a_number,phone,hello",
        "4,not_a_number,phone,'@x",
    ]


async def test_leads_are_narrowed_and_imports_listed(container: Container, admin: httpx.AsyncClient) -> None:
    path = await made(admin)
    await imported(container, admin, path, "phone\n07400123456\n")
    assert len((await admin.get(f"{path}/imports")).json()["items"]) == 1
    assert (await admin.get(f"{path}/leads?state=done")).json()["items"] == []
    assert len((await admin.get(f"{path}/leads?state=waiting")).json()["items"]) == 1
    assert (await admin.get(f"{path}/leads?state=lost")).status_code == 400


async def test_nobody_sees_the_imports_of_another_brand(
    container: Container, admin: httpx.AsyncClient, foreigner: httpx.AsyncClient
) -> None:
    path = await made(admin)
    done = await imported(container, admin, path, "phone\n07400123456\n")
    lead = (await leads(admin, path))[0]
    for page in (f"/imports/{done['id']}", f"/imports/{done['id']}/errors", f"/imports/{done['id']}/errors.csv"):
        assert (await foreigner.get(page)).status_code == 404
    assert (await foreigner.get(f"/leads/{lead['id']}")).status_code == 404
    assert (await foreigner.post(f"{path}/imports?region=GB", content=b"x", headers=CSV)).status_code == 404
