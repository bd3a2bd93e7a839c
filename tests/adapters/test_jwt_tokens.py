"""JSON Web Tokens that only we can have made, for one purpose each."""

from datetime import timedelta
from typing import Any

import jwt
import pytest

from adapters.jwt.tokens import JwtTokens
from contract_tests.backends.scene import NOON
from domain.ids import DEFAULT_BRAND
from ports.errors import Refused
from ports.tokens import Claims

SECRET = "k" * 20 + "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
BODY: dict[str, Any] = {
    "iss": "cxb",
    "aud": "session",
    "sub": "user_1",
    "brand": "default",
    "epoch": 0,
    "exp": int((NOON + timedelta(minutes=1)).timestamp()),
}
TYPE = {"typ": "cxb-session+jwt"}


def refused(token: str) -> bool:
    with pytest.raises(Refused):
        JwtTokens(SECRET).read(token, purpose="session", at=NOON)
    return True


def test_the_control_is_read() -> None:
    token = jwt.encode(BODY, SECRET, algorithm="HS256", headers=TYPE)
    assert JwtTokens(SECRET).read(token, purpose="session", at=NOON).subject == "user_1"


@pytest.mark.parametrize("algorithm", ["HS384", "HS512", "none"])
def test_another_algorithm_is_refused(algorithm: str) -> None:
    assert refused(jwt.encode(BODY, "" if algorithm == "none" else SECRET, algorithm=algorithm, headers=TYPE))


@pytest.mark.parametrize("claim", ["iss", "aud", "exp", "sub", "brand", "epoch"])
def test_every_claim_is_required(claim: str) -> None:
    body = {name: value for name, value in BODY.items() if name != claim}
    assert refused(jwt.encode(body, SECRET, algorithm="HS256", headers=TYPE))


@pytest.mark.parametrize(
    ("claim", "value"),
    [("iss", "other"), ("aud", "recording"), ("aud", ["session", "recording"]), ("epoch", "x"), ("exp", 10**30)],
)
def test_a_claim_that_is_not_ours_is_refused(claim: str, value: object) -> None:
    assert refused(jwt.encode({**BODY, claim: value}, SECRET, algorithm="HS256", headers=TYPE))


@pytest.mark.parametrize("headers", [{"typ": "JWT"}, {"typ": "cxb-recording+jwt"}, None])
def test_another_type_is_refused(headers: dict[str, str] | None) -> None:
    assert refused(jwt.encode(BODY, SECRET, algorithm="HS256", headers=headers))


def test_another_key_is_refused() -> None:
    claims = Claims(purpose="session", subject="user_1", brand=DEFAULT_BRAND, expires_at=NOON + timedelta(minutes=1))
    assert refused(JwtTokens(SECRET[::-1]).issue(claims))
