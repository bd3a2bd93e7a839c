"""The methods of LiveKit's SIP service: what each takes, what right it needs, and who does it."""

from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from google.protobuf.message import Message
from livekit.protocol import sip

from launcher.sip_stand_in.participants import Participants
from launcher.sip_stand_in.trunks import Trunks, require

M = TypeVar("M", bound=Message)


@dataclass(frozen=True, slots=True, kw_only=True)
class Method:
    """`grant` is the right of LiveKit's SIPGrants that it needs: `admin` or `call`. One that is about a room also
    needs to be an administrator of the room that `room` finds in the request."""

    takes: type[Message]
    does: Callable[[Any], Awaitable[Message]]
    grant: str = "admin"
    room: Callable[[Any], str] | None = None


async def _known_at_once() -> None:
    """To a carrier that asks nobody for trunks."""


def methods(
    trunks: Trunks, participants: Participants, learned: Callable[[], Awaitable[None]] = _known_at_once
) -> Mapping[str, Method]:
    """By name. What LiveKit has beside these is told as `bad_route`. `learned` returns once whoever carries calls
    knows the trunks as they are."""
    keeping = _Keeping(trunks=trunks, learned=learned)
    return {
        "CreateSIPOutboundTrunk": Method(takes=sip.CreateSIPOutboundTrunkRequest, does=keeping.create_outbound),
        "UpdateSIPOutboundTrunk": Method(takes=sip.UpdateSIPOutboundTrunkRequest, does=keeping.update_outbound),
        "ListSIPOutboundTrunk": Method(takes=sip.ListSIPOutboundTrunkRequest, does=keeping.list_outbound),
        "CreateSIPInboundTrunk": Method(takes=sip.CreateSIPInboundTrunkRequest, does=keeping.create_inbound),
        "UpdateSIPInboundTrunk": Method(takes=sip.UpdateSIPInboundTrunkRequest, does=keeping.update_inbound),
        "ListSIPInboundTrunk": Method(takes=sip.ListSIPInboundTrunkRequest, does=keeping.list_inbound),
        "DeleteSIPTrunk": Method(takes=sip.DeleteSIPTrunkRequest, does=keeping.delete_trunk),
        "CreateSIPDispatchRule": Method(takes=sip.CreateSIPDispatchRuleRequest, does=keeping.create_rule),
        "UpdateSIPDispatchRule": Method(takes=sip.UpdateSIPDispatchRuleRequest, does=keeping.update_rule),
        "ListSIPDispatchRule": Method(takes=sip.ListSIPDispatchRuleRequest, does=keeping.list_rules),
        "DeleteSIPDispatchRule": Method(takes=sip.DeleteSIPDispatchRuleRequest, does=keeping.delete_rule),
        "CreateSIPParticipant": Method(takes=sip.CreateSIPParticipantRequest, does=participants.create, grant="call"),
        "TransferSIPParticipant": Method(
            takes=sip.TransferSIPParticipantRequest,
            does=participants.transfer,
            grant="call",
            room=lambda request: str(request.room_name),
        ),
    }


@dataclass(frozen=True, slots=True, kw_only=True)
class _Keeping:
    """Trunks and rules, as requests ask for them."""

    trunks: Trunks
    learned: Callable[[], Awaitable[None]]

    async def create_outbound(self, request: sip.CreateSIPOutboundTrunkRequest) -> Message:
        _new_trunk(request, request.trunk.sip_trunk_id)
        _require_outbound(request.trunk)
        return await self._learned(self.trunks.outbound.add(request.trunk))

    async def update_outbound(self, request: sip.UpdateSIPOutboundTrunkRequest) -> Message:
        if request.HasField("replace"):
            _require_outbound(request.replace)
            return await self._learned(self.trunks.outbound.replace(request.sip_trunk_id, request.replace))
        return await self._learned(self.trunks.outbound.update(request.sip_trunk_id, request.update))

    async def list_outbound(self, request: sip.ListSIPOutboundTrunkRequest) -> Message:
        return sip.ListSIPOutboundTrunkResponse(items=_listed(self.trunks.outbound, request))

    async def create_inbound(self, request: sip.CreateSIPInboundTrunkRequest) -> Message:
        _new_trunk(request, request.trunk.sip_trunk_id)
        _require_inbound(request.trunk)
        return await self._learned(self.trunks.inbound.add(request.trunk))

    async def update_inbound(self, request: sip.UpdateSIPInboundTrunkRequest) -> Message:
        if request.HasField("replace"):
            _require_inbound(request.replace)
            return await self._learned(self.trunks.inbound.replace(request.sip_trunk_id, request.replace))
        return await self._learned(self.trunks.inbound.update(request.sip_trunk_id, request.update))

    async def list_inbound(self, request: sip.ListSIPInboundTrunkRequest) -> Message:
        return sip.ListSIPInboundTrunkResponse(items=_listed(self.trunks.inbound, request))

    async def delete_trunk(self, request: sip.DeleteSIPTrunkRequest) -> Message:
        removed = await self._learned(self.trunks.remove_trunk(request.sip_trunk_id))
        return sip.SIPTrunkInfo(sip_trunk_id=request.sip_trunk_id, name=getattr(removed, "name", ""))

    async def create_rule(self, request: sip.CreateSIPDispatchRuleRequest) -> Message:
        rule = _rule_of(request)
        require(rule.rule.WhichOneof("rule") is not None, "missing rule")
        return self.trunks.rules.add(rule)

    async def update_rule(self, request: sip.UpdateSIPDispatchRuleRequest) -> Message:
        if request.HasField("replace"):
            return self.trunks.rules.replace(request.sip_dispatch_rule_id, request.replace)
        return self.trunks.rules.update(request.sip_dispatch_rule_id, request.update)

    async def list_rules(self, request: sip.ListSIPDispatchRuleRequest) -> Message:
        ids, trunk_ids = set(request.dispatch_rule_ids), set(request.trunk_ids)
        found = (rule for rule in self.trunks.rules if not ids or rule.sip_dispatch_rule_id in ids)
        items = [rule for rule in found if not trunk_ids or not rule.trunk_ids or trunk_ids & set(rule.trunk_ids)]
        return sip.ListSIPDispatchRuleResponse(items=items)

    async def delete_rule(self, request: sip.DeleteSIPDispatchRuleRequest) -> Message:
        return self.trunks.rules.remove(request.sip_dispatch_rule_id)

    async def _learned(self, trunk: M) -> M:
        await self.learned()
        return trunk


def _new_trunk(request: Message, trunk_id: str) -> None:
    require(request.HasField("trunk"), "missing trunk")
    require(not trunk_id, "trunk id must not be set")


def _require_outbound(trunk: sip.SIPOutboundTrunkInfo) -> None:
    require(bool(trunk.numbers), "no trunk numbers specified")
    require(bool(trunk.address), "no outbound address specified")


def _require_inbound(trunk: sip.SIPInboundTrunkInfo) -> None:
    known = trunk.auth_username or trunk.auth_password or trunk.allowed_addresses or trunk.numbers
    require(bool(known), "for security, a trunk needs a user and password, allowed addresses or numbers")


def _listed(kept: Iterable[M], request: Any) -> list[M]:
    """Those of the ids and numbers that the request names, or all."""
    ids, numbers = set(request.trunk_ids), set(request.numbers)
    found = (trunk for trunk in kept if not ids or _field(trunk, "sip_trunk_id") in ids)
    return [trunk for trunk in found if not numbers or numbers & set(_field(trunk, "numbers"))]


def _field(message: Message, name: str) -> Any:
    return getattr(message, name)


def _rule_of(request: sip.CreateSIPDispatchRuleRequest) -> sip.SIPDispatchRuleInfo:
    """The fields beside `dispatch_rule` are the older way to say the same."""
    if request.HasField("dispatch_rule"):
        return request.dispatch_rule
    return sip.SIPDispatchRuleInfo(
        rule=request.rule,
        trunk_ids=request.trunk_ids,
        hide_phone_number=request.hide_phone_number,
        inbound_numbers=request.inbound_numbers,
        name=request.name,
        metadata=request.metadata,
        attributes=dict(request.attributes),
        room_preset=request.room_preset,
    )
