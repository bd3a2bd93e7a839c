"""SIP messages: what is written is read, what is broken is refused in one way."""

import random
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contract_tests.carrier import sdp
from contract_tests.carrier.hostile import BODIES, BROKEN, ODD, SPOILS, sip_junk
from contract_tests.carrier.message import Malformed, Message, address, parameters, parse, uri, user_of
from contract_tests.carrier.transport import Framer

INVITE = Message(
    method="INVITE",
    uri="sip:+15550100@127.0.0.1:5060",
    headers=(
        ("Via", "SIP/2.0/UDP 127.0.0.1:9;branch=z9hG4bK1, SIP/2.0/UDP 127.0.0.2:9;branch=z9hG4bK2"),
        ("From", '"A, \\"B\\" <C>" <sip:+15550142@127.0.0.1>;tag=1'),
        ("To", "<sip:+15550100@127.0.0.1;user=phone>"),
        ("Call-ID", "a@b"),
        ("CSeq", "7 INVITE"),
    ),
    body=b"v=0\r\n\r\n",
)


def test_what_is_written_is_read() -> None:
    read = parse(INVITE.to_bytes())
    assert (read.method, read.uri, read.body) == (INVITE.method, INVITE.uri, INVITE.body)
    assert read.headers == (*INVITE.headers, ("Content-Length", "7"))
    assert read.listed("via")[1].endswith("z9hG4bK2")
    assert read.branch == "z9hG4bK1"
    assert read.sequence == (7, "INVITE")
    assert [user_of(read.first(name)) for name in ("From", "To")] == ["+15550142", "+15550100"]


@pytest.mark.parametrize("name", BROKEN)
def test_what_is_broken_is_refused(name: str) -> None:
    with pytest.raises(Malformed):
        parse(BROKEN[name])


ONLY_ODD = {"a CSeq of another method", "zeros in the head", "a very long reason"}


@pytest.mark.parametrize("name", sorted(set(SPOILS) - ONLY_ODD))
def test_an_answer_that_was_spoiled_is_refused(name: str) -> None:
    whole = INVITE.to_bytes().replace(b"INVITE sip:+15550100@127.0.0.1:5060 SIP/2.0", b"SIP/2.0 180 Ringing")
    assert parse(whole).status == 180
    with pytest.raises(Malformed):
        parse(SPOILS[name](whole))


@pytest.mark.parametrize("name", ODD)
def test_what_is_merely_odd_is_understood(name: str) -> None:
    message = parse(ODD[name])
    assert parse(message.to_bytes()).first("Call-ID") == message.call_id


def test_short_names_and_folded_lines_are_put_right() -> None:
    message = parse(ODD["short names, folded lines, odd case"])
    assert message.branch == "z9hG4bKodd"
    assert address(message.first("from")).tag == "t1"
    assert message.sequence == (9, "OPTIONS")


def _spoiled(at: int, junk: bytes) -> bytes:
    whole = INVITE.to_bytes()
    place = at % len(whole)
    return whole[:place] + junk + whole[place + len(junk) :]


@given(st.one_of(st.binary(max_size=300), st.builds(_spoiled, st.integers(0), st.binary())))
def test_no_bytes_raise_anything_else(data: bytes) -> None:
    with suppress(Malformed):
        parse(data).to_bytes()


def test_a_flood_of_junk_raises_nothing_else() -> None:
    for data in sip_junk(random.Random(4475), 3000):  # noqa: S311  # junk, no secret
        with suppress(Malformed):
            parse(data)


@given(st.text())
def test_no_header_raises_anything_else(text: str) -> None:
    for read in (address, uri, user_of):
        with suppress(Malformed):
            read(text)
    parameters(text)


@given(st.binary())
def test_no_description_raises_anything_else(data: bytes) -> None:
    for body in (data, b"m=audio 4000 RTP/AVP 0\r\n" + data, b"c=IN IP4 127.0.0.1\r\nm=audio 1 RTP/AVP 0\r\na=" + data):
        with suppress(Malformed):
            sdp.parse(body)


@pytest.mark.parametrize("name", sorted(set(BODIES) - {"huge"}))
def test_no_call_is_made_with_a_description_that_says_nothing(name: str) -> None:
    with pytest.raises(Malformed):
        sdp.answer(sdp.parse(BODIES[name]), host="127.0.0.1", port=4000, laws=(0, 8))


@pytest.mark.parametrize(("offered", "answered"), sdp.ANSWERS.items())
def test_an_offer_is_answered_by_its_mirror(offered: str, answered: str) -> None:
    offer = sdp.parse(
        sdp.Session(host="127.0.0.1", port=4000, payloads=(8, 0), events=96, direction=offered).to_bytes()
    )
    mine = sdp.answer(offer, host="127.0.0.1", port=5000, laws=(0, 8))
    assert (mine.payloads, mine.events, mine.direction) == ([0], 96, answered)


@given(st.lists(st.integers(1, 60), max_size=6))
def test_a_stream_is_cut_into_its_messages_however_it_comes(cuts: list[int]) -> None:
    framer, stream = Framer(), b"\r\n\r\n".join([b"", *[INVITE.to_bytes()] * 3])
    found: list[bytes] = []
    for cut in [*cuts, len(stream)]:
        found += framer.feed(stream[:cut])
        stream = stream[cut:]
    assert [parse(each).body for each in found] == [INVITE.body] * 3
