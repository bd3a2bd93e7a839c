"""RTP packets, the digits in them, and what may go wrong on their way."""

import asyncio
import random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from contract_tests.carrier.ear import Ear
from contract_tests.carrier.g711 import RATE
from contract_tests.carrier.hostile import rtp_junk
from contract_tests.carrier.measure import heard, missing
from contract_tests.carrier.records import MediaSeen
from contract_tests.carrier.rtp import DIGITS, Packet, pack, unpack
from contract_tests.carrier.sounds import tone
from contract_tests.carrier.speaker import Speaker, Trouble

NONE = Trouble()


@given(st.integers(0, 65535), st.integers(0, 2**32 - 1), st.integers(0, 63), st.binary(max_size=300), st.booleans())
def test_what_is_packed_is_unpacked(sequence: int, timestamp: int, kind: int, payload: bytes, marker: bool) -> None:
    packet = Packet(sequence, timestamp, kind, 7, payload, marker)
    assert unpack(pack(packet)) == packet


@given(st.binary())
def test_no_bytes_raise(data: bytes) -> None:
    unpack(data)
    unpack(b"\xbf" + data)


def test_the_example_of_rfc_3550s_layout() -> None:
    """Version 2, padding of 4, one source, an extension of one word, marker, type 0."""
    data = bytes.fromhex("b1800001 00000002 00000003 00000004 beef0001 aaaaaaaa ffff 00000004")
    assert unpack(data) == Packet(1, 2, 0, 3, b"\xff\xff", True)


def pair(trouble: Trouble = NONE) -> tuple[Speaker, Ear]:
    """A speaker whose packets fall into an ear."""
    ear = Ear(seen=MediaSeen(), told=lambda: None, events=101)

    def send(data: bytes) -> None:
        ear.receive(data, 0.0)

    speaker = Speaker(send=send, seen=MediaSeen(), chance=random.Random(7))  # noqa: S311  # to be repeatable
    speaker.on, speaker.events, speaker.trouble = True, 101, trouble
    return speaker, ear


def test_what_is_said_is_heard() -> None:
    speaker, ear = pair()
    speaker.play(tone(440, 1.0))
    for step in range(50):
        speaker.tick(step * 0.02)
    assert np.abs(heard(ear.seen).astype(int) - tone(440, 1.0)).max() < 300
    assert missing(ear.seen.audio) == 0


@given(st.text(DIGITS, min_size=1, max_size=6))
def test_digits_are_heard_once_each_and_in_order(digits: str) -> None:
    speaker, ear = pair()
    speaker.type_digits(digits, lasting=0.1, pause=0.06)
    for step in range(len(digits) * 12):
        speaker.tick(step * 0.02)
    assert "".join(each.digit for each in ear.seen.digits) == digits
    assert {(each.duration, each.packets) for each in ear.seen.digits} == {(0.1, 7)}
    assert len(ear.seen.audio) > 0


def test_losses_are_seeded_and_on_record() -> None:
    runs = []
    for _ in range(2):
        speaker, ear = pair(Trouble(loss=0.1, swap=0.1))
        for step in range(500):
            speaker.tick(step * 0.02)
        runs.append((speaker.seen.lost, speaker.seen.swapped, [each.packet.sequence for each in ear.seen.audio]))
        assert len(ear.seen.audio) == speaker.seen.sent
        assert speaker.seen.lost + speaker.seen.sent >= 499
        assert abs(missing(ear.seen.audio) - speaker.seen.lost) <= 1
        assert speaker.seen.swapped > 10
    assert runs[0] == runs[1]


@pytest.mark.virtual_time
async def test_packets_that_are_late_are_so_by_as_much_as_was_asked_for_and_do_not_overtake() -> None:
    loop, came = asyncio.get_running_loop(), []
    speaker, ear = pair(Trouble(jitter=0.03))
    speaker.send = lambda data: came.append((loop.time(), ear.receive(data, 0.0)))
    for _ in range(200):
        speaker.tick(loop.time())
        await asyncio.sleep(0.02)
    await asyncio.sleep(0.03)

    packets = [packet for _, packet in came if packet is not None]
    late = [at - came[0][0] - 0.02 * n for n, (at, _) in enumerate(came)]
    assert len(packets) == 200
    assert packets == sorted(packets, key=lambda each: (each.timestamp - packets[0].timestamp) % 2**32)
    assert 0.02 < max(late) - min(late) <= 0.0301


def test_junk_is_counted_and_nothing_else() -> None:
    _, ear = pair()
    for data in rtp_junk(random.Random(1), 2000):  # noqa: S311  # junk, no secret
        ear.receive(data, 0.0)
    assert ear.seen.junk > 500
    assert heard(ear.seen).size < 12 * RATE  # and nobody makes room for two days of silence


def test_what_is_played_waits_while_it_may_not_be_sent() -> None:
    speaker, ear = pair()
    playback = speaker.play(tone(440, 0.2))
    speaker.allowed = False
    for step in range(20):
        speaker.tick(step * 0.02)
    assert (playback.done.is_set(), ear.seen.audio, speaker.seen.sent) == (False, [], 0)
    speaker.allowed = True
    for step in range(20, 30):
        speaker.tick(step * 0.02)
    assert playback.done.is_set()
    assert len(ear.seen.audio) == 10
