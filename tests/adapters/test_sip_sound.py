"""What is heard and pressed in calls by SIP, both ways, and what must not disturb it."""

import asyncio
from collections.abc import AsyncIterator

import numpy as np
import pytest

from adapters.sip import call as sip_call
from adapters.sip import stack as sip_stack
from adapters.sip.line import OLD
from contract_tests.backends.sip import SipWorld, sip_world
from contract_tests.carrier import scripts
from contract_tests.carrier.called import CalledLeg
from contract_tests.carrier.hostile import BROKEN, rtp_junk, sip_junk
from contract_tests.carrier.leg import Transfer
from contract_tests.carrier.measure import heard, level, missing, onsets, tone_level
from contract_tests.carrier.sounds import clicks, silence, tone
from contract_tests.carrier.speaker import Trouble
from domain.calls.audio import FRAME_SECONDS, RATE
from domain.routing.sip import Codec
from ports.audio_links import Heard
from ports.errors import Unavailable
from ports.telephony import HangUp
from tests.adapters.sip_party import Carried, calling, speak, wide_level, wide_tone

TO, OTHER = "+15557000001", "+15557000002"


@pytest.fixture
async def world() -> AsyncIterator[SipWorld]:
    async with sip_world() as opened:
        yield opened


async def answered(world: SipWorld, carried: Carried, to: str = TO) -> CalledLeg:
    await carried.party.met.wait()
    return await world.far.called(to)


def seams(sound: np.ndarray, hertz: float) -> float:
    """The largest jump that a pure tone does not have, as a share of its own."""
    steps = np.abs(np.diff(sound.astype(np.float64)))
    peak = float(np.abs(sound).max())
    return float(steps.max()) / (2 * np.pi * hertz / RATE * peak)


@pytest.mark.parametrize("codec", [Codec.PCMU, Codec.PCMA])
async def test_a_tone_arrives_in_the_room_as_it_was_without_seams(codec: Codec) -> None:
    async with sip_world(codecs=(codec,)) as world:
        world.far.number(TO, scripts.answers(scripts.says(tone(440, 2.0))))
        async with calling(world, TO) as carried:
            await carried.party.met.wait()
            sound = (await carried.party.hears(1.5))[RATE // 2 :]

    stretches = [sound[at : at + RATE // 4] for at in range(0, len(sound) - RATE // 4, RATE // 50)]
    whole = [each for each in stretches if wide_level(each, 440) == pytest.approx(8000, rel=0.05)]
    assert whole, "a quarter of a second of which a busy machine has lost nothing"
    assert min(seams(each, 440) for each in whole) < 1.6


@pytest.mark.parametrize("codec", [Codec.PCMU, Codec.PCMA])
async def test_a_tone_of_the_room_arrives_at_the_phone(codec: Codec) -> None:
    async with sip_world(codecs=(codec,)) as world:
        world.far.number(TO, scripts.answers())
        async with calling(world, TO) as carried:
            leg = await answered(world, carried)
            await speak(carried.party.core, wide_tone(700, 1.5))
            seen = await leg.until(lambda seen: tone_level(heard(seen.media)[-4000:], 700) > 6000)

    assert missing(seen.media.audio) == 0
    assert tone_level(heard(seen.media)[-4000:], 700) == pytest.approx(8000, rel=0.2)


async def test_two_who_speak_at_once_are_both_heard(world: SipWorld) -> None:
    world.far.number(TO, scripts.answers())
    async with calling(world, TO) as carried:
        leg = await answered(world, carried)
        other = await carried.party.join("dialler")
        async with asyncio.TaskGroup() as group:
            group.create_task(speak(carried.party.core, wide_tone(700, 1.5)))
            group.create_task(speak(other, wide_tone(1100, 1.5)))
            await leg.until(
                lambda seen: min(tone_level(heard(seen.media)[-4000:], hertz) for hertz in (700, 1100)) > 6000
            )


async def test_what_is_above_the_telephones_band_does_not_fold_into_it(world: SipWorld) -> None:
    world.far.number(TO, scripts.answers())
    async with calling(world, TO) as carried:
        leg = await answered(world, carried)
        await speak(carried.party.core, wide_tone(6000, 0.5))
        await speak(carried.party.core, wide_tone(700, 0.5))
        seen = await leg.until(lambda seen: tone_level(heard(seen.media)[-2000:], 700) > 6000)

    assert max(tone_level(heard(seen.media)[at : at + 2000], 2000) for at in range(0, 8000, 1000)) < 100


async def test_what_is_cut_off_in_the_room_is_cut_off_at_the_phone(world: SipWorld) -> None:
    world.far.number(TO, scripts.answers())
    async with calling(world, TO) as carried:
        leg = await answered(world, carried)
        talking = asyncio.ensure_future(speak(carried.party.core, wide_tone(700, 30.0)))
        await leg.until(lambda seen: tone_level(heard(seen.media)[-2000:], 700) > 6000)
        talking.cancel()
        carried.party.core.flush()
        cut = asyncio.get_running_loop().time()
        seen = await leg.until(lambda seen: level(heard(seen.media)[-1600:]) < 100)

    loud = [each.at for each in seen.media.audio if len(set(each.packet.payload)) > 2]
    assert loud[-1] - cut < 0.25, "60 ms wait in the room and at most as much in the stack"


async def test_silence_does_not_come_into_the_room_and_soft_onsets_do(world: SipWorld) -> None:
    soft = (tone(440, 1.0, level=300) * np.linspace(0, 1, 8000)).astype(np.int16)
    world.far.number(TO, scripts.answers(scripts.waits(1.0), scripts.says(np.concatenate((soft, silence(1.0))))))
    async with calling(world, TO) as carried:
        leg = await answered(world, carried)
        await leg.until(lambda seen: seen.media.sent > 40)
        times: list[float] = []
        sound = bytearray()
        async with asyncio.timeout(15.0):
            async for event in carried.party.core.events():
                if isinstance(event, Heard):
                    times.append(event.at)
                    sound += event.frame.pcm
                if len(times) >= 55 or (times and carried.party.core.clock() > times[0] + 3.0):
                    break

    assert times[0] > 0.9, "the first second is silence"
    assert len(times) * 0.02 == pytest.approx(1.3, abs=0.25)
    first = np.frombuffer(bytes(sound), "<i2")[: RATE // 20]
    assert np.abs(first).max() < 60, "it begins as softly as it was spoken"


async def test_keys_come_and_go_in_their_order(world: SipWorld) -> None:
    keys = "0123456789*#"
    world.far.number(TO, scripts.answers(scripts.types(keys[:4] + "ABCD" + keys[4:])))
    async with calling(world, TO) as carried:
        leg = await answered(world, carried)
        for key in keys:
            await carried.party.core.press(key)
        assert await carried.party.digits(len(keys)) == keys
        seen = await leg.until_digits(keys)

    assert "".join(digit.digit for digit in seen.media.digits) == keys


async def test_a_call_that_is_held_goes_on_afterwards(world: SipWorld) -> None:
    world.far.number(TO, scripts.answers(scripts.holds(lasting=0.3), scripts.says(tone(440, 20.0))))
    async with calling(world, TO) as carried:
        leg = await answered(world, carried)
        talking = asyncio.ensure_future(speak(carried.party.core, wide_tone(700, 20.0)))
        await leg.until(lambda seen: len(seen.received("200 INVITE")) >= 2 and not seen.received("BYE"))
        assert wide_level((await carried.party.hears(0.5))[-4000:], 440) > 6000
        await leg.until(lambda seen: tone_level(heard(seen.media)[-4000:], 700) > 6000)
        talking.cancel()
        assert not carried.leg.done()


async def test_a_call_whose_packets_stop_is_over(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sip_stack, "RTP_TIMEOUT", 1)
    async with sip_world() as world:
        world.far.number(TO, scripts.answers(scripts.waits(0.2), scripts.stops_rtp))
        async with calling(world, TO) as carried:
            end = await carried.end()

    assert (end.status, end.reason, end.by) == (200, "rtp timeout", HangUp.NETWORK)


async def test_a_trunk_that_never_says_anything_is_told_as_408(world: SipWorld) -> None:
    world.far.number(TO, scripts.silent)
    async with calling(world, TO) as carried:
        end = await carried.end(within=60.0)

    assert (end.status, end.by) == (408, HangUp.NETWORK)


async def test_a_refer_of_which_nobody_says_what_became_is_unknown(
    world: SipWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sip_call, "REFER_SECONDS", 0.3)
    world.far.number(TO, scripts.answers())
    async with calling(world, TO) as carried:
        leg = await answered(world, carried)
        leg.transfer = Transfer(after=60.0)
        assert carried.party.refer is not None
        with pytest.raises(Unavailable):
            await carried.party.refer(OTHER)
        assert not carried.leg.done()


async def test_messages_that_come_twice_are_taken_once() -> None:
    async with sip_world(copies=2) as world:
        world.far.number(TO, scripts.answers(scripts.waits(0.2), scripts.hangs_up()))
        async with calling(world, TO) as carried:
            end = await carried.end()

    assert end.by is HangUp.CALLEE
    assert carried.party.said == ["ringing", "answered"]


async def test_a_call_goes_on_unharmed_beside_one_that_is_broken_in_every_way(world: SipWorld) -> None:
    world.far.number(TO, scripts.answers(scripts.says(clicks(40, every=0.25))))
    world.far.number(OTHER, scripts.mumbles(then=scripts.answers(scripts.floods(), scripts.hangs_up())))
    async with calling(world, TO) as good, calling(world, OTHER, "call_2") as bad:
        leg = await answered(world, good)
        for data in BROKEN.values():
            await world.far.send_raw(data, world.here)
        for data in sip_junk(world.far.place.chance, 300):
            await world.far.send_raw(data, world.here)
        assert (await bad.end()).by is HangUp.CALLEE
        await speak(good.party.core, wide_tone(700, 0.5))
        await leg.until(lambda seen: tone_level(heard(seen.media)[-2000:], 700) > 6000)
        await good.party.hears(0.5)

        assert not good.leg.done()
        assert missing(leg.seen.media.audio) == 0


async def test_packets_that_are_lost_swapped_or_nonsense_do_no_harm(world: SipWorld) -> None:
    trouble = scripts.over(Trouble(loss=0.05, swap=0.1))
    world.far.number(TO, scripts.answers(trouble, scripts.says(tone(440, 20.0))))
    async with calling(world, TO) as carried:
        leg = await answered(world, carried)
        await carried.party.hears(0.3)  # a stream that junk comes before is another matter (docs/adr/0011)
        await scripts.flood(leg.media.send, rtp_junk(leg.place.chance, 300))
        sound = await carried.party.hears(1.0)

    stretches = [sound[at : at + RATE // 4] for at in range(0, len(sound) - RATE // 4, RATE // 20)]
    assert max(wide_level(each, 440) for each in stretches) > 4000, "a busy machine loses more than that"


async def test_sound_says_when_it_was_spoken(world: SipWorld) -> None:
    """Later than it was sent by what the network takes, which is nothing here, and a moment of ours."""
    world.far.number(TO, scripts.answers())
    async with calling(world, TO) as carried:
        leg = await answered(world, carried)
        playback = leg.play(np.concatenate((tone(300, 0.5, level=200), clicks(8, every=0.25))))
        offset = asyncio.get_running_loop().time() - carried.party.core.clock()
        found: list[float] = []
        async with asyncio.timeout(15.0):
            async for event in carried.party.core.events():
                if isinstance(event, Heard) and np.abs(np.frombuffer(event.frame.pcm, "<i2")).max() > 8000:
                    assert event.frame.began is not None
                    assert event.at - event.frame.began >= OLD - 0.001
                    found.append(event.frame.began + offset)
                if len(found) >= 8:
                    break

    assert playback.began_at is not None
    sent = [playback.began_at + 0.5 + 0.25 * n for n in range(8)]
    late = [began - (at - FRAME_SECONDS) for began, at in zip(found, sent, strict=True)]
    assert -0.03 < float(np.median(late)) < 0.06


async def test_clicks_come_back_soon(world: SipWorld) -> None:
    """The way from the phone into the room and back again, as long as people may have to wait for one another."""
    world.far.number(TO, scripts.answers())
    async with calling(world, TO) as carried:
        leg = await answered(world, carried)
        echoing = asyncio.ensure_future(echo(carried))
        playback = leg.play(np.concatenate((tone(300, 0.5, level=200), clicks(8, every=0.25))))
        await playback.done.wait()
        seen = await leg.until(lambda seen: len(onsets(heard(seen.media))) >= 8)
        echoing.cancel()

    assert playback.began_at is not None
    began = seen.media.audio[0].at
    delays = [began + at - (playback.began_at + 0.5 + 0.25 * n) for n, at in enumerate(onsets(heard(seen.media)))]
    assert 0.0 < float(np.median(delays)) < 0.4


async def echo(carried: Carried) -> None:
    async for event in carried.party.core.events():
        if isinstance(event, Heard):
            await carried.party.core.speak(event.frame)
