"""Calls that we place by SIP, as the far end and the exchange see them."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from contract_tests.backends.phone_world import TRUNK, order
from contract_tests.backends.sip import SipWorld, account, sip_world
from contract_tests.carrier import scripts
from contract_tests.carrier.digest import Credentials
from contract_tests.carrier.leg import Transfer
from contract_tests.carrier.records import EndedBy
from contract_tests.carrier.registrar import Registrar
from contract_tests.carrier.scripts import Number
from contract_tests.carrier.sounds import tone
from domain.calls.outcome import Outcome
from domain.calls.sip_outcome import BY_STATUS, outcome_of_status
from domain.ids import TrunkId
from domain.routing.sip import CallerIn, Codec, SipTransport
from ports.errors import Refused, Unavailable
from ports.telephony import REFERRED, HangUp
from tests.adapters.sip_party import Party, called, calling

TO = "+15557000001"
US = Credentials(user="cxb", password="a password; with marks!")


@pytest.fixture
async def world() -> AsyncIterator[SipWorld]:
    async with sip_world() as opened:
        yield opened


CALLEE_SAYS = {486, 600, 603, 607}


@pytest.mark.parametrize("status", sorted({*BY_STATUS, 400, 500} - {401, 407, 487}))
async def test_every_final_status_comes_through_with_its_reason(world: SipWorld, status: int) -> None:
    world.far.number(TO, scripts.refuses(status, f"Reason of {status}", ringing=0))

    end = await called(world, TO)

    assert (end.status, end.reason) == (status, f"Reason of {status}")
    assert end.by is (HangUp.CALLEE if status in CALLEE_SAYS else HangUp.NETWORK)
    call = await (await world.far.called(TO)).until(lambda seen: seen.received("ACK"))
    assert call.names(sent=False) == ["INVITE", "ACK"]


async def test_a_call_that_the_network_blocks_is_told_from_one_that_a_person_declines(world: SipWorld) -> None:
    world.far.numbers[TO] = scripts.BLOCKED

    end = await called(world, TO)

    assert end.by is HangUp.NETWORK
    assert outcome_of_status(end.status, end.reason) is Outcome.BLOCKED


async def test_fifty_refusals_at_once_are_all_heard_of(world: SipWorld) -> None:
    world.far.number(TO, scripts.refuses(486, ringing=0))

    async with asyncio.TaskGroup() as group:
        legs = [group.create_task(world.carrier.carry(order(f"call_{n}", TO), Party())) for n in range(50)]

    assert [leg.result().status for leg in legs] == [486] * 50


async def test_giving_up_while_it_rings_sends_cancel_before_it_returns(world: SipWorld) -> None:
    world.far.number(TO, scripts.rings)
    async with calling(world, TO) as carried:
        await carried.party.rang.wait()
        await carried.cancel()
        call = await (await world.far.called(TO)).until(lambda seen: seen.received("ACK"))

    assert call.status == 487
    assert call.names(sent=False) == ["INVITE", "CANCEL", "ACK"]
    assert carried.party.said == ["ringing"]


async def test_an_answer_that_crosses_our_cancel_is_hung_up(world: SipWorld) -> None:
    world.far.number(TO, scripts.crosses_cancel)
    async with calling(world, TO) as carried:
        await carried.party.rang.wait()
        await carried.cancel()
        call = await (await world.far.called(TO)).until_ended()

    assert call.ended_by is EndedBy.THEM
    assert call.names(sent=False) == ["INVITE", "CANCEL", "ACK", "BYE"]


@pytest.mark.parametrize("steps", [0, 1, 2, 3])
async def test_giving_up_at_any_moment_leaves_no_call_behind(world: SipWorld, steps: int) -> None:
    world.far.number(TO, scripts.answers(ringing=0))
    async with calling(world, TO) as carried:
        for _ in range(steps):
            await asyncio.sleep(0.002)
        carried.leg.cancel()
        await asyncio.wait([carried.leg])

    for leg in tuple(world.far.legs.values()):
        await leg.until_ended()


async def test_hanging_up_an_answered_call_sends_bye_before_it_returns(world: SipWorld) -> None:
    world.far.number(TO, scripts.answers())
    async with calling(world, TO) as carried:
        await carried.party.met.wait()
        await carried.cancel()
        call = await (await world.far.called(TO)).until_ended()

    assert call.names(sent=False) == ["INVITE", "ACK", "BYE"]


async def test_the_end_of_the_room_hangs_up(world: SipWorld) -> None:
    world.far.number(TO, scripts.answers())
    async with calling(world, TO) as carried:
        await carried.party.met.wait()
        await carried.party.close()
        assert (await carried.end()).by is HangUp.US
        assert (await (await world.far.called(TO)).until_ended()).ended_by is EndedBy.THEM


async def test_the_callee_hangs_up(world: SipWorld) -> None:
    world.far.number(TO, scripts.answers(scripts.hangs_up(after=0.2)))

    end = await called(world, TO)

    assert (end.status, end.by) == (200, HangUp.CALLEE)


async def test_digest_is_answered_by_the_trunks_user_though_from_is_the_callers_number() -> None:
    async with sip_world(username=US.user, password=US.password) as world:
        for challenge in (401, 407):
            world.far.numbers[TO] = Number(script=scripts.refuses(486), credentials=US, challenge=challenge)
            assert (await called(world, TO)).status == 486
        assert {call.from_user for call in world.far.calls.values()} == {"+15550199999"}


async def test_a_wrong_password_is_the_trunks_fault() -> None:
    async with sip_world(username=US.user, password="another") as world:
        world.far.numbers[TO] = Number(script=scripts.refuses(486), credentials=US)

        end = await called(world, TO)

    assert end.by is HangUp.NETWORK
    assert outcome_of_status(end.status, end.reason) is Outcome.TRUNK_FAULT


async def test_a_trunk_that_wants_it_has_us_registered_until_we_stop() -> None:
    registrar = Registrar(accounts={US.user: US})
    async with sip_world(registrar=registrar, username=US.user, password=US.password, register=True) as world:
        await world.far.news.until(lambda: US.user in registrar.bindings, 15.0, lambda: str(world.far.outside))

    assert not registrar.bindings


@pytest.mark.parametrize("caller_in", [CallerIn.ASSERTED, CallerIn.PREFERRED])
async def test_the_callers_number_has_a_header_of_its_own_where_the_trunk_wants_that(caller_in: CallerIn) -> None:
    async with sip_world(username=US.user, caller_in=caller_in) as world:
        world.far.number(TO, scripts.refuses(486))
        await called(world, TO)
        (call,) = world.far.calls_to(TO)

    name = {CallerIn.ASSERTED: "P-Asserted-Identity", CallerIn.PREFERRED: "P-Preferred-Identity"}[caller_in]
    assert call.from_user == US.user
    assert call.received("INVITE")[0].message.first(name) == "<sip:+15550199999@127.0.0.1>"


async def test_calls_go_over_tcp() -> None:
    async with sip_world(transport=SipTransport.TCP) as world:
        world.far.number(TO, scripts.answers(scripts.hangs_up(after=0.1)))
        assert (await called(world, TO)).by is HangUp.CALLEE
        (call,) = world.far.calls_to(TO)

    assert "SIP/2.0/TCP" in call.received("INVITE")[0].message.first("Via")


@pytest.mark.parametrize("codecs", [(Codec.PCMA, Codec.PCMU), (Codec.PCMU,)])
async def test_codecs_are_offered_in_the_trunks_order(codecs: tuple[Codec, ...]) -> None:
    async with sip_world(codecs=codecs) as world:
        world.far.number(TO, scripts.refuses(486))
        await called(world, TO)
        (call,) = world.far.calls_to(TO)

    numbers = " ".join({Codec.PCMU: "0", Codec.PCMA: "8"}[codec] for codec in codecs)
    assert f" RTP/AVP {numbers} 101\r\n".encode() in call.received("INVITE")[0].message.body


async def test_sound_before_the_answer_is_ringing_and_heard_by_nobody(world: SipWorld) -> None:
    world.far.number(TO, scripts.early_media(tone(440, 0.5), then=scripts.refuses(480, ringing=0)))
    async with calling(world, TO) as carried:
        end = await carried.end()

    assert end.status == 480
    assert carried.party.said == ["ringing"]


async def test_a_referred_call_ends_as_that(world: SipWorld) -> None:
    world.far.number(TO, scripts.answers())
    async with calling(world, TO) as carried:
        await carried.party.met.wait()
        assert carried.party.refer is not None
        await carried.party.refer("+15557000002")
        end = await carried.end()
        (call,) = world.far.calls_to(TO)

    assert (end.status, end.reason, end.by) == (200, REFERRED, HangUp.US)
    assert "sip:+15557000002@127.0.0.1" in call.refers[0]


@pytest.mark.parametrize(
    ("transfer", "reason"),
    [
        (Transfer(accepted=603), "sip_603"),
        (Transfer(accepted=405), "not_offered"),
        (Transfer(accepted=501), "not_offered"),
        (Transfer(outcome=486), "sip_486"),
    ],
)
async def test_a_call_whose_refer_is_refused_goes_on(world: SipWorld, transfer: Transfer, reason: str) -> None:
    world.far.number(TO, scripts.answers())
    async with calling(world, TO) as carried:
        await carried.party.met.wait()
        (await world.far.called(TO)).transfer = transfer
        assert carried.party.refer is not None
        with pytest.raises(Refused) as refused:
            await carried.party.refer("+15557000002")
        assert not carried.leg.done()

    assert refused.value.reason == reason


async def test_a_call_that_ends_before_anybody_says_what_became_of_its_refer_is_unknown(world: SipWorld) -> None:
    world.far.number(TO, scripts.answers(scripts.hangs_up(after=0.3)))
    async with calling(world, TO) as carried:
        await carried.party.met.wait()
        (await world.far.called(TO)).transfer = Transfer(after=30.0)
        assert carried.party.refer is not None
        with pytest.raises(Unavailable):
            await carried.party.refer("+15557000002")
        assert (await carried.end()).by is HangUp.CALLEE


async def test_a_trunk_that_nobody_knows_is_asked_for_at_once(world: SipWorld) -> None:
    late = TrunkId("trunk_that_is_new")
    with pytest.raises(Refused):
        await world.carrier.carry(order("call_1", TO, trunk=late), Party())
    assert world.carrier.behind(late) is None

    world.desk.known.append(account(world.far.port, trunk=late))
    world.far.number(TO, scripts.refuses(486))

    assert (await world.carrier.carry(order("call_2", TO, trunk=late), Party())).status == 486
    assert world.carrier.behind(late) is world.carrier


async def test_an_api_that_is_away_takes_no_trunk_away(world: SipWorld) -> None:
    world.desk.failing = Unavailable("the API is away")
    with pytest.raises(Refused):
        await world.carrier.carry(order("call_1", TO, trunk=TrunkId("trunk_that_is_new")), Party())

    world.far.number(TO, scripts.refuses(486))

    assert world.carrier.behind(TRUNK) is world.carrier
    assert (await called(world, TO)).status == 486


async def test_a_trunk_that_cannot_be_reached_is_congestion(world: SipWorld) -> None:
    world.desk.known = [account(9, trunk=TrunkId("trunk_of_nobody"), transport=SipTransport.TCP)]

    end = await world.carrier.carry(order("call_1", TO, trunk=TrunkId("trunk_of_nobody")), Party())

    assert outcome_of_status(end.status, end.reason) is Outcome.CONGESTION
