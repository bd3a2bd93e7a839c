"""The far end is called by baresip: what each number does, as the caller sees it and as the far end records it."""

import asyncio

import numpy as np
import pytest

from contract_tests.carrier import scripts
from contract_tests.carrier.called import CalledLeg
from contract_tests.carrier.digest import Credentials
from contract_tests.carrier.far_end import FarEnd
from contract_tests.carrier.leg import Transfer
from contract_tests.carrier.measure import gaps, heard, missing, onsets, tone_level
from contract_tests.carrier.records import EndedBy
from contract_tests.carrier.scripts import Number
from contract_tests.carrier.sounds import clicks, tone
from tests.carrier.dialling import dial
from tests.carrier.peer import Peer, softphone


@pytest.mark.parametrize("status", [486, 600, 603, 607, 608, 403, 404, 480, 488, 503, 500])
async def test_a_number_that_refuses_is_understood(carrier: FarEnd, phone: Peer, status: int) -> None:
    leg = await dial(phone, carrier, str(status))
    assert (await phone.hears_of("closed"))["text"].startswith(f"{status} ")
    call = await leg.until(lambda seen: seen.received("ACK"))
    assert call.names(sent=True) == ["180 INVITE", f"{status} INVITE"]
    assert call.names(sent=False) == ["INVITE", "ACK"]
    assert call.repeats("INVITE") == 0
    assert (call.status, call.from_user) == (status, "cxb")


async def test_a_reason_of_its_own_reaches_the_caller(carrier: FarEnd, phone: Peer) -> None:
    await phone.does("dial", uri=f"sip:blocked@127.0.0.1:{carrier.port}")
    assert (await phone.hears_of("closed"))["text"].startswith("603 Network Blocked")


async def test_a_number_that_nobody_has_is_not_found(carrier: FarEnd, phone: Peer) -> None:
    await phone.does("dial", uri=f"sip:nobody@127.0.0.1:{carrier.port}")
    assert (await phone.hears_of("closed"))["text"].startswith("404 ")


async def test_sound_is_heard_and_comes_back_as_it_was_spoken(carrier: FarEnd, phone: Peer) -> None:
    spoken = tone(440, 1.0)
    leg = await dial(phone, carrier, "tone", scripts.answers(scripts.waits(0.5), scripts.says(spoken)))
    await phone.hears_of("answered")
    await phone.does("echo")
    call = await leg.until(lambda seen: tone_level(heard(seen.media)[-4000:], 440) > 6000)
    assert tone_level(await phone.heard(), 440) > 1000
    assert missing(call.media.audio) == 0
    assert call.media.junk == 0
    assert (call.media.lost, call.media.unsent) == (0, 0)
    assert float(np.median(gaps(call.media.audio))) == pytest.approx(0.02, abs=0.005)


async def test_clicks_are_told_apart(carrier: FarEnd, phone: Peer) -> None:
    leg = await dial(phone, carrier, "clicks", scripts.answers(scripts.waits(0.3), scripts.says(clicks(4, every=0.25))))
    await phone.hears_of("answered")
    await phone.does("echo")
    call = await leg.until(lambda seen: len(onsets(heard(seen.media))) == 4)
    assert np.diff(onsets(heard(call.media))) == pytest.approx(np.full(3, 0.25), abs=0.045)


async def test_it_hangs_up_after_a_while(carrier: FarEnd, phone: Peer) -> None:
    leg = await dial(phone, carrier, "short", scripts.answers(scripts.hangs_up(after=0.3)))
    assert (await phone.hears_of("closed"))["text"] == "Connection reset by peer [104]"
    call = await leg.until(lambda seen: seen.received("200 BYE"))
    assert call.ended_by is EndedBy.US
    assert call.names(sent=True) == ["180 INVITE", "200 INVITE", "BYE"]


async def test_the_caller_hangs_up(carrier: FarEnd, phone: Peer) -> None:
    leg = await dial(phone, carrier, "answer")
    await phone.hears_of("answered")
    await phone.does("hangup")
    call = await leg.until_ended()
    assert call.ended_by is EndedBy.THEM
    assert call.names(sent=False) == ["INVITE", "ACK", "BYE"]


@pytest.mark.parametrize("number", ["rings", "crosses"])
async def test_a_caller_that_gives_up(carrier: FarEnd, phone: Peer, number: str) -> None:
    leg = await dial(phone, carrier, number)
    await phone.hears_of("ringing")
    await phone.does("hangup")
    call = await leg.until_ended()
    late = number == "crosses"
    assert call.names(sent=False)[:2] == ["INVITE", "CANCEL"]
    call = await leg.until(lambda seen: seen.received("ACK") and (seen.received("BYE") or not late))
    assert call.names(sent=True)[1:3] == (["200 INVITE", "200 CANCEL"] if late else ["200 CANCEL", "487 INVITE"])
    assert call.names(sent=False) == ["INVITE", "CANCEL", "ACK", *(["BYE"] if late else [])]
    assert call.cancelled_at is not None


async def test_a_silent_one_is_asked_again_and_again(carrier: FarEnd, phone: Peer) -> None:
    leg = await dial(phone, carrier, "silent")
    call = await leg.until(lambda seen: seen.repeats("INVITE") >= 2)
    assert call.names(sent=True) == []


async def test_early_media_is_heard_before_the_answer(carrier: FarEnd, phone: Peer) -> None:
    leg = await dial(phone, carrier, "early", scripts.early_media(tone(700, 1.0), then=scripts.answers(ringing=0)))
    await phone.hears_of("progress")
    await phone.hears_of("answered")
    assert tone_level(await phone.heard(), 700) > 1000
    assert leg.seen.names(sent=True) == ["183 INVITE", "200 INVITE"]
    assert leg.seen.media.first_sent_at is not None
    assert leg.seen.answered_at is not None
    assert leg.seen.media.first_sent_at < leg.seen.answered_at


async def test_early_media_and_then_busy(carrier: FarEnd, phone: Peer) -> None:
    await dial(phone, carrier, "early", scripts.early_media(tone(480, 0.3), then=scripts.refuses(486, ringing=0)))
    assert (await phone.hears_of("closed"))["text"].startswith("486 ")


@pytest.mark.parametrize("challenge", [401, 407])
async def test_a_password_is_asked_for(carrier: FarEnd, challenge: int) -> None:
    mine = Credentials(user="trunk", password="right")
    carrier.numbers["secret"] = Number(script=scripts.answers(), credentials=mine, challenge=challenge)
    async with softphone(user="trunk", password="right") as phone:
        await dial(phone, carrier, "secret")
        await phone.hears_of("answered")
    assert f"{challenge} INVITE" in carrier.calls_to("secret")[0].names(sent=True)


async def test_a_wrong_password_is_refused(carrier: FarEnd) -> None:
    mine = Credentials(user="trunk", password="right")
    carrier.numbers["secret"] = Number(script=scripts.answers(), credentials=mine)
    async with softphone(user="trunk", password="wrong") as phone:
        await phone.does("dial", uri=f"sip:secret@127.0.0.1:{carrier.port}")
        await phone.hears_of("closed")
    assert "200 INVITE" not in carrier.calls_to("secret")[0].names(sent=True)
    assert carrier.registrar.refused == ["trunk"]


async def test_a_trusted_host_is_asked_for_no_password(carrier: FarEnd, phone: Peer) -> None:
    carrier.registrar.trusted = frozenset({"127.0.0.1"})
    mine = Credentials(user="trunk", password="right")
    carrier.numbers["secret"] = Number(script=scripts.answers(), credentials=mine)
    leg = await dial(phone, carrier, "secret")
    await phone.hears_of("answered")
    assert leg.seen.names(sent=True) == ["180 INVITE", "200 INVITE"]


async def test_hosts_that_are_not_allowed_are_refused(carrier: FarEnd, phone: Peer) -> None:
    carrier.allowed = frozenset({"127.0.0.9"})
    await phone.does("dial", uri=f"sip:answer@127.0.0.1:{carrier.port}")
    assert (await phone.hears_of("closed"))["text"].startswith("403 ")


async def test_digits_go_both_ways(carrier: FarEnd, phone: Peer) -> None:
    leg = await dial(phone, carrier, "digits", scripts.answers(scripts.waits(0.2), scripts.types("19#")))
    await phone.hears_of("answered")
    for digit in "19#":
        await phone.until(lambda told, digit=digit: told["event"] == "digit" and told["text"] == digit)  # type: ignore[misc]
    await phone.does("send_dtmf", given=["42*"])
    call = await leg.until_digits("42*")
    assert [(digit.digit, digit.by) for digit in call.media.digits] == [("4", "rtp"), ("2", "rtp"), ("*", "rtp")]
    assert all(0.05 < digit.duration < 1.0 and digit.packets > 3 for digit in call.media.digits)


@pytest.mark.parametrize("direction", ["sendonly", "inactive"])
async def test_it_holds_and_resumes(carrier: FarEnd, phone: Peer, direction: str) -> None:
    leg = await dial(phone, carrier, "hold", scripts.answers(scripts.holds(direction, lasting=0.3)))
    await phone.hears_of("held")
    await phone.hears_of("resumed")
    call = await leg.until(lambda seen: seen.names(sent=True).count("ACK") == 2)
    assert call.names(sent=True)[2:] == ["INVITE", "ACK", "INVITE", "ACK"]


async def test_it_is_held_and_stops_speaking(carrier: FarEnd, phone: Peer) -> None:
    leg = await dial(phone, carrier, "answer")
    await phone.hears_of("answered")
    await phone.does("hold")
    await leg.until(lambda seen: seen.directions)
    sent = leg.seen.media.sent
    await asyncio.sleep(0.2)
    assert leg.seen.media.sent == sent
    await phone.does("resume")
    await leg.until(lambda seen: seen.directions[-1:] == ["sendrecv"] and seen.media.sent > sent)
    assert leg.seen.directions[0] in {"sendonly", "inactive"}


@pytest.mark.parametrize(
    ("transfer", "event"),
    [
        (Transfer(), "done"),
        (Transfer(outcome=486), "failed"),
        (Transfer(outcome=603), "failed"),
        (Transfer(accepted=403), "failed"),
    ],
)
async def test_a_transfer_is_answered_as_told(carrier: FarEnd, phone: Peer, transfer: Transfer, event: str) -> None:
    async def script(leg: CalledLeg) -> None:
        leg.transfer = transfer
        await leg.answer()

    leg = await dial(phone, carrier, "transfer", script)
    await phone.hears_of("answered")
    done = await phone.does("transfer", given=["sip:agent@127.0.0.1:9"])
    assert done["event"] == event
    assert "sip:agent@127.0.0.1:9" in leg.seen.refers[0]
    assert leg.seen.names(sent=True).count("NOTIFY") == (2 if transfer.accepted == 202 else 0)


async def test_it_is_called_over_tcp(carrier: FarEnd) -> None:
    async with softphone(transport="tcp") as phone:
        leg = await dial(phone, carrier, "echo", protocol="tcp")
        await phone.hears_of("answered")
        assert leg.wire.reliable
        await phone.does("hangup")
        await leg.until_ended()


@pytest.mark.parametrize(("codec", "number"), [("pcmu", 0), ("pcma", 8)])
async def test_both_laws_are_spoken(carrier: FarEnd, codec: str, number: int) -> None:
    async with softphone(audio_codecs=[codec]) as phone:
        leg = await dial(phone, carrier, "tone", scripts.answers(scripts.waits(0.3), scripts.says(tone(440, 1.0))))
        await phone.hears_of("answered")
        await phone.does("echo")
        call = await leg.until(lambda seen: tone_level(heard(seen.media)[-4000:], 440) > 6000)
    assert {seen.packet.payload_type for seen in call.media.audio} == {number}


async def test_digits_by_info_are_told_as_such(carrier: FarEnd) -> None:
    async with softphone(dtmf_mode="info") as phone:
        leg = await dial(phone, carrier, "answer")
        await phone.hears_of("answered")
        await phone.does("send_dtmf", given=["5"])
        call = await leg.until_digits("5")
        assert [digit.by for digit in call.media.digits] == ["info"]
