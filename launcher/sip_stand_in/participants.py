"""Calls that go out, and calls that are handed on: LiveKit's CreateSIPParticipant and TransferSIPParticipant."""

import asyncio
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from google.protobuf.duration_pb2 import Duration
from livekit.protocol.sip import (
    CreateSIPParticipantRequest,
    SIPOutboundTrunkInfo,
    SIPParticipantInfo,
    SIPStatus,
    SIPTransferReason,
    SIPTransferStatus,
    TransferSIPParticipantRequest,
    TransferSIPParticipantResponse,
)

from domain.ids import DEFAULT_BRAND, CallId, TrunkId
from launcher.sip_stand_in.faults import TwirpFault, sip_fault
from launcher.sip_stand_in.leg import LegTerms
from launcher.sip_stand_in.legs import Guest, Legs
from launcher.sip_stand_in.names import new_id
from launcher.sip_stand_in.trunks import Trunks
from ports.carrier import Carrier, LegEnd, Reception
from ports.errors import NotFound, PortError, Refused
from ports.telephony import DialOrder

RING_SECONDS: Final = 30.0
LONGEST_SECONDS: Final = 86_400.0
"""What LiveKit takes where a request says nothing."""

SIP_REASON: Final = re.compile(r"sip_(\d{3})")
TARGET: Final = re.compile(r"(?:tel:|sips?:)?([^@;>]+)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Participants:
    """`carriers` finds who carries a trunk's calls."""

    legs: Legs
    trunks: Trunks
    carriers: Callable[[TrunkId], Carrier | None]

    async def create(self, request: CreateSIPParticipantRequest) -> SIPParticipantInfo:
        trunk, carrier = self._way_out(request)
        call_id = new_id("SCL")
        order = _order(request, trunk, call_id)

        async def carry(reception: Reception) -> LegEnd:
            return await carrier.carry(order, reception)

        guest = _guest(request, order)
        leg = await self.legs.begin(guest, _terms(request, call_id, order), carry)
        if request.wait_until_answered:
            fault = await asyncio.shield(leg.settled)  # whoever does not wait any more ends no call by that
            if fault is not None:
                raise fault
        return SIPParticipantInfo(
            participant_id=leg.phone.sid,
            participant_identity=guest.identity,
            room_name=guest.room,
            sip_call_id=call_id,
        )

    async def transfer(self, request: TransferSIPParticipantRequest) -> TransferSIPParticipantResponse:
        leg = self.legs.find(request.room_name, request.participant_identity)
        target = TARGET.match(request.transfer_to)
        if target is None:
            raise TwirpFault("invalid_argument", "transfer_to must be a tel: or sip: address")
        try:
            async with asyncio.timeout(seconds(request.ringing_timeout, RING_SECONDS)):
                await leg.refer(target[1])
        except TimeoutError:
            raise _transfer_fault("STR_RINGING_TIMEOUT", TwirpFault("canceled", "transfer timed out")) from None
        except NotFound:
            raise _transfer_fault("STR_CALL_ENDED", TwirpFault("canceled", "the call has ended")) from None
        except Refused as error:
            raise _transfer_fault("STR_REJECTED", _refusal(error)) from error
        except PortError:
            raise _transfer_fault("STR_SUBSCRIPTION_TERMINATED", TwirpFault("unavailable", "no word of it")) from None
        return TransferSIPParticipantResponse(
            transfer_id=new_id("STR"),
            status=SIPTransferStatus.STS_TRANSFER_SUCCESSFUL,
            reason=SIPTransferReason.STR_COMPLETED,
            sip_status=SIPStatus(code=200, status="OK"),  # type: ignore[arg-type]  # an open enumeration
        )

    def _way_out(self, request: CreateSIPParticipantRequest) -> tuple[SIPOutboundTrunkInfo, Carrier]:
        """Raises TwirpFault that says what is missing."""
        for field in ("sip_trunk_id", "sip_call_to", "room_name"):
            if not getattr(request, field):
                raise TwirpFault("invalid_argument", f"missing {field}")
        if "@" in request.sip_call_to or request.sip_call_to.startswith(("sip:", "sips:", "tel:")):
            raise TwirpFault("invalid_argument", "sip_call_to must be a phone number or a user, not an address")
        trunk = self.trunks.outbound.get(request.sip_trunk_id)
        if not request.sip_number and not trunk.numbers:
            raise TwirpFault("invalid_argument", "no number to call from: the trunk has none and sip_number is empty")
        carrier = self.carriers(TrunkId(trunk.sip_trunk_id))
        if carrier is None:
            raise TwirpFault("failed_precondition", "nobody carries calls of this trunk")
        return trunk, carrier


def seconds(given: Duration, otherwise: float) -> float:
    return given.ToTimedelta().total_seconds() or otherwise


def _order(request: CreateSIPParticipantRequest, trunk: SIPOutboundTrunkInfo, call_id: str) -> DialOrder:
    return DialOrder(
        call_id=CallId(call_id),
        brand=DEFAULT_BRAND,
        room=request.room_name,
        trunk_id=TrunkId(trunk.sip_trunk_id),
        to=request.sip_call_to,
        caller_number=request.sip_number or trunk.numbers[0],
        ring_timeout=seconds(request.ringing_timeout, RING_SECONDS),
        max_duration=seconds(request.max_call_duration, LONGEST_SECONDS),
    )


def _guest(request: CreateSIPParticipantRequest, order: DialOrder) -> Guest:
    numbers = (
        {}
        if request.hide_phone_number
        else {
            "sip.phoneNumber": order.to,
            "sip.trunkPhoneNumber": order.caller_number,
        }
    )
    return Guest(
        room=request.room_name,
        identity=request.participant_identity or f"sip_{order.to}",
        name=request.participant_name,
        metadata=request.participant_metadata,
        attributes={
            **request.participant_attributes,
            **numbers,
            "sip.callID": order.call_id,
            "sip.trunkID": order.trunk_id,
            "sip.callStatus": "dialing",
        },
    )


def _terms(request: CreateSIPParticipantRequest, call_id: str, order: DialOrder) -> LegTerms:
    return LegTerms(
        call_id=call_id,
        tag=new_id("tag"),
        ring_timeout=order.ring_timeout,
        max_duration=order.max_duration,
        dtmf=request.dtmf,
    )


def _refusal(error: Refused) -> TwirpFault:
    told = SIP_REASON.fullmatch(error.reason)
    return sip_fault(int(told[1]), "") if told else sip_fault(405, "Method Not Allowed")


def _transfer_fault(reason: str, fault: TwirpFault) -> TwirpFault:
    return TwirpFault(fault.code, fault.message, {**fault.meta, "sip_transfer_reason": reason})
