"""What livekit-sip was seen to do when somebody calls."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from itertools import count

import numpy as np
import pytest
from livekit.api import (
    CreateSIPDispatchRuleRequest,
    CreateSIPInboundTrunkRequest,
    DeleteSIPDispatchRuleRequest,
    DeleteSIPTrunkRequest,
    ListRoomsRequest,
    RoomParticipantIdentity,
    SIPDispatchRule,
    SIPDispatchRuleIndividual,
    SIPDispatchRuleInfo,
    SIPInboundTrunkInfo,
)
from livekit.protocol.sip import SIPDispatchRuleCallee, SIPDispatchRuleDirect

from contract_tests.backends.vocabulary import words
from contract_tests.carrier.calling import CallingLeg
from contract_tests.carrier.g711 import MU_LAW
from contract_tests.carrier.records import CallSeen
from contract_tests.livekit.far_ends import narrow
from contract_tests.livekit.observer import PATIENCE, observing
from contract_tests.livekit.recorded import ACTIVE_AFTER_ANSWER_OF_INBOUND
from contract_tests.livekit.service import CalledWorld
from domain.calls.audio import AudioFrame

CALLER = "+15550188888"
NOBODYS = "+15550200000"
dids = count(15550200001)

INDIVIDUAL = SIPDispatchRule(dispatch_rule_individual=SIPDispatchRuleIndividual(room_prefix="in"))


@asynccontextmanager
async def number_of_ours(world: CalledWorld, rule: SIPDispatchRule) -> AsyncIterator[str]:
    """A trunk with one number, and a rule for it."""
    did = f"+{next(dids)}"
    trunk = await world.sip.create_inbound_trunk(
        CreateSIPInboundTrunkRequest(trunk=SIPInboundTrunkInfo(name="in", numbers=[did]))
    )
    info = SIPDispatchRuleInfo(rule=rule, trunk_ids=[trunk.sip_trunk_id], attributes={"cxb.did": did})
    kept = await world.sip.create_dispatch_rule(CreateSIPDispatchRuleRequest(dispatch_rule=info))
    yield did
    await world.sip.delete_dispatch_rule(DeleteSIPDispatchRuleRequest(sip_dispatch_rule_id=kept.sip_dispatch_rule_id))
    await world.sip.delete_trunk(DeleteSIPTrunkRequest(sip_trunk_id=trunk.sip_trunk_id))


async def room_of(world: CalledWorld, prefix: str) -> str:
    """LiveKit tells of a new room by webhook; here it is looked for."""
    async with asyncio.timeout(PATIENCE):
        while True:
            rooms = (await world.api.room.list_rooms(ListRoomsRequest())).rooms
            found = [room.name for room in rooms if room.name.startswith(prefix)]
            if found:
                return found[0]
            await asyncio.sleep(0.02)


async def ring(world: CalledWorld, did: str) -> CallingLeg:
    leg = await world.far.call(did, world.here, from_=CALLER)
    await leg.until_status(180)
    return leg


def wide(seen: CallSeen) -> list[AudioFrame]:
    """What the far end heard, at 16 kHz."""
    heard = b"".join(one.packet.payload for one in seen.media.audio)
    return [AudioFrame(pcm=np.repeat(MU_LAW.decode(heard), 2).astype("<i2").tobytes())]


async def test_a_caller_rings_until_somebody_speaks_and_is_active_later(called: CalledWorld) -> None:
    async with number_of_ours(called, INDIVIDUAL) as did:
        leg = await ring(called, did)
        room = await room_of(called, f"in_{CALLER}_")
        assert len(room) > len(f"in_{CALLER}_")
        async with observing(called.livekit, room) as core:
            await core.until(lambda seen: seen.phone is not None)
            assert core.phone is not None
            attributes = core.phone.attributes
            assert attributes["cxb.did"] == attributes["sip.trunkPhoneNumber"] == did
            assert attributes["sip.phoneNumber"] == CALLER
            assert attributes["sip.callStatus"] == "ringing"
            assert leg.seen.answered_at is None, "nobody wanted it yet"

            await core.publish()
            await leg.until_answered()
            assert core.statuses[-1] == "ringing"
            await core.until(lambda seen: seen.statuses[-1] == "active")
            assert leg.seen.answered_at is not None
            late = asyncio.get_running_loop().time() - leg.seen.answered_at
            assert late > ACTIVE_AFTER_ANSWER_OF_INBOUND * 0.8

            leg.play(narrow("hello"))
            await core.until(lambda seen: seen.words() == ["hello"])
            await core.say("good", "hello", "good")
            await leg.until(lambda seen: "good" in words(wide(seen)))

            await leg.hang_up()
            assert await core.until_gone() == "CLIENT_INITIATED"
            assert core.statuses[-1] == "hangup"
        await called.rooms.close(room)


async def test_a_caller_who_gives_up_leaves(called: CalledWorld) -> None:
    async with number_of_ours(called, INDIVIDUAL) as did:
        leg = await ring(called, did)
        room = await room_of(called, f"in_{CALLER}_")
        async with observing(called.livekit, room) as core:
            await core.until(lambda seen: seen.phone is not None)
            assert await leg.cancel() == 487
            await core.until_gone()
            assert core.statuses == ["ringing"]
        await called.rooms.close(room)


@pytest.mark.parametrize("how", ["the caller is taken out", "the room is closed"])
async def test_whoever_is_not_wanted_while_it_rings_gets_the_busy_tone(called: CalledWorld, how: str) -> None:
    """The only refusal that there is: nobody can ask for another status."""
    async with number_of_ours(called, INDIVIDUAL) as did:
        leg = await ring(called, did)
        room = await room_of(called, f"in_{CALLER}_")
        async with observing(called.livekit, room) as core:
            await core.until(lambda seen: seen.phone is not None)
            assert core.phone is not None
            if how == "the room is closed":
                await called.rooms.close(room)
            else:
                who = RoomParticipantIdentity(room=room, identity=core.phone.identity)
                await called.api.room.remove_participant(who)

            seen = await leg.until_ended()
            assert (seen.status, seen.answered_at) == (486, None)
        await called.rooms.close(room)


@pytest.mark.parametrize(
    ("rule", "starts"),
    [
        (SIPDispatchRule(dispatch_rule_direct=SIPDispatchRuleDirect(room_name="lobby")), "lobby"),
        (SIPDispatchRule(dispatch_rule_callee=SIPDispatchRuleCallee(room_prefix="did", randomize=True)), "did_+1555"),
    ],
)
async def test_the_rule_says_which_room(called: CalledWorld, rule: SIPDispatchRule, starts: str) -> None:
    async with number_of_ours(called, rule) as did:
        leg = await ring(called, did)
        room = await room_of(called, starts)
        assert room == "lobby" or room.startswith(f"did_{did}_")
        await leg.cancel()
        await called.rooms.close(room)


async def test_a_number_that_is_nobodys_is_refused(called: CalledWorld) -> None:
    async with number_of_ours(called, INDIVIDUAL):
        leg = await called.far.call(NOBODYS, called.here, from_=CALLER)

        seen = await leg.until_ended()

        assert seen.answered_at is None
        assert seen.status is not None
        assert seen.status >= 400
