"""A call that is placed through LiveKit's own client."""

from livekit.api import CreateSIPOutboundTrunkRequest, CreateSIPParticipantRequest, SIPOutboundTrunkInfo
from livekit.protocol.sip import SIPParticipantInfo

from contract_tests.livekit.service import SipWorld

CALLER = "+15550199999"
RING_SECONDS = 10


async def request(world: SipWorld, room: str, to: str, **more: object) -> CreateSIPParticipantRequest:
    """By a trunk of its own that leads to the far end."""
    trunk = SIPOutboundTrunkInfo(name="out", address=world.address, numbers=[CALLER])
    kept = await world.sip.create_outbound_trunk(CreateSIPOutboundTrunkRequest(trunk=trunk))
    asked = CreateSIPParticipantRequest(
        sip_trunk_id=kept.sip_trunk_id,
        sip_call_to=to,
        room_name=room,
        participant_name="The callee",
        participant_metadata="a word",
        participant_attributes={"cxb.call": room},
        **{"wait_until_answered": True, "participant_identity": "callee", **more},  # type: ignore[arg-type]
    )
    if not asked.HasField("ringing_timeout"):
        asked.ringing_timeout.seconds = RING_SECONDS
    return asked


async def dial(world: SipWorld, room: str, to: str, **more: object) -> SIPParticipantInfo:
    return await world.sip.create_sip_participant(await request(world, room, to, **more))
