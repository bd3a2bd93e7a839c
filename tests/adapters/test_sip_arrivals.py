"""Calls that come in by SIP, as the far end and the exchange see them."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from contract_tests.backends.phone_world import TRUNK, order
from contract_tests.backends.sip import SipWorld, account, sip_world
from contract_tests.carrier.calling import CallingLeg
from contract_tests.carrier.digest import Credentials
from contract_tests.carrier.measure import heard, tone_level
from contract_tests.carrier.records import EndedBy
from contract_tests.carrier.registrar import Registrar
from contract_tests.carrier.sounds import tone
from contract_tests.carrier.tasks import PATIENCE
from domain.ids import TrunkId
from ports.audio_links import Left
from ports.carrier import Arrival, Incoming
from ports.errors import Refused
from ports.telephony import HangUp
from tests.adapters.sip_party import Carried, Party, speak, wide_level, wide_tone

DID = "+15558000001"
US = Credentials(user="cxb", password="a password")


@pytest.fixture
async def world() -> AsyncIterator[SipWorld]:
    async with sip_world() as opened:
        yield opened


async def came(world: SipWorld) -> Incoming:
    async with asyncio.timeout(PATIENCE):
        return await anext(world.carrier.arrivals())


@asynccontextmanager
async def taken(world: SipWorld, call: CallingLeg) -> AsyncIterator[Carried]:
    """It rings with us, and is carried; what is left of it is cancelled at the end."""
    incoming, party = await came(world), Party()
    leg = asyncio.ensure_future(incoming.carry(party))
    try:
        await call.until_status(180)
        yield Carried(party, leg)
    finally:
        leg.cancel()
        await asyncio.wait([leg])


async def test_a_call_rings_until_it_is_wanted_and_both_hear_one_another(world: SipWorld) -> None:
    call = await world.far.call(DID, world.here)
    async with taken(world, call) as carried:
        assert [status for _, status in call.seen.statuses()] == [180]
        carried.party.want.set()
        await call.until_answered()
        await carried.party.met.wait()
        call.play(tone(440, 1.0))
        assert wide_level((await carried.party.hears(0.8))[-8000:], 440) > 6000
        await speak(carried.party.core, wide_tone(700, 1.0))
        await call.until(lambda seen: tone_level(heard(seen.media)[-4000:], 700) > 6000)

        await call.hang_up()
        end = await carried.end()

    assert (end.status, end.by) == (200, HangUp.CALLEE)
    assert not call.seen.received("INVITE"), "a re-INVITE right after the answer confuses carriers"


async def test_a_caller_who_gives_up_ends_it_with_487(world: SipWorld) -> None:
    call = await world.far.call(DID, world.here)
    async with taken(world, call) as carried:
        assert await call.cancel() == 487
        end = await carried.end()

    assert (end.status, end.by) == (487, HangUp.CALLEE)
    assert carried.party.said == []


async def test_a_call_that_is_not_wanted_gets_the_busy_tone_before_it_returns(world: SipWorld) -> None:
    call = await world.far.call(DID, world.here)
    async with taken(world, call) as carried:
        await asyncio.sleep(0)  # a task that never began would be cancelled without its carrier
        await carried.cancel()
        assert (await call.until_ended()).status == 486


async def test_ending_an_answered_call_sends_bye(world: SipWorld) -> None:
    call = await world.far.call(DID, world.here)
    async with taken(world, call) as carried:
        carried.party.want.set()
        await carried.party.met.wait()
        await carried.cancel()
        assert (await call.until_ended()).ended_by is EndedBy.THEM
        await carried.party.until(Left)


async def test_a_call_that_nobody_carries_is_turned_away(world: SipWorld) -> None:
    call = await world.far.call(DID, world.here)
    assert (await call.until_ended(within=30.0)).status == 486


async def test_a_call_from_an_address_of_no_trunk_is_turned_away_whatever_it_says_of_itself(world: SipWorld) -> None:
    world.desk.known = [account(world.far.port, host="127.0.0.9")]
    await relearned(world)
    call = await world.far.call(DID, world.here, asserted="+15559990001")

    assert (await call.until_ended()).status == 486
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.1):
            await anext(world.carrier.arrivals())


@pytest.mark.parametrize("trusted", ["127.0.0.1", "127.0.0.0/24"])
async def test_a_call_from_a_trusted_network_belongs_to_its_trunk(world: SipWorld, trusted: str) -> None:
    other = TrunkId("trunk_with_many_gateways")
    world.desk.known = [
        account(world.far.port, host="127.0.0.9"),
        account(9, trunk=other, host="127.0.0.8", trusted=(trusted,)),
    ]
    await relearned(world)
    await world.far.call(DID, world.here)

    assert (await came(world)).arrival.trunk_id == other


async def test_a_call_to_the_contact_that_we_registered_is_to_whom_it_names() -> None:
    registrar = Registrar(accounts={US.user: US})
    async with sip_world(registrar=registrar, username=US.user, password=US.password, register=True) as world:
        await world.far.news.until(lambda: US.user in registrar.bindings, PATIENCE, lambda: str(world.far.outside))
        contact = registrar.bindings[US.user].contact.removeprefix("sip:").partition("@")[0]
        await world.far.call(contact, world.here)

        assert (await came(world)).arrival.trunk_id == TRUNK


@pytest.mark.parametrize(
    ("said", "asserted", "known"),
    [
        ("+15559990001", "", "+15559990001"),
        ("+15559990001", "+15559990002", "+15559990002"),
        ("0015559990001", "", "+15559990001"),
        ("15559990001", "", "+15559990001"),
        ("5559990001", "", "5559990001"),
        ("anonymous", "+15559990002", ""),
    ],
)
async def test_who_calls_is_told_as_far_as_it_can_be(world: SipWorld, said: str, asserted: str, known: str) -> None:
    await world.far.call(DID, world.here, from_=said, asserted=asserted)

    assert (await came(world)).arrival == Arrival(trunk_id=TRUNK, number=DID, caller=known)


@pytest.mark.parametrize(
    ("called", "number"), [("15558000001", DID), ("0015558000001", DID), ("reception", "reception")]
)
async def test_what_was_called_is_told_as_far_as_it_can_be(world: SipWorld, called: str, number: str) -> None:
    await world.far.call(called, world.here)

    assert (await came(world)).arrival.number == number


async def test_calls_come_over_tcp(world: SipWorld) -> None:
    call = await world.far.call(DID, world.here, protocol="tcp")
    async with taken(world, call) as carried:
        carried.party.want.set()
        await call.until_answered()
        await call.hang_up()
        assert (await carried.end()).by is HangUp.CALLEE


async def relearned(world: SipWorld) -> None:
    """The carrier has asked the desk again, as it does for a trunk that it does not know."""
    with pytest.raises(Refused):
        await world.carrier.carry(order("call_1", DID, trunk=TrunkId("trunk_of_nobody")), Party())
