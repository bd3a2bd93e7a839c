"""The far end as a bad network and a broken carrier, and baresip in the middle of it."""

import asyncio

import pytest

from contract_tests.carrier import scripts
from contract_tests.carrier.called import CalledLeg
from contract_tests.carrier.far_end import FarEnd, far_end
from contract_tests.carrier.hostile import BODIES, SPOILS
from contract_tests.carrier.records import EndedBy
from contract_tests.carrier.sounds import silence, tone
from contract_tests.carrier.speaker import Trouble
from tests.carrier.dialling import dial
from tests.carrier.peer import Peer


async def test_it_falls_silent_and_its_silence_is_on_record(carrier: FarEnd, phone: Peer) -> None:
    leg = await dial(phone, carrier, "dead", scripts.answers(scripts.waits(0.2), scripts.stops_rtp))
    await phone.hears_of("answered")
    await leg.until(lambda _seen: not leg.media.speaker.on)
    sent = leg.seen.media.sent
    assert sent > 0
    await asyncio.sleep(0.2)
    assert leg.seen.media.sent == sent


async def test_a_flood_of_junk_ends_no_call(carrier: FarEnd, phone: Peer) -> None:
    said = scripts.says(tone(440, 0.5))
    leg = await dial(phone, carrier, "flood", scripts.answers(scripts.floods(count=300), said, scripts.hangs_up()))
    await phone.hears_of("answered")
    await phone.hears_of("closed")
    assert leg.seen.ended_by is EndedBy.US
    assert leg.seen.received("200 BYE")


async def test_a_network_that_doubles_everything_makes_one_call(phone: Peer) -> None:
    async with far_end(copies=2) as carrier:
        leg = await dial(phone, carrier, "twice", scripts.answers(scripts.hangs_up(after=0.2)))
        await phone.hears_of("closed")
        call = await leg.until(lambda seen: seen.repeats("200 BYE"))
        assert call.names(sent=False) == ["INVITE", "ACK", "200 BYE"]
        assert len(carrier.calls) == 1


async def test_broken_messages_of_no_call_are_passed_over(carrier: FarEnd, phone: Peer) -> None:
    await dial(phone, carrier, "mumbles", scripts.mumbles(then=scripts.refuses(486)))
    assert (await phone.hears_of("closed"))["text"].startswith("486 ")


@pytest.mark.parametrize("name", SPOILS)
async def test_an_answer_that_was_spoiled_leaves_no_call_behind(carrier: FarEnd, phone: Peer, name: str) -> None:
    """Most are passed over. Of a 180 whose dialog it cannot make, and of a status of four digits, baresip takes it
    that the call is over, and says so with what it was told: "180 Ringing", "1800 Ringing"."""

    async def refuses_later(leg: CalledLeg) -> None:
        await asyncio.sleep(0.1)
        leg.refuse(486)

    leg = await dial(phone, carrier, "spoils", scripts.spoils(name, then=refuses_later))
    closed = await phone.hears_of("closed")
    given_up = dict.fromkeys(("no Call-ID", "a CSeq too large"), "180 Ringing")
    given_up["a status of four digits"] = "1800 Ringing"
    assert closed["text"] == given_up.get(name, "486 Busy Here")
    await leg.until(lambda seen: seen.received("ACK") and seen.ended_at)


async def test_losses_are_those_that_were_asked_for(carrier: FarEnd, phone: Peer) -> None:
    bad = scripts.over(Trouble(loss=0.2, swap=0.1))
    leg = await dial(phone, carrier, "bad", scripts.answers(bad, scripts.says(silence(2)), scripts.hangs_up()))
    await phone.hears_of("closed")
    media = leg.seen.media
    assert 0.1 < media.lost / (media.lost + media.sent) < 0.3
    assert media.swapped > 0


@pytest.mark.parametrize("name", sorted(set(BODIES) - {"huge"}))
async def test_an_answer_that_describes_nothing_brings_no_audio(carrier: FarEnd, phone: Peer, name: str) -> None:
    """For baresip it is an answered call all the same, which nobody but its user ends."""
    leg = await dial(phone, carrier, "bad", scripts.answers(body=BODIES[name]))
    await leg.until(lambda seen: seen.acknowledged_at)
    await phone.does("hangup")
    call = await leg.until_ended()
    assert call.ended_by is EndedBy.THEM
    assert call.media.audio == []
