"""What every maker of tokens promises."""

import re
from dataclasses import replace
from datetime import timedelta

import pytest

from contract_tests.backends.scene import NOON
from domain.ids import DEFAULT_BRAND
from ports.errors import Refused
from ports.tokens import Claims, Tokens

CLAIMS = Claims(
    purpose="session", subject="user_1", brand=DEFAULT_BRAND, expires_at=NOON + timedelta(minutes=10), epoch=3
)


def test_what_is_issued_is_read(tokens: Tokens) -> None:
    token = tokens.issue(CLAIMS)

    assert re.fullmatch(r"[A-Za-z0-9._-]+", token)
    assert tokens.read(token, purpose="session", at=NOON) == CLAIMS


@pytest.mark.parametrize("subject", ["", "call/1 \U0001f511 ключ", 'a"b\\c', "x" * 2000])
def test_subjects_are_any_text(tokens: Tokens, subject: str) -> None:
    claims = replace(CLAIMS, subject=subject)
    assert tokens.read(tokens.issue(claims), purpose="session", at=NOON) == claims


def test_a_token_of_another_purpose_is_refused(tokens: Tokens) -> None:
    token = tokens.issue(replace(CLAIMS, purpose="recording"))

    for at in (NOON, NOON + timedelta(days=1)):
        with pytest.raises(Refused) as refused:
            tokens.read(token, purpose="session", at=at)
        assert refused.value.reason != "expired"


def test_a_token_runs_out_at_its_second(tokens: Tokens) -> None:
    token = tokens.issue(CLAIMS)

    assert tokens.read(token, purpose="session", at=CLAIMS.expires_at - timedelta(microseconds=1)) == CLAIMS
    for late in (timedelta(0), timedelta(days=9999)):
        with pytest.raises(Refused) as refused:
            tokens.read(token, purpose="session", at=CLAIMS.expires_at + late)
        assert refused.value.reason == "expired"


def test_parts_of_seconds_are_never_given_on_top(tokens: Tokens) -> None:
    token = tokens.issue(replace(CLAIMS, expires_at=NOON + timedelta(seconds=5.9)))
    assert tokens.read(token, purpose="session", at=NOON).expires_at == NOON + timedelta(seconds=5)


def test_a_token_that_was_touched_anywhere_is_refused(tokens: Tokens) -> None:
    token = tokens.issue(CLAIMS)
    for at in range(len(token) - 1):  # the last character has bits that mean nothing
        touched = token[:at] + ("A" if token[at] != "A" else "B") + token[at + 1 :]
        with pytest.raises(Refused) as refused:
            tokens.read(touched, purpose="session", at=NOON)
        assert refused.value.reason != "expired"


@pytest.mark.parametrize(
    "token", ["", ".", "..", "a.b.c", "ключ", "\0", "e30.e30.e30", "[" * 5000, "\ud800", "eyJhbGciOiJub25lIn0.e30."]
)
def test_what_is_no_token_is_refused(tokens: Tokens, token: str) -> None:
    with pytest.raises(Refused):
        tokens.read(token, purpose="session", at=NOON)
