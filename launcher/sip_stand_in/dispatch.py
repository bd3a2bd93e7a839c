"""Which trunk and dispatch rule a call that comes in belongs to, and what that makes of it, as LiveKit decides."""

import hashlib
from collections.abc import Iterable

from livekit.protocol.sip import SIPDispatchRuleInfo, SIPInboundTrunkInfo

from launcher.sip_stand_in.legs import Guest
from launcher.sip_stand_in.names import random_name
from ports.carrier import Arrival

DIRECT, INDIVIDUAL, CALLEE = "dispatch_rule_direct", "dispatch_rule_individual", "dispatch_rule_callee"
FIRST = (DIRECT, INDIVIDUAL, CALLEE)


def trunk_for(trunks: Iterable[SIPInboundTrunkInfo], arrival: Arrival) -> SIPInboundTrunkInfo | None:
    """One that has the number, else one that has none of its own."""
    fit = [trunk for trunk in trunks if _among(arrival.caller, trunk.allowed_numbers)]
    return next(
        (trunk for trunk in fit if trunk.numbers and _among(arrival.number, trunk.numbers)),
        next((trunk for trunk in fit if not trunk.numbers), None),
    )


def rule_for(
    rules: Iterable[SIPDispatchRuleInfo], trunk: SIPInboundTrunkInfo | None, arrival: Arrival
) -> SIPDispatchRuleInfo | None:
    """One of that trunk, else one of all trunks; of those, one for that caller first. Those with a PIN ask for it by
    voice, which is not done here: they fit nobody."""
    trunk_id = "" if trunk is None else trunk.sip_trunk_id
    fit = [
        rule
        for rule in rules
        if _among(arrival.caller, rule.inbound_numbers)
        and _among(arrival.number, rule.numbers)
        and (not rule.trunk_ids or trunk_id in rule.trunk_ids)
        and rule.rule.WhichOneof("rule") in FIRST
        and not _pin(rule)
    ]
    return min(fit, key=_rank, default=None)


def guest(rule: SIPDispatchRuleInfo, trunk: SIPInboundTrunkInfo | None, arrival: Arrival, call_id: str) -> Guest:
    """Who comes into which room."""
    shown, identity, numbers = arrival.caller, f"sip_{arrival.caller}", _numbers(arrival)
    if rule.hide_phone_number:
        hidden = hashlib.sha256(arrival.caller.encode()).hexdigest()[:16]
        shown, identity, numbers = arrival.caller[-4:], f"sip_{hidden}", {}
    return Guest(
        room=_room(rule, shown, arrival.number),
        identity=identity,
        name=f"Phone {shown}",
        metadata=rule.metadata,
        attributes={
            **rule.attributes,
            **numbers,
            "sip.callID": call_id,
            "sip.callIDFull": call_id,
            "sip.trunkID": arrival.trunk_id if trunk is None else trunk.sip_trunk_id,
            "sip.ruleID": rule.sip_dispatch_rule_id,
            "sip.callStatus": "ringing",
        },
    )


def _numbers(arrival: Arrival) -> dict[str, str]:
    return {"sip.phoneNumber": arrival.caller, "sip.trunkPhoneNumber": arrival.number}


def _room(rule: SIPDispatchRuleInfo, caller: str, called: str) -> str:
    kind = rule.rule.WhichOneof("rule")
    if kind == DIRECT:
        return rule.rule.dispatch_rule_direct.room_name
    if kind == INDIVIDUAL:
        own = rule.rule.dispatch_rule_individual
        parts = [own.room_prefix, caller, *([] if own.no_randomness else [random_name()])]
        return "_".join(parts)
    callee = rule.rule.dispatch_rule_callee
    parts = [callee.room_prefix, called, random_name() if callee.randomize else ""]
    return "_".join(part for part in parts if part)


def _pin(rule: SIPDispatchRuleInfo) -> str:
    return str(getattr(rule.rule, rule.rule.WhichOneof("rule") or DIRECT).pin)


def _rank(rule: SIPDispatchRuleInfo) -> tuple[bool, bool, int, str]:
    kind = FIRST.index(rule.rule.WhichOneof("rule") or DIRECT)
    return not rule.trunk_ids, not rule.inbound_numbers, kind, rule.sip_dispatch_rule_id


def _among(number: str, allowed: Iterable[str]) -> bool:
    """With or without the plus; in none at all is everybody."""
    wanted = [one.removeprefix("+") for one in allowed]
    return not wanted or number.removeprefix("+") in wanted
