"""What becomes of our trunks where a real livekit-server will not have one of them."""

import pytest
from livekit.api import CreateSIPInboundTrunkRequest, DeleteSIPTrunkRequest, SIPInboundTrunkInfo

from adapters.livekit.sip_client import LiveKitSip
from adapters.livekit.trunk_mirror import LiveKitTrunkMirror
from contract_tests.backends.backend import Missing
from contract_tests.backends.livekit_trunks import KEY, SECRET, the_server
from contract_tests.backends.roll import RAN, leave_out
from contract_tests.ports.test_trunk_mirror import NUMBERS, different, trunk
from domain.routing.sip import CallerIn, Codec, SipSettings
from ports.errors import Refused
from ports.trunk_mirror import Copy, Drift


@pytest.mark.parametrize(
    ("sip", "field"),
    [
        (SipSettings(host="192.0.2.1", username="cxb", register=True), "sip.register"),
        (SipSettings(host="192.0.2.1", caller_in=CallerIn.ASSERTED), "sip.caller_in"),
        (SipSettings(host="192.0.2.1", codecs=(Codec.PCMA,)), "sip.codecs"),
    ],
)
def test_what_livekit_has_no_word_for_is_said(sip: SipSettings, field: str) -> None:
    assert [
        fault.field for fault in LiveKitTrunkMirror(LiveKitSip("ws://192.0.2.2", KEY, SECRET)).lacks(sip, "sip")
    ] == [field]


async def test_one_that_is_refused_keeps_no_other_from_being_made() -> None:
    """A number of ours is one of somebody else's trunk there."""
    try:
        server = the_server()
    except Missing as missing:
        leave_out("livekit", str(missing))
    RAN.add("livekit")
    ours, other = trunk(1, numbers=NUMBERS), trunk(2, numbers=("+15550200003",))
    async with LiveKitSip(server.url, KEY, SECRET).running() as sip:
        mirror = LiveKitTrunkMirror(sip)
        theirs = SIPInboundTrunkInfo(name="somebody else's", numbers=NUMBERS[:1])
        kept = await sip.calls.create_inbound_trunk(CreateSIPInboundTrunkRequest(trunk=theirs))
        try:
            with pytest.raises(Refused):
                await mirror.mend([ours, other])

            lacking = tuple(different(ours, copy, Drift.MISSING) for copy in (Copy.IN, Copy.RULE))
            assert await mirror.differences([ours, other]) == lacking
        finally:
            await sip.calls.delete_trunk(DeleteSIPTrunkRequest(sip_trunk_id=kept.sip_trunk_id))
            await mirror.mend([])
