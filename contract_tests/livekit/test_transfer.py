"""What was seen when a call is handed on by REFER."""

import asyncio

import pytest
from livekit.api import SipCallError, TransferSIPParticipantRequest, TwirpError
from livekit.protocol.sip import SIPTransferStatus

from contract_tests.carrier.leg import Transfer
from contract_tests.livekit.dialling import dial
from contract_tests.livekit.far_ends import CANNOT_BE_REFERRED, ECHOES, STAYS
from contract_tests.livekit.observer import observing
from contract_tests.livekit.recorded import HUNG_UP, LEAVES_AFTER_TRANSFER
from contract_tests.livekit.service import CalledWorld, SipWorld

DESK = "+15550177777"


def transfer(room: str, to: str, identity: str = "callee") -> TransferSIPParticipantRequest:
    return TransferSIPParticipantRequest(room_name=room, participant_identity=identity, transfer_to=f"tel:{to}")


async def test_a_call_is_handed_on_and_its_leg_leaves_a_second_later(called: CalledWorld) -> None:
    room = "transferred"
    await called.rooms.open(room)
    async with observing(called.livekit, room) as core:
        await dial(called, room, STAYS)
        leg = await called.far.called(STAYS)

        answer = await called.sip.transfer_sip_participant(transfer(room, DESK))

        done = asyncio.get_running_loop().time()
        assert answer.status == SIPTransferStatus.STS_TRANSFER_SUCCESSFUL
        assert not core.reason
        assert DESK in leg.seen.refers[0]
        assert await core.until_gone() == "CLIENT_INITIATED"
        assert asyncio.get_running_loop().time() - done > LEAVES_AFTER_TRANSFER / 2
        assert tuple(core.statuses) == HUNG_UP
    await called.rooms.close(room)


async def test_a_transfer_that_the_far_end_cannot_do_is_told_and_the_call_goes_on(called: CalledWorld) -> None:
    room = "not_transferred"
    await called.rooms.open(room)
    async with observing(called.livekit, room) as core:
        await core.publish()
        await dial(called, room, ECHOES)
        (await called.far.called(ECHOES)).transfer = Transfer(outcome=486)

        with pytest.raises(SipCallError) as raised:
            await called.sip.transfer_sip_participant(transfer(room, DESK))

        assert raised.value.sip_status_code == 486
        await core.say("hello")
        await core.until(lambda seen: seen.words() == ["hello"])
    await called.rooms.close(room)


async def test_a_carrier_that_cannot_refer_says_so(world: SipWorld, room: str) -> None:
    if isinstance(world, CalledWorld):
        pytest.skip("over SIP the far end decides")
    await dial(world, room, CANNOT_BE_REFERRED)

    with pytest.raises(SipCallError) as raised:
        await world.sip.transfer_sip_participant(transfer(room, DESK))
    assert raised.value.sip_status_code == 405


async def test_who_is_not_there_cannot_be_transferred(world: SipWorld, room: str) -> None:
    with pytest.raises(TwirpError) as raised:
        await world.sip.transfer_sip_participant(transfer(room, DESK, identity="nobody"))
    assert raised.value.code == "not_found"
