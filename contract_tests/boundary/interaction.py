"""What is said at a boundary, written down once: a request and its answer, replayed against both sides."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import httpx
import msgspec

FOLDER: Final = Path(__file__).parent / "interactions"


class Said(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A request. Headers that are not named do not matter."""

    method: str
    path: str
    headers: Mapping[str, str] = {}
    body: Any = None

    def sent(self) -> httpx.Request:
        content = msgspec.json.encode(self.body) if self.body is not None else b""
        return httpx.Request(self.method, f"http://peer{self.path}", headers=dict(self.headers), content=content)


class Answered(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An answer. Headers that are not named do not matter."""

    status: int
    headers: Mapping[str, str] = {}
    body: Any = None

    def came(self) -> httpx.Response:
        content = msgspec.json.encode(self.body) if self.body is not None else b""
        return httpx.Response(self.status, headers=dict(self.headers), content=content)


class Interaction(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`given` names the state that the answering side is in."""

    given: str
    request: Said
    response: Answered


def interactions(side: str) -> dict[str, Interaction]:
    """Those of one answering side, such as `core`, by the rest of their file's name."""
    return {
        path.stem.removeprefix(f"{side}_"): msgspec.json.decode(path.read_bytes(), type=Interaction)
        for path in sorted(FOLDER.glob(f"{side}_*.json"))
    }


def check_request(request: httpx.Request, said: Said) -> None:
    """What was really sent is what is written down."""
    assert (request.method, request.url.path) == (said.method, said.path)
    assert {name: request.headers.get(name) for name in said.headers} == dict(said.headers)
    assert (msgspec.json.decode(request.content) if request.content else None) == said.body


def check_response(response: httpx.Response, answered: Answered) -> None:
    """What really came is what is written down."""
    assert response.status_code == answered.status, response.text
    assert {name: response.headers.get(name) for name in answered.headers} == dict(answered.headers)
    assert (msgspec.json.decode(response.content) if response.content else None) == answered.body
