"""The far end calls baresip, both the one in Python and Debian's."""

import asyncio

import pytest

from contract_tests.carrier import baresip_phone
from contract_tests.carrier.calling import CallingLeg
from contract_tests.carrier.digest import Credentials
from contract_tests.carrier.far_end import FarEnd
from contract_tests.carrier.measure import first_sound, heard, tone_level
from contract_tests.carrier.records import EndedBy
from contract_tests.carrier.sounds import tone
from tests.carrier.peer import Peer, softphone


async def answered(carrier: FarEnd, phone: Peer) -> CallingLeg:
    leg = await carrier.call("+15550100", phone.address)
    await phone.hears_of("call")
    await phone.does("answer")
    await leg.until_answered()
    return leg


async def test_a_call_rings_and_is_answered(carrier: FarEnd, phone: Peer) -> None:
    leg = await carrier.call("+15550100", phone.address, from_="+15550142")
    await leg.until_status(180)
    assert leg.seen.answered_at is None
    await phone.hears_of("call")
    await phone.does("answer")
    call = await leg.until_answered()
    times = [at for at, _ in call.statuses()]
    assert times == sorted(times)
    assert call.statuses()[-1][1] == 200
    assert [each.from_user for each in carrier.calls_to("+15550100")] == ["+15550142"]


async def test_what_a_call_was_diverted_from_is_told(carrier: FarEnd, phone: Peer) -> None:
    await carrier.call("+15550100", phone.address, diversion="+15550123", asserted="+15550124")
    told = await phone.hears_of("incoming")
    assert "+15550100" in told["headers"]["To"]
    assert "+15550123" in told["headers"]["Diversion"]
    assert "+15550124" in told["headers"]["P-Asserted-Identity"]


async def test_what_it_says_comes_back(carrier: FarEnd, phone: Peer) -> None:
    leg = await answered(carrier, phone)
    await phone.does("echo")
    await leg.say(tone(440, 1.0))
    call = await leg.until(lambda seen: tone_level(heard(seen.media)[-4000:], 440) > 4000)
    begun, sounded = call.media.first_sent_at, first_sound(call.media)
    assert begun is not None
    assert sounded is not None
    assert begun < sounded


async def test_digits_reach_the_phone(carrier: FarEnd, phone: Peer) -> None:
    leg = await answered(carrier, phone)
    await leg.type_digits("7#")
    await phone.until(lambda told: told["event"] == "digit" and told["text"] == "#")
    assert [told["text"] for told in phone.told if told["event"] == "digit" and told["text"]][:2] == ["7", "#"]


async def test_either_hangs_up(carrier: FarEnd, phone: Peer) -> None:
    leg = await answered(carrier, phone)
    assert await leg.hang_up() == 200
    await phone.hears_of("closed")
    second = await carrier.call("+15550100", phone.address)
    await phone.hears_of("call", call=2)
    await phone.does("answer", call=2)
    await second.until_answered()
    await phone.does("hangup", call=2)
    assert (await second.until_ended()).ended_by is EndedBy.THEM


async def test_a_call_is_given_up_while_it_rings(carrier: FarEnd, phone: Peer) -> None:
    leg = await carrier.call("+15550100", phone.address)
    await leg.until_status(180)
    assert await leg.cancel() == 487
    await phone.hears_of("closed")


async def test_a_call_is_refused(carrier: FarEnd, phone: Peer) -> None:
    leg = await carrier.call("+15550100", phone.address)
    await phone.hears_of("call")
    await phone.does("reject")
    assert (await leg.until_ended()).status == 486
    with pytest.raises(TimeoutError, match="never answered"):
        await leg.until_answered()


async def test_a_call_over_tcp(carrier: FarEnd) -> None:
    async with softphone(transport="tcp") as phone:  # an account takes calls over its own transport only
        leg = await carrier.call("+15550100", phone.address, protocol="tcp")
        await phone.hears_of("call")
        await phone.does("answer")
        await leg.until_answered()
        assert await leg.hang_up() == 200


async def test_it_holds_the_phone_and_takes_it_back(carrier: FarEnd, phone: Peer) -> None:
    leg = await answered(carrier, phone)
    assert await leg.hold("inactive") == 200
    await phone.hears_of("held")
    assert await leg.resume() == 200
    await phone.hears_of("resumed")


async def test_nobody_there_is_408(carrier: FarEnd) -> None:
    carrier.place.transactions.t1 = 0.01
    leg = await carrier.call("+15550100", ("127.0.0.1", 9))
    assert (await leg.until_ended()).status == 408
    assert len([seen for seen in leg.seen.messages if seen.sent and seen.again]) >= 6


async def test_phones_register_with_a_password_and_are_called_there(carrier: FarEnd) -> None:
    mine = baresip_account(carrier)
    async with softphone(**mine, password="right") as phone:
        assert (await phone.does("register"))["event"] == "done"
        now = asyncio.get_running_loop().time()
        host, port, _ = carrier.registrar.where("agent", now)
        assert (host, port) == phone.address
        leg = await carrier.call("agent", (host, port))
        await leg.until_status(180)


async def test_a_phone_with_a_wrong_password_is_not_registered(carrier: FarEnd) -> None:
    async with softphone(**baresip_account(carrier), password="wrong") as phone:
        assert (await phone.does("register"))["event"] == "failed"
    assert carrier.registrar.bindings == {}
    assert "agent" in carrier.registrar.refused


async def test_a_trusted_host_registers_without_a_password(carrier: FarEnd) -> None:
    mine = baresip_account(carrier)
    carrier.registrar.trusted = frozenset({"127.0.0.1"})
    async with softphone(**mine, password="wrong") as phone:
        assert (await phone.does("register"))["event"] == "done"
    assert [seen.name for seen in carrier.outside if seen.sent].count("401 REGISTER") == 0


def baresip_account(carrier: FarEnd) -> dict[str, object]:
    carrier.registrar.accounts = {"agent": Credentials(user="agent", password="right")}
    return {"user": "agent", "domain": f"127.0.0.1:{carrier.port}", "reg_interval": 60}


@pytest.mark.usefixtures("with_baresip")
async def test_debians_baresip_answers_speaks_and_listens(carrier: FarEnd) -> None:
    async with baresip_phone.baresip_phone(tone(600, 3.0)) as phone:
        leg = await carrier.call(baresip_phone.USER, phone.address)
        await leg.until_answered()
        await leg.say(tone(440, 1.0))
        call = await leg.until_heard(1.0)
        assert tone_level(heard(call.media)[:8000], 600) > 6000
        assert await leg.hang_up() == 200
        assert tone_level((await phone.heard())[:12000], 440) > 3000
