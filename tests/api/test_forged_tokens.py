"""Tokens that somebody made up, changed, kept too long or took from elsewhere, at the doors of the real API."""

import asyncio
import base64
import functools
import hashlib
import hmac
import json
from collections.abc import AsyncIterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any, Final

import httpx
import jwt
import pytest
from dependency_injector import providers

from adapters.jwt.tokens import JwtTokens
from adapters.memory.clock import EPOCH
from applications.api.app import create_app
from applications.api.container import Container
from domain.ids import DEFAULT_BRAND, BrandId
from tests.api.conftest import memory_container, settings
from tests.api.furnished import furnish, furnish_fleet

SECRET: Final = settings().jwt_secret
LATER: Final = int((EPOCH + timedelta(days=3650)).timestamp())
LONG_AGO: Final = int((EPOCH - timedelta(days=3650)).timestamp())
SESSION: Final[Mapping[str, Any]] = {
    "iss": "cxb",
    "aud": "session",
    "sub": "usr_admin",
    "brand": "default",
    "epoch": 0,
    "exp": LATER,
}
RECORDING: Final[Mapping[str, Any]] = {**SESSION, "aud": "recording", "sub": "cal_done"}


def made(body: Mapping[str, Any], *, typ: str = "session", key: str = SECRET, **headers: Any) -> str:
    return jwt.encode(dict(body), key, algorithm="HS256", headers={"typ": f"cxb-{typ}+jwt", **headers})


def part(value: object) -> str:
    text = value if isinstance(value, bytes) else json.dumps(value).encode()
    return base64.urlsafe_b64encode(text).decode().rstrip("=")


def by_hand(header: object, body: object, *, key: str = SECRET, digest: Any = hashlib.sha256) -> str:
    """Signed whatever it says, as no library would do it."""
    signed = f"{part(header)}.{part(body)}"
    return f"{signed}.{part(hmac.digest(key.encode(), signed.encode(), digest))}"


HEADER: Final = {"alg": "HS256", "typ": "cxb-session+jwt"}
GENUINE: Final = made(SESSION)
HEAD, BODY, SEAL = GENUINE.split(".")

FORGED: Final[Mapping[str, str]] = {
    "no algorithm": jwt.encode(dict(SESSION), "", algorithm="none", headers={"typ": "cxb-session+jwt"}),
    "no algorithm and a seal": f"{part({**HEADER, 'alg': 'none'})}.{BODY}.{SEAL}",
    "no algorithm in capitals": f"{part({**HEADER, 'alg': 'NONE'})}.{BODY}.",
    "no seal": f"{HEAD}.{BODY}.",
    "half a seal": GENUINE[:-10],
    "a seal of another token": f"{HEAD}.{BODY}.{made({**SESSION, 'sub': 'usr_viewer'}).split('.')[2]}",
    "another key": made(SESSION, key="k" * 40),
    "an empty key": by_hand(HEADER, SESSION, key=""),
    "the secret between processes as key": made(SESSION, key=settings().core_secret),
    "another digest": by_hand({**HEADER, "alg": "HS512"}, SESSION, digest=hashlib.sha512),
    "a digest that is called RS256": by_hand({**HEADER, "alg": "RS256"}, SESSION),
    "a list of algorithms": by_hand({**HEADER, "alg": ["HS256"]}, SESSION),
    "its own key": by_hand({**HEADER, "jwk": {"kty": "oct", "k": part(b"k" * 40)}}, SESSION, key="k" * 40),
    "a key from elsewhere": by_hand({**HEADER, "jku": "https://evil.example/keys", "kid": "1"}, SESSION, key="k" * 40),
    "a key from a file": by_hand({**HEADER, "kid": "/dev/null"}, SESSION, key=""),
    "something critical": made(SESSION, crit=["exp"]),
    "a payload that is not encoded": made(SESSION, b64=False, crit=["b64"]),
    "the usual type": made(SESSION, typ="session").replace(HEAD, part({"alg": "HS256", "typ": "JWT"})),
    "the usual type, well sealed": by_hand({"alg": "HS256", "typ": "JWT"}, SESSION),
    "no type": by_hand({"alg": "HS256"}, SESSION),
    "another type": made(SESSION, typ="recording"),
    "another purpose": made({**SESSION, "aud": "recording"}),
    "two purposes": made({**SESSION, "aud": ["session", "recording"]}),
    "another maker": made({**SESSION, "iss": "evil"}),
    "long over": made({**SESSION, "exp": LONG_AGO}),
    "over before time began": made({**SESSION, "exp": -(10**12)}),
    "never over": made({name: value for name, value in SESSION.items() if name != "exp"}),
    "over at no time": by_hand(
        HEADER, b'{"iss":"cxb","aud":"session","sub":"usr_admin","brand":"default","epoch":0,"exp":NaN}'
    ),
    "over after all time": made({**SESSION, "exp": 10**30}),
    "over at a word": by_hand(HEADER, {**SESSION, "exp": "soon"}),
    "not yet": made({**SESSION, "nbf": LATER}),
    "made in the future": made({**SESSION, "iat": LATER}),
    "a session that was ended": made({**SESSION, "epoch": -1}),
    "a session of after the next log-out": made({**SESSION, "epoch": 1}),
    "an epoch that is a word": made({**SESSION, "epoch": "x"}),
    "somebody unknown": made({**SESSION, "sub": "usr_nobody"}),
    "nobody": made({**SESSION, "sub": ""}),
    "somebody of another brand": made({**SESSION, "sub": "usr_admin_x"}),
    "another brand": made({**SESSION, "brand": "other"}),
    "a brand that is a list": by_hand(HEADER, {**SESSION, "brand": ["default"]}),
    "a recording's token": made(RECORDING, typ="recording"),
    "a body that is a list": by_hand(HEADER, [SESSION]),
    "a body that is no JSON": by_hand(HEADER, b"{"),
    "a header that is no JSON": by_hand(b"{", SESSION),
    "a header that is a list": by_hand([HEADER], SESSION),
    "nesting": by_hand(HEADER, b"[" * 5_000),
    "four parts": f"{GENUINE}.{SEAL}",
    "five parts": f"{GENUINE}.{SEAL}.{SEAL}",
    "one part": "a",
    "dots": "..",
    "letters of no alphabet": "é.é.é",
    "a hundred kilobytes": "a" * 100_000,
}


async def _furnished() -> Container:
    container = memory_container()
    container.tokens.override(providers.Singleton(JwtTokens, SECRET))
    await furnish_fleet(container)
    await furnish(container, DEFAULT_BRAND)
    await furnish(container, BrandId("other"), "_x")
    return container


@functools.cache
def app() -> Any:
    with ThreadPoolExecutor(1) as elsewhere:
        return create_app(elsewhere.submit(asyncio.run, _furnished()).result())


@pytest.fixture
async def client() -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(app=app())
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:8601/api/v1") as made_client:
        yield made_client


async def test_the_control_opens_both_doors(client: httpx.AsyncClient) -> None:
    bearer = {"authorization": f"Bearer {GENUINE}"}
    assert (await client.get("/auth/me", headers=bearer)).json()["id"] == "usr_admin"
    assert (await client.get("/recordings/cal_done", headers=bearer)).status_code == 200
    token = made(RECORDING, typ="recording")
    assert (await client.get("/recordings/cal_done", params={"token": token})).status_code == 200


@pytest.mark.parametrize("name", FORGED)
async def test_a_forged_session_opens_nothing(client: httpx.AsyncClient, name: str) -> None:
    token = FORGED[name].encode()
    for path in ("/auth/me", "/bots", "/recordings/cal_done"):
        answer = await client.get(path, headers={b"authorization": b"Bearer " + token})
        assert answer.status_code == 401, path
        assert answer.json()["detail"] == "the session is over", "nobody learns which part of it was right"
        by_cookie = await client.get(path, headers={b"cookie": b"cxb_session=" + token})
        assert by_cookie.status_code == 401, path


@pytest.mark.parametrize(
    "token",
    [
        GENUINE,
        made({**RECORDING, "sub": "cal_live"}, typ="recording"),
        made({**RECORDING, "sub": "cal_done_x"}, typ="recording"),
        made({**RECORDING, "exp": LONG_AGO}, typ="recording"),
        made({**RECORDING, "nbf": LATER}, typ="recording"),
        made(RECORDING, typ="session"),
        made({**RECORDING, "aud": "session"}, typ="recording"),
        made(RECORDING, typ="recording", key="k" * 40),
        jwt.encode(dict(RECORDING), "", algorithm="none", headers={"typ": "cxb-recording+jwt"}),
        "a.b.c",
        "é",
    ],
)
async def test_a_forged_link_opens_no_recording(client: httpx.AsyncClient, token: str) -> None:
    for method in ("GET", "HEAD"):
        answer = await client.request(method, "/recordings/cal_done", params={"token": token})
        assert answer.status_code == 401


async def test_a_link_of_another_brand_opens_nothing_of_ours(client: httpx.AsyncClient) -> None:
    theirs = made({**RECORDING, "brand": "other"}, typ="recording")
    assert (await client.get("/recordings/cal_done", params={"token": theirs})).status_code == 404


async def test_a_link_opens_no_other_door(client: httpx.AsyncClient) -> None:
    token = made(RECORDING, typ="recording")
    for path in ("/auth/me", "/calls/cal_done", "/calls"):
        assert (await client.get(path, params={"token": token})).status_code in {400, 401}
        assert (await client.get(path, headers={"authorization": f"Bearer {token}"})).status_code == 401
