"""Whatever somebody sends, they are told what is wrong with it, in one form."""

from typing import Any

import httpx
import pytest

from applications.api.app import create_app
from applications.api.container import Container
from applications.api.http.bodies import LARGEST_JSON
from domain.errors import DomainError, IllegalMove, InvalidValue, RuleBroken
from ports.errors import Busy, NotFound, PortError, Refused, Stale, Unavailable
from tests.api.conftest import caller


class Broken:
    """A store of users that raises."""

    def __init__(self, error: Exception) -> None:
        self._error = error

    async def count(self, _: object) -> int:
        raise self._error


@pytest.mark.parametrize(
    ("error", "status", "kind"),
    [
        (NotFound("secret detail"), 404, "not-found"),
        (Stale("secret detail"), 409, "stale"),
        (Busy("full", retry_after=2.5), 429, "busy"),
        (Unavailable("secret detail"), 503, "unavailable"),
        (Refused("no", reason="archived"), 422, "archived"),
        (IllegalMove("a", "b"), 409, "illegal-move"),
        (RuleBroken("why"), 409, "rule-broken"),
        (InvalidValue(), 400, "invalid-value"),
        (DomainError("why"), 409, "rule-broken"),
        (PortError("secret detail"), 500, "internal"),
        (ZeroDivisionError("secret detail"), 500, "internal"),
    ],
)
async def test_every_error_has_its_status(container: Container, error: Exception, status: int, kind: str) -> None:
    container.users.override(Broken(error))
    async with caller(container) as client:
        answer = await client.get("http://127.0.0.1:8601/readyz")
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    problem = answer.json()
    assert (problem["status"], problem["type"]) == (status, f"urn:cxb:problem:{kind}")
    assert problem["reason"] == kind.replace("-", "_")
    assert "secret detail" not in answer.text
    assert ("retry-after" in answer.headers) == (status in {429, 503})


@pytest.mark.parametrize(
    "body",
    [
        b"{",
        b"nonsense",
        b"\xff\xfe{}",
        b'{"name": "\xff"}',
        b"[" * 200_000,
        b'{"name": ' + b"[" * 200_000,
        b"[]",
        b"null",
        b'"text"',
        b'{"name": "a\\u0000b"}',
        b'{"name": "Ada", "draft": {"variables": ["a\\u0000"]}}',
        b'{"name": "Ada", "draft": {"policy": {"most_misses": ' + b"9" * 400 + b"}}}",
        b'{"name": "Ada", "draft": {"policy": {"max_duration": 1e999}}}',
        b'{"name": "Ada", "a\\u0000": 1}',
        b'{"name": "\\ud800"}',
        b"",
    ],
)
async def test_odd_bodies_are_refused_and_never_break_anything(admin: httpx.AsyncClient, body: bytes) -> None:
    answer = await admin.post("/bots", content=body, headers={"content-type": "application/json"})
    assert answer.status_code == 400, answer.text
    assert answer.json()["errors"]


async def test_nested_fields_that_nobody_knows_are_named(admin: httpx.AsyncClient) -> None:
    step = {"id": "a", "say": "x", "ends": "y", "edges": [{"to": 1}]}
    body = {"name": "", "draft": {"flow": {"start": "a", "steps": [step]}, "colour": "red"}}
    errors = (await admin.post("/bots", json=body)).json()["errors"]
    assert {each["field"] for each in errors} == {
        "name",
        "draft.colour",
        "draft.flow.steps[0].ends",
        "draft.flow.steps[0].edges[0].to",
    }


async def test_bodies_of_another_kind_or_too_large_are_refused(admin: httpx.AsyncClient) -> None:
    for kind in ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"):
        answer = await admin.post("/bots", content=b'{"name":"a"}', headers={"content-type": kind})
        assert answer.status_code == 415
    assert (await admin.post("/bots", content=b" " * (LARGEST_JSON + 1))).status_code == 413

    async def endless() -> Any:
        for _ in range(12):
            yield b" " * 100_000

    assert (await admin.post("/bots", content=endless())).status_code == 413


async def test_addresses_that_are_not_there_and_methods_that_are_not_allowed(admin: httpx.AsyncClient) -> None:
    assert (await admin.get("/nothing")).json()["type"] == "urn:cxb:problem:not-found"
    refused = await admin.delete("/bots")
    assert refused.status_code == 405
    assert refused.json()["type"] == "urn:cxb:problem:method-not-allowed"


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("limit=0", "limit"),
        ("limit=201", "limit"),
        ("limit=ten", "limit"),
        ("state=sleeping", "state"),
        ("after=x" + "x" * 600, "after"),
    ],
)
async def test_bad_parameters_are_named(admin: httpx.AsyncClient, query: str, field: str) -> None:
    answer = await admin.get(f"/bots?{query}")
    assert answer.status_code == 400
    assert [each["field"] for each in answer.json()["errors"]] == [field]


@pytest.mark.parametrize("query", ["after=nonsense", "after=%00", "state=%00", "after=%ff%fe", "after=W10"])
async def test_odd_parameters_are_refused(admin: httpx.AsyncClient, query: str) -> None:
    assert (await admin.get(f"/bots?{query}")).status_code == 400


@pytest.mark.parametrize("name", ["%00", "%ff", "%2e%2e", "%2e%2e%2fetc", "a" * 5000, "%F0%9F%98%80"])
async def test_odd_names_are_names_of_nothing(admin: httpx.AsyncClient, name: str) -> None:
    assert (await admin.get(f"/bots/{name}")).status_code in {400, 404}


async def test_the_document_names_every_door_and_every_problem(container: Container) -> None:
    schema = create_app(container).openapi_schema.to_schema()
    schemes = schema["components"]["securitySchemes"]
    for path, operations in schema["paths"].items():
        for operation in operations.values():
            assert {name for need in operation["security"] for name in need} <= set(schemes), path
            for status, response in operation["responses"].items():
                if int(status) >= 400:
                    assert list(response["content"]) == ["application/problem+json"], (path, status)


async def test_the_document_is_served(stranger: httpx.AsyncClient) -> None:
    answer = await stranger.get("/openapi.json")
    assert answer.status_code == 200
    assert answer.json()["openapi"].startswith("3.1")
