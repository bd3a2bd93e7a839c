"""A trunk of CXB as LiveKit keeps it: a way out, a way in for its numbers, and a rule for who comes in.

LiveKit has no word for where the caller's number stands, for an order of codecs, and for being registered.
"""

from typing import Final

from livekit.protocol.sip import (
    SIPDispatchRule,
    SIPDispatchRuleCallee,
    SIPDispatchRuleInfo,
    SIPInboundTrunkInfo,
    SIPOutboundTrunkInfo,
    SIPTransport,
)

from adapters.livekit.arrived import BRAND, TRUNK
from adapters.livekit.parties import PARTY
from adapters.livekit.room_names import ROOM_PREFIX
from adapters.livekit.trunk_ids import name_of
from domain.calls.room import CALLEE
from domain.routing.sip import SipTransport
from ports.trunk_mirror import MirroredTrunk

ANY_NUMBER: Final = "*"
"""LiveKit wants a number of a way out; which one is shown, each call says for itself."""

TRANSPORTS: Final = {
    SipTransport.UDP: SIPTransport.SIP_TRANSPORT_UDP,
    SipTransport.TCP: SIPTransport.SIP_TRANSPORT_TCP,
}


def way_out(trunk: MirroredTrunk) -> SIPOutboundTrunkInfo:
    account = trunk.account
    return SIPOutboundTrunkInfo(
        name=name_of(account.trunk_id),
        address=f"{account.sip.host}:{account.sip.port}",
        transport=TRANSPORTS[account.sip.transport],
        numbers=[ANY_NUMBER],
        auth_username=account.sip.username,
        auth_password=account.password,
    )


def way_in(trunk: MirroredTrunk) -> SIPInboundTrunkInfo:
    sip = trunk.account.sip
    return SIPInboundTrunkInfo(
        name=name_of(trunk.account.trunk_id),
        numbers=sorted(set(trunk.numbers)),
        allowed_addresses=sorted({sip.host.strip("[]"), *sip.trusted}),
    )


def rule(trunk: MirroredTrunk, inbound_id: str) -> SIPDispatchRuleInfo:
    """A room for each call, named after the number that was called."""
    account = trunk.account
    return SIPDispatchRuleInfo(
        name=name_of(account.trunk_id),
        trunk_ids=[inbound_id],
        rule=SIPDispatchRule(dispatch_rule_callee=SIPDispatchRuleCallee(room_prefix=ROOM_PREFIX, randomize=True)),
        attributes={TRUNK: account.trunk_id, BRAND: account.brand, PARTY: CALLEE},
    )
