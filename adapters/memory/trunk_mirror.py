"""A copy of trunks in memory, and none where nobody keeps one."""

from collections.abc import Iterator, Sequence

from domain.errors import Fault
from domain.ids import TrunkId
from domain.routing.sip import SipSettings
from ports.trunk_mirror import Copy, Difference, Drift, MirroredTrunk, TrunkMirror

Kept = dict[tuple[TrunkId, Copy], object]


class MemoryTrunkMirror(TrunkMirror):
    """`kept` may be changed by hand, as somebody at a media server would."""

    def __init__(self) -> None:
        self.kept: Kept = {}

    def lacks(self, sip: SipSettings, field: str) -> Iterator[Fault]:
        """It registers nowhere, as all media servers."""
        if sip.register:
            yield Fault(field=f"{field}.register", reason="is done by nobody here")

    async def differences(self, wanted: Sequence[MirroredTrunk]) -> tuple[Difference, ...]:
        want = _copies(wanted)
        drifts = {
            **dict.fromkeys(self.kept.keys() - want.keys(), Drift.EXTRA),
            **dict.fromkeys(want.keys() - self.kept.keys(), Drift.MISSING),
            **{key: Drift.CHANGED for key in want.keys() & self.kept.keys() if want[key] != self.kept[key]},
        }
        return tuple(Difference(trunk_id=key[0], copy=key[1], drift=drifts[key]) for key in sorted(drifts))

    async def mend(self, wanted: Sequence[MirroredTrunk]) -> tuple[Difference, ...]:
        found = await self.differences(wanted)
        self.kept = _copies(wanted)
        return found


class NoTrunkMirror(TrunkMirror):
    """Where whoever carries calls asks for the trunks, as the exchange does, and can all that they say."""

    def lacks(self, sip: SipSettings, field: str) -> Iterator[Fault]:  # noqa: ARG002
        return iter(())

    async def differences(self, wanted: Sequence[MirroredTrunk]) -> tuple[Difference, ...]:  # noqa: ARG002
        return ()

    async def mend(self, wanted: Sequence[MirroredTrunk]) -> tuple[Difference, ...]:  # noqa: ARG002
        return ()


def _copies(wanted: Sequence[MirroredTrunk]) -> Kept:
    """Calls come in only to numbers, and where strays may."""
    kept: Kept = {}
    for one in wanted:
        account = one.account
        kept[account.trunk_id, Copy.OUT] = (account.sip, account.password)
        if one.numbers or one.strays:
            numbers = frozenset(one.numbers)
            kept[account.trunk_id, Copy.IN] = (account.sip.host, account.sip.trusted, one.strays, numbers)
            kept[account.trunk_id, Copy.RULE] = account.brand
    return kept
