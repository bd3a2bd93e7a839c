"""The proof's callers see what the far side of a call really did, good or bad."""

import asyncio
import os
import sys
from pathlib import Path

import pytest

from benchmarks.process_costs import holder
from benchmarks.sip_caller import Calling, WireCall, arrival_gaps, make_call
from benchmarks.wire_figures import at_once, call_seconds, faults, wire_figures
from contract_tests.carrier import scripts
from contract_tests.carrier.called import CalledLeg, Script
from contract_tests.carrier.far_end import far_end
from contract_tests.carrier.g711 import FRAME
from contract_tests.carrier.records import RtpSeen
from contract_tests.carrier.rtp import Packet
from contract_tests.carrier.sounds import tone
from contract_tests.carrier.speaker import Trouble
from launcher.data_folder import LOCK, held

TALKS = scripts.says(tone(440, 20.0))
SECONDS = 1.0


async def one_call(script: Script, trouble: Trouble = Trouble()) -> WireCall:  # noqa: B008  # a value
    async with far_end(seed=1) as system, far_end(seed=2, stamped=True) as callers:
        system.number("100", script)
        system.trouble = trouble
        host, port = system.address
        return await make_call(callers, Calling(number="100", host=host, port=port, seconds=SECONDS), seed=1)


async def test_a_good_call_has_no_fault_and_all_its_times() -> None:
    call = await one_call(scripts.answers(TALKS, ringing=0.2))

    assert call.fault == ""
    assert call.rang is not None
    assert call.answered is not None
    assert call.first_packet is not None
    assert call.first_sound is not None
    assert call.ended is not None
    assert call.began < call.rang < call.answered < call.first_packet <= call.first_sound < call.ended
    assert call.answered - call.began >= 0.2
    assert call.ended - call.answered >= SECONDS
    assert call.bye is not None
    assert 0 < call.bye < 10
    assert call.packets >= SECONDS * 50 / 2
    assert call.lost == 0
    assert sum(call.gaps) == pytest.approx(call.ended - call.first_packet, abs=0.5)


@pytest.mark.parametrize(
    ("script", "fault"),
    [
        (scripts.refuses(486), "486"),
        (scripts.answers(TALKS, scripts.hangs_up()), ""),
        (scripts.answers(scripts.waits(0.1), scripts.hangs_up()), "they hung up"),
        (scripts.answers(), "nothing heard"),
        (scripts.answers(scripts.stops_rtp), "nothing heard"),
    ],
)
async def test_what_went_wrong_is_named(script: Script, fault: str) -> None:
    assert (await one_call(script)).fault == fault


async def test_lost_packets_are_counted() -> None:
    call = await one_call(scripts.answers(TALKS), Trouble(loss=0.3))

    assert 0 < call.lost < call.packets
    assert call.fault == ""


def test_what_a_silent_sender_leaves_out_is_no_gap_and_what_came_late_is_one() -> None:
    def packet(sequence: int, at: float, place: int) -> RtpSeen:
        return RtpSeen(at, Packet(sequence, place * FRAME, 0, 7, bytes(FRAME)))

    audio = [
        packet(65534, 1.0, 0),
        packet(65535, 1.02, 1),
        packet(0, 2.02, 51),  # a second of silence
        packet(1, 2.10, 52),  # late
        packet(3, 2.14, 54),  # one was lost
    ]

    assert arrival_gaps(audio) == pytest.approx([0.02, 0.02, 0.08, 0.04])


def test_calls_at_once_and_their_seconds_are_those_that_were_answered() -> None:
    calls = [
        WireCall(began=0.0, answered=1.0, ended=3.0),
        WireCall(began=0.0, answered=2.0, ended=4.0),
        WireCall(began=0.0, answered=4.0, ended=5.0),
        WireCall(began=0.0, fault="486"),
        WireCall(began=0.0, fault="486"),
        WireCall(began=0.0, fault="no answer"),
    ]

    assert at_once(calls) == 2
    assert call_seconds(calls) == 5.0
    assert faults(calls) == "486 × 2, no answer × 1"
    assert wire_figures(calls, first_sound=True)["calls that failed"] == 3


def test_the_process_that_holds_a_data_folder_is_found(tmp_path: Path) -> None:
    assert holder(tmp_path / LOCK) is None
    with held(tmp_path, "http://127.0.0.1:8600"):
        assert holder(tmp_path / LOCK) == os.getpid()
    assert holder(tmp_path / LOCK) is None


async def proof(*asked: str) -> tuple[int | None, str]:
    """Its exit code and what it said."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "benchmarks.sip_proof", "--seconds", "1", "--no-echo", *asked,
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
    )  # fmt: skip
    said, _ = await process.communicate()
    return process.returncode, said.decode()


async def test_a_call_that_fails_is_told_and_so_is_the_exit_code(tmp_path: Path) -> None:
    async with far_end() as system:
        good, refused = scripts.answers(TALKS), scripts.refuses(503)

        async def answers_but_the_third(leg: CalledLeg) -> None:
            await (refused if len(system.calls) == 3 else good)(leg)

        system.number("100", answers_but_the_third)
        where = ("--number", "100", "--at", f"{system.address[0]}:{system.port}", "--process", str(os.getpid()))
        code, said = await proof(*where, "--calls", "3", "--rate", "2", "--out", str(tmp_path))

    assert code == 1, said
    assert "CXB, round 1: failed: 503 × 1" in said
    assert "1 calls FAILED" in said
    assert (tmp_path / "sip_proof.json").exists()


async def test_nobody_who_answers_is_no_measurement(tmp_path: Path) -> None:
    async with far_end() as system:
        where = ("--number", "404", "--at", f"{system.address[0]}:{system.port}", "--process", str(os.getpid()))
        code, said = await proof(*where, "--out", str(tmp_path))

    assert code == 1, said
    assert "the first call to 127.0.0.1" in said
    assert "404 × 1" in said
    assert not (tmp_path / "sip_proof.json").exists()
