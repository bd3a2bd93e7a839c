"""The trunks and dispatch rules that LiveKit keeps, in step with those of CXB."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import structlog

from adapters.livekit.sip_client import LiveKitSip
from adapters.livekit.trunk_ids import PREFIX, name_of
from adapters.livekit.trunk_shapes import lacking, rule, way_out, ways_in
from adapters.livekit.trunk_shelf import Change, Shelf, shelves
from domain.errors import Fault
from domain.ids import TrunkId
from domain.routing.sip import SipSettings
from ports.errors import Busy, NotFound, Refused
from ports.trunk_mirror import Difference, Drift, MirroredTrunk, TrunkMirror

log = structlog.get_logger()


class LiveKitTrunkMirror(TrunkMirror):
    """Known by name, `cxb:<trunk>`: LiveKit's ids are its own. A rule is of the way in that it names by id, so ways in
    are made before rules, and unmade after them."""

    def __init__(self, sip: LiveKitSip) -> None:
        self._sip = sip

    def lacks(self, sip: SipSettings, field: str) -> Iterator[Fault]:
        return lacking(sip, field)

    async def differences(self, wanted: Sequence[MirroredTrunk]) -> tuple[Difference, ...]:
        out, into, rules = shelves(self._sip)
        inbound = await into.ours()
        found = [
            *_told(out, out.changes(await out.ours(), _ways_out(wanted))),
            *_told(into, into.changes(inbound, ways_in(wanted))),
            *_told(rules, rules.changes(await rules.ours(), _rules(wanted, _ids(into, inbound)))),
        ]
        return tuple(sorted(found, key=lambda one: (one.trunk_id, one.copy)))

    async def mend(self, wanted: Sequence[MirroredTrunk]) -> tuple[Difference, ...]:
        """A rule that is out of place is unmade first: LiveKit has no two rules for the same calls."""
        found = await self.differences(wanted)
        if not found:
            return found
        out, into, rules = shelves(self._sip)
        refused = [
            *await _make(out, out.changes(await out.ours(), _ways_out(wanted))),
            *await _make(rules, _extra(rules, await rules.ours(), _rules(wanted, {}))),
            *await _make(into, sorted(into.changes(await into.ours(), ways_in(wanted)), key=_is_new)),
        ]
        ids = _ids(into, await into.ours())
        for_those = {name: one for name, one in _rules(wanted, ids).items() if name in ids}
        refused += await _make(rules, rules.changes(await rules.ours(), for_those))
        if refused:
            raise Refused(f"LiveKit will not have {len(refused)} of our trunks", reason="trunk")
        return found


def _ways_out(wanted: Sequence[MirroredTrunk]) -> Mapping[str, Any]:
    return {name_of(one.account.trunk_id): way_out(one) for one in wanted}


def _rules(wanted: Sequence[MirroredTrunk], ids: Mapping[str, str]) -> Mapping[str, Any]:
    """For ways in that are there, or are to be."""
    trunks = {name_of(one.account.trunk_id): one for one in wanted}
    return {name: rule(trunks[name], ids.get(name, "")) for name in ways_in(wanted)}


def _ids(into: Shelf[Any], inbound: Iterable[Any]) -> Mapping[str, str]:
    return {one.name: into.id_of(one) for one in inbound}


def _is_new(change: Change[Any]) -> bool:
    """Those come last: what they want may be what another one has until it is changed."""
    return change.drift is Drift.MISSING


def _extra(shelf: Shelf[Any], there: Iterable[Any], wanted: Mapping[str, Any]) -> Iterable[Change[Any]]:
    return [change for change in shelf.changes(there, wanted) if change.drift is Drift.EXTRA]


async def _make(shelf: Shelf[Any], changes: Iterable[Change[Any]]) -> Sequence[str]:
    """The names of those that LiveKit refused: one of them must not keep the others from being made."""
    refused = []
    for change in changes:
        try:
            await shelf.make(change)
        except NotFound:
            continue  # gone meanwhile: the next look tells
        except (Refused, Busy) as error:
            log.warning("trunk_not_mirrored", trunk_id=_trunk(change.name), copy=shelf.copy, error=type(error).__name__)
            refused.append(change.name)
    return refused


def _told(shelf: Shelf[Any], changes: Iterable[Change[Any]]) -> Iterable[Difference]:
    return [Difference(trunk_id=_trunk(one.name), copy=shelf.copy, drift=one.drift) for one in changes]


def _trunk(name: str) -> TrunkId:
    return TrunkId(name.removeprefix(PREFIX))
