"""An order to call somebody: stored under its idempotency key before any Core is asked, and placed once."""

import hashlib
from dataclasses import dataclass
from typing import Final

import msgspec
import structlog

from applications.api.messages.dialout import DialoutRequest
from applications.api.no_room import NoRoom
from applications.api.rewrite import rewrite
from applications.api.use_cases.check_dialout import CheckDialout
from applications.api.use_cases.place_call import PlaceCall
from applications.api.use_cases.take_trunk import TakeTrunk, switched_off
from domain.bots.bot import BotState, BotVersion
from domain.calls.call import Call, CallState, Direction, Origin
from domain.errors import Fault, InvalidValue, RuleBroken
from domain.ids import BotId, BrandId, CallId
from domain.people.user import ApiKey, User
from domain.phone.number import require_e164
from ports.bot_store import BotStore
from ports.call_store import CallStore
from ports.clock import Clock
from ports.errors import NotFound, Refused
from ports.ids import Ids
from ports.leases import Leases
from ports.messages.core import Dial
from ports.trunk_store import TrunkStore

CALLER_NUMBER: Final = "+15005550006"
"""Shown where the CRM names none: the simulated carrier's own number. Trunks of real carriers want one of theirs."""

Orderer = ApiKey | User
"""A CRM, or a person who tries a bot."""

LEASE_SECONDS: Final = 30.0
"""Longer than asking five Cores takes."""

log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class Dialout:
    """The call, and whether an earlier request had placed it."""

    call: Call
    repeated: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class StartDialout:
    """The call's id follows from the key, so that whoever asks again, however late, asks about the same call."""

    calls: CallStore
    bots: BotStore
    trunks: TrunkStore
    leases: Leases
    check: CheckDialout
    take_trunk: TakeTrunk
    place: PlaceCall
    clock: Clock
    ids: Ids

    async def __call__(self, by: Orderer, idempotency_key: str, request: DialoutRequest) -> Dialout:
        """Raises Refused for a key that was used with another request, for a bot that cannot talk and for a number
        that may not be called; RuleBroken while another request with the key is in progress; NoRoom when nothing was
        placed for want of room: then the same request may be made again."""
        call_id = dialout_id(by, idempotency_key)
        known = await self._known(by.brand, call_id, request)
        if known and (known.server_id or known.state is not CallState.PLANNED):
            return Dialout(call=known, repeated=True)
        name = f"dialout:{call_id}"
        lease = await self.leases.acquire(name, self.ids.new("dialout"), LEASE_SECONDS)
        if lease is None:
            raise RuleBroken("another request with this idempotency key is in progress")
        try:
            return await self._place_once(by, call_id, idempotency_key, request)
        finally:
            await self.leases.release(name, lease)

    async def _known(self, brand: BrandId, call_id: CallId, request: DialoutRequest) -> Call | None:
        try:
            call = await self.calls.get(brand, call_id)
        except NotFound:
            return None
        if call.origin.fingerprint != fingerprint(request):
            raise Refused("the idempotency key was used with another request", reason="idempotency_key_reused")
        return call

    async def _place_once(self, by: Orderer, call_id: CallId, idempotency_key: str, request: DialoutRequest) -> Dialout:
        call = await self._known(by.brand, call_id, request)
        if call is None:
            call = await self._store(by, call_id, idempotency_key, request)
        elif call.server_id or call.state is not CallState.PLANNED or await self.place.was_placed(call):
            return Dialout(call=call, repeated=True)
        else:
            await self._hold_again(call)
        return Dialout(call=await self._place(call, request.region), repeated=False)

    async def _store(self, by: Orderer, call_id: CallId, idempotency_key: str, request: DialoutRequest) -> Call:
        version = await self._version(by.brand, request.bot_id)
        phone = await self.check(by.brand, request.to)
        caller = require_e164(request.caller_number or CALLER_NUMBER, "caller_number")
        trunk = await self.take_trunk(by.brand, call_id, phone.e164)
        origin = Origin(
            idempotency_key=idempotency_key, fingerprint=fingerprint(request), external_id=request.external_id
        )
        call = Call(
            id=call_id,
            brand=by.brand,
            direction=Direction.API,
            bot_id=request.bot_id,
            bot_version=version.number,
            phone=phone.e164,
            caller_number=caller,
            trunk_id=trunk.id,
            created_at=self.clock.now(),
            origin=origin,
            variables=dict(request.variables),
        )
        return await self.calls.add(call)

    async def _version(self, brand: BrandId, bot_id: BotId) -> BotVersion:
        try:
            bot = await self.bots.get(brand, bot_id)
        except NotFound:
            raise InvalidValue(Fault(field="bot_id", reason="is no bot of yours")) from None
        if bot.state is BotState.ARCHIVED:
            raise Refused("the bot is archived", reason="archived")
        if not bot.versions:
            raise Refused("the bot has no published version", reason="version_missing")
        return bot.published()

    async def _hold_again(self, call: Call) -> None:
        """Its channel may have been lost since it was stored, and its trunk switched off."""
        trunk = await self.trunks.get(call.brand, call.trunk_id)
        if not trunk.enabled:
            raise switched_off(trunk)
        if not await self.take_trunk.hold(call.id, trunk):
            raise NoRoom("the trunk is full", retry_after=5.0)

    async def _place(self, call: Call, region: str) -> Call:
        try:
            server_id = await self.place(call, _order(call), region)
        except NoRoom:
            await self.take_trunk.give_back(call.id, await self.trunks.get(call.brand, call.trunk_id))
            raise
        log.info("dialout_placed", call_id=call.id, server_id=server_id, trunk_id=call.trunk_id)
        return await rewrite(
            lambda: self.calls.get(call.brand, call.id), lambda now: now.give(server_id), self.calls.save
        )


def _order(call: Call) -> Dial:
    return Dial(
        call_id=call.id,
        brand=call.brand,
        bot_id=call.bot_id,
        trunk_id=call.trunk_id,
        to=call.phone,
        caller_number=call.caller_number,
    )


def dialout_id(by: Orderer, idempotency_key: str) -> CallId:
    digest = hashlib.sha256(f"{by.brand}|{by.id}|{idempotency_key}".encode()).hexdigest()
    return CallId(f"call_{digest[:32]}")


def fingerprint(request: DialoutRequest) -> str:
    """The same for the same request, however it was written down."""
    return hashlib.sha256(msgspec.json.encode(request, order="sorted")).hexdigest()
