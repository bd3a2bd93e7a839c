"""Digest authentication against the examples of the RFCs."""

import hashlib

from hypothesis import given
from hypothesis import strategies as st

from contract_tests.carrier.digest import Credentials, authorization, challenge, fields, is_right, response

MUFASA = Credentials(user="Mufasa", password="Circle Of Life", realm="testrealm@host.com")
ASKED = (
    'Digest realm="testrealm@host.com", qop="auth,auth-int", nonce="dcd98b7102dd2f0e8b11d0f600bfb0c093", '
    'opaque="5ccc069c403ebaf9f0171e9517f40e41"'
)


def test_the_example_of_rfc_2617() -> None:
    given = {
        **fields(ASKED), "uri": "/dir/index.html", "qop": "auth", "nc": "00000001", "cnonce": "0a4f113b",
    }  # fmt: skip
    assert response(MUFASA, "GET", given) == "6629fae49393a05397450978507c4ef1"
    header = authorization(MUFASA, "GET", "/dir/index.html", fields(ASKED), "0a4f113b")
    assert fields(header)["response"] == "6629fae49393a05397450978507c4ef1"
    assert 'qop=auth, nc=00000001, cnonce="0a4f113b"' in header


def test_without_qop_it_is_rfc_2069s() -> None:
    """KD(H(A1), nonce ":" H(A2)), as RFC 2617 section 3.2.2.1 has it for old servers."""
    given = {"realm": "testrealm@host.com", "nonce": "n", "uri": "sip:a@b.test"}
    secret = hashlib.md5(b"Mufasa:testrealm@host.com:Circle Of Life", usedforsecurity=False).hexdigest()
    what = hashlib.md5(b"REGISTER:sip:a@b.test", usedforsecurity=False).hexdigest()
    expected = hashlib.md5(f"{secret}:n:{what}".encode(), usedforsecurity=False).hexdigest()
    assert response(MUFASA, "REGISTER", given) == expected


def test_a_challenge_is_answered_and_only_by_whoever_knows_the_password() -> None:
    asked = fields(challenge(MUFASA, "once"))
    right = fields(authorization(MUFASA, "INVITE", "sip:a@b.test", asked, "c"))
    assert is_right(MUFASA, "INVITE", right, frozenset({"once"}))
    assert not is_right(MUFASA, "REGISTER", right, frozenset({"once"}))
    assert not is_right(MUFASA, "INVITE", right, frozenset({"another"}))
    wrong = Credentials(user="Mufasa", password="Circle of life", realm=MUFASA.realm)
    assert not is_right(wrong, "INVITE", right, frozenset({"once"}))


@given(st.text())
def test_whatever_stands_in_the_header_is_no_right_answer(text: str) -> None:
    assert not is_right(MUFASA, "INVITE", fields(f"Digest {text}"), frozenset({"once"}))
