"""Numbers that must not be called, over HTTP."""

import httpx
import pytest

CSV = {"content-type": "text/csv"}


async def test_a_list_is_taken_and_what_is_wrong_is_named(admin: httpx.AsyncClient) -> None:
    body = {"phones": ["07400 123456", "hello", "+14155552671", "07400123456"], "region": "GB"}
    answer = (await admin.post("/dnc", json=body)).json()
    assert (answer["added"], answer["known"], answer["refused"]) == (2, 1, 1)
    assert answer["errors"] == [{"line": 2, "fault": "not_a_number", "column": "phone", "value": "hello"}]
    again = (await admin.post("/dnc", json=body)).json()
    assert (again["added"], again["known"]) == (0, 3)


@pytest.mark.parametrize(
    "text",
    [
        "phone\n07400123456\n07400123457\nx\n",
        "07400123456\n07400123457\nx\n",
        "Name;Phone\nAnna;07400123456\nBob;07400123457\nEve;x\n",
    ],
)
async def test_a_file_is_taken_with_or_without_a_header(admin: httpx.AsyncClient, text: str) -> None:
    answer = (await admin.post("/dnc?region=gb", content=text.encode(), headers=CSV)).json()
    assert (answer["added"], answer["refused"]) == (2, 1)
    assert answer["errors"][0]["line"] == text.count("\n")


async def test_many_numbers_are_added_in_batches(admin: httpx.AsyncClient) -> None:
    text = "\n".join(f"07400{n:06d}" for n in range(2500))
    answer = (await admin.post("/dnc?region=GB", content=text.encode(), headers=CSV)).json()
    assert (answer["added"], answer["known"], answer["refused"]) == (2500, 0, 0)
    page = (await admin.get("/dnc?limit=200")).json()
    assert (page["count"], len(page["items"])) == (2500, 200)
    assert [each["phone"] for each in page["items"]] == sorted(each["phone"] for each in page["items"])
    following = (await admin.get(f"/dnc?limit=200&after={page['next']}")).json()
    assert following["items"][0]["phone"] > page["items"][-1]["phone"]


async def test_a_number_is_found_and_taken_off_by_the_body_and_never_by_the_address(admin: httpx.AsyncClient) -> None:
    await admin.post("/dnc", json={"phones": ["+447400123456"]})
    question = {"phone": "07400 123456", "region": "GB"}
    found = (await admin.post("/dnc/lookup", json=question)).json()
    assert (found["listed"], found["entry"]["source"]) == (True, "upload")
    assert (await admin.post("/dnc/remove", json=question)).json() == {"removed": True}
    assert (await admin.post("/dnc/remove", json=question)).json() == {"removed": False}
    assert (await admin.post("/dnc/lookup", json=question)).json() == {"listed": False, "entry": None}


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"phone": "hello"}, "phone"),
        ({"phone": "", "region": "GB"}, "phone"),
        ({"phone": "+447400123456", "region": "Britain"}, "region"),
        ({"phone": "07400123456", "region": "XX"}, "region"),
        ({"phone": 7}, "phone"),
        ({}, "phone"),
    ],
)
async def test_what_is_no_number_is_told(admin: httpx.AsyncClient, body: dict[str, object], field: str) -> None:
    for action in ("lookup", "remove"):
        answer = await admin.post(f"/dnc/{action}", json=body)
        assert answer.status_code == 400
        assert [each["field"] for each in answer.json()["errors"]] == [field]


async def test_bodies_of_other_kinds_are_refused(admin: httpx.AsyncClient) -> None:
    assert (await admin.post("/dnc", content=b"<x/>", headers={"content-type": "text/xml"})).status_code == 415
    assert (await admin.post("/dnc", content=b"{" + b" " * 1_000_001)).status_code == 413
    assert (await admin.post("/dnc", json={"phones": "07400123456"})).status_code == 400
    assert (await admin.post("/dnc?region=XX", content=b"1", headers=CSV)).json()["errors"][0]["field"] == "region"


async def test_each_brand_has_its_own_list(admin: httpx.AsyncClient, foreigner: httpx.AsyncClient) -> None:
    await admin.post("/dnc", json={"phones": ["+447400123456"]})
    assert (await foreigner.get("/dnc")).json()["count"] == 0
    assert (await foreigner.post("/dnc/remove", json={"phone": "+447400123456"})).json() == {"removed": False}
    assert (await admin.get("/dnc")).json()["count"] == 1
