"""One kind of thing that LiveKit keeps for CXB by name: what is there, what should be, and how to make it so."""

from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final, Generic, TypeVar

from google.protobuf.message import Message
from livekit.protocol.sip import (
    CreateSIPDispatchRuleRequest,
    CreateSIPInboundTrunkRequest,
    CreateSIPOutboundTrunkRequest,
    DeleteSIPDispatchRuleRequest,
    DeleteSIPTrunkRequest,
    ListSIPDispatchRuleRequest,
    ListSIPInboundTrunkRequest,
    ListSIPOutboundTrunkRequest,
    SIPDispatchRuleInfo,
    SIPInboundTrunkInfo,
    SIPOutboundTrunkInfo,
)

from adapters.livekit.errors import translated
from adapters.livekit.sip_client import LiveKitSip
from adapters.livekit.trunk_ids import PREFIX
from ports.trunk_mirror import Copy, Drift

Thing = TypeVar("Thing", SIPOutboundTrunkInfo, SIPInboundTrunkInfo, SIPDispatchRuleInfo)
LIVEKITS: Final = ("created_at", "updated_at")
"""Fields that LiveKit fills in."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Change(Generic[Thing]):
    """`there` and `wanted`: one of them, or both where they differ."""

    name: str
    drift: Drift
    there: Thing | None
    wanted: Thing | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Shelf(Generic[Thing]):
    """`all`, `create`, `replace` and `delete` are LiveKit's."""

    copy: Copy
    id_field: str
    all: Callable[[], Awaitable[Any]]
    create: Callable[[Thing], Awaitable[Thing]]
    replace: Callable[[str, Thing], Awaitable[Thing]]
    delete: Callable[[str], Awaitable[Any]]

    async def ours(self) -> list[Thing]:
        with translated():
            return [thing for thing in (await self.all()).items if thing.name.startswith(PREFIX)]

    def changes(self, there: Iterable[Thing], wanted: Mapping[str, Thing]) -> Iterator[Change[Thing]]:
        found: dict[str, Thing] = {}
        for thing in there:
            if thing.name in found or thing.name not in wanted:
                yield Change(name=thing.name, drift=Drift.EXTRA, there=thing, wanted=None)
            else:
                found[thing.name] = thing
        for name, want in wanted.items():
            if name not in found:
                yield Change(name=name, drift=Drift.MISSING, there=None, wanted=want)
            elif self._plain(found[name]) != self._plain(want):
                yield Change(name=name, drift=Drift.CHANGED, there=found[name], wanted=want)

    async def make(self, change: Change[Thing]) -> None:
        with translated():
            if change.wanted is None:
                await self.delete(self.id_of(change.there))
            elif change.there is None:
                await self.create(change.wanted)
            else:
                await self.replace(self.id_of(change.there), change.wanted)

    def id_of(self, thing: Message | None) -> str:
        return str(getattr(thing, self.id_field, ""))

    def _plain(self, thing: Thing) -> Thing:
        """Without what LiveKit fills in."""
        plain = type(thing)()
        plain.CopyFrom(thing)
        for field in {self.id_field, *LIVEKITS} & {one.name for one in plain.DESCRIPTOR.fields}:
            plain.ClearField(field)
        for described, value in plain.ListFields():
            if isinstance(value, Message) and not value.ByteSize():
                plain.ClearField(described.name)  # such as the `media {}` that it puts into each rule
        return plain


def shelves(
    sip: LiveKitSip,
) -> tuple[Shelf[SIPOutboundTrunkInfo], Shelf[SIPInboundTrunkInfo], Shelf[SIPDispatchRuleInfo]]:
    calls = sip.calls

    def drop(trunk_id: str) -> Awaitable[Any]:
        return calls.delete_trunk(DeleteSIPTrunkRequest(sip_trunk_id=trunk_id))

    return (
        Shelf(
            copy=Copy.OUT,
            id_field="sip_trunk_id",
            all=lambda: calls.list_outbound_trunk(ListSIPOutboundTrunkRequest()),
            create=lambda one: calls.create_outbound_trunk(CreateSIPOutboundTrunkRequest(trunk=one)),
            replace=calls.update_outbound_trunk,
            delete=drop,
        ),
        Shelf(
            copy=Copy.IN,
            id_field="sip_trunk_id",
            all=lambda: calls.list_inbound_trunk(ListSIPInboundTrunkRequest()),
            create=lambda one: calls.create_inbound_trunk(CreateSIPInboundTrunkRequest(trunk=one)),
            replace=calls.update_inbound_trunk,
            delete=drop,
        ),
        Shelf(
            copy=Copy.RULE,
            id_field="sip_dispatch_rule_id",
            all=lambda: calls.list_dispatch_rule(ListSIPDispatchRuleRequest()),
            create=lambda one: calls.create_dispatch_rule(CreateSIPDispatchRuleRequest(dispatch_rule=one)),
            replace=calls.update_dispatch_rule,
            delete=lambda key: calls.delete_dispatch_rule(DeleteSIPDispatchRuleRequest(sip_dispatch_rule_id=key)),
        ),
    )
