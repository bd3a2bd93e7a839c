"""A trunk of CXB as LiveKit keeps it: a way out, a way in for its numbers, and a rule for who comes in.

LiveKit has no word for where the caller's number stands, for a choice of codecs, and for being registered.
"""

from collections.abc import Iterator, Mapping, Sequence
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
from domain.errors import Fault
from domain.routing.sip import CallerIn, SipSettings, SipTransport
from ports.trunk_mirror import MirroredTrunk

ANY_NUMBER: Final = "*"
"""LiveKit wants a number of a way out; which one is shown, each call says for itself."""

TRANSPORTS: Final = {
    SipTransport.UDP: SIPTransport.SIP_TRANSPORT_UDP,
    SipTransport.TCP: SIPTransport.SIP_TRANSPORT_TCP,
}


def lacking(sip: SipSettings, field: str) -> Iterator[Fault]:
    """What it has no word for."""
    if sip.register:
        yield Fault(field=f"{field}.register", reason="cannot be: LiveKit registers nowhere, so be known by address")
    if sip.caller_in is not CallerIn.FROM:
        yield Fault(field=f"{field}.caller_in", reason="must be from: LiveKit shows a caller's number nowhere else")
    if sip.codecs != SipSettings(host=sip.host).codecs:
        yield Fault(field=f"{field}.codecs", reason="cannot be chosen: LiveKit offers all that it has")


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


def ways_in(trunks: Sequence[MirroredTrunk]) -> Mapping[str, SIPInboundTrunkInfo]:
    """By name. LiveKit drops in silence what no way in has; one without numbers has all that no other has, and there
    may be one such. It refuses the same number on two others: the first one has it, and calls to it by a trunk that
    has not are the stray one's."""
    made: dict[str, SIPInboundTrunkInfo] = {}
    given: set[str] = set()
    for trunk in trunks:
        numbers = set() if trunk.strays else {*trunk.numbers} - given
        given |= numbers
        if numbers or trunk.strays:
            name = name_of(trunk.account.trunk_id)
            made[name] = SIPInboundTrunkInfo(
                name=name, numbers=sorted(numbers), allowed_addresses=sorted(_addresses(trunk, trunks))
            )
    return made


def _addresses(trunk: MirroredTrunk, all_trunks: Sequence[MirroredTrunk]) -> set[str]:
    """Of those whose calls it may bring in: its own, and where it brings in strays those of its whole brand."""
    brand = trunk.account.brand
    them = [one for one in all_trunks if one.account.brand == brand] if trunk.strays else [trunk]
    return {address for one in them for address in (one.account.sip.host.strip("[]"), *one.account.sip.trusted)}


def rule(trunk: MirroredTrunk, inbound_id: str) -> SIPDispatchRuleInfo:
    """A room for each call, named after the number that was called."""
    account = trunk.account
    return SIPDispatchRuleInfo(
        name=name_of(account.trunk_id),
        trunk_ids=[inbound_id],
        rule=SIPDispatchRule(dispatch_rule_callee=SIPDispatchRuleCallee(room_prefix=ROOM_PREFIX, randomize=True)),
        attributes={TRUNK: account.trunk_id, BRAND: account.brand, PARTY: CALLEE},
    )
