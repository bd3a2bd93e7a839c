"""What every TrunkMirror promises."""

from dataclasses import replace

import msgspec
import pytest

from domain.ids import DEFAULT_BRAND, TrunkId
from domain.routing.sip import SipSettings, SipTransport
from ports.messages.sip import SipAccount
from ports.trunk_mirror import Copy, Difference, Drift, MirroredTrunk, TrunkMirror

NUMBERS = ("+15550200001", "+15550200002")


def trunk(number: int, *, numbers: tuple[str, ...] = (), strays: bool = False, **sip: object) -> MirroredTrunk:
    settings = SipSettings(host=f"192.0.2.{number}", username=f"user{number}", **sip)  # type: ignore[arg-type]
    account = SipAccount(
        trunk_id=TrunkId(f"trunk_{number}"), brand=DEFAULT_BRAND, sip=settings, password="open", channels=10
    )
    return MirroredTrunk(account=account, numbers=numbers, strays=strays)


def different(one: MirroredTrunk, copy: Copy, drift: Drift) -> Difference:
    return Difference(trunk_id=one.account.trunk_id, copy=copy, drift=drift)


def moved(one: MirroredTrunk, **sip: object) -> MirroredTrunk:
    account = msgspec.structs.replace(one.account, sip=replace(one.account.sip, **sip))  # type: ignore[arg-type]
    return replace(one, account=account)


async def test_nothing_wanted_and_nothing_there_is_no_difference(trunk_mirror: TrunkMirror) -> None:
    assert await trunk_mirror.differences([]) == ()


async def test_a_plain_trunk_lacks_nothing(trunk_mirror: TrunkMirror) -> None:
    assert not [*trunk_mirror.lacks(SipSettings(host="192.0.2.1"), "sip")]


async def test_what_is_missing_is_told_and_mended_once(trunk_mirror: TrunkMirror) -> None:
    wanted = [trunk(1), trunk(2, numbers=NUMBERS)]
    missing = (
        different(wanted[0], Copy.OUT, Drift.MISSING),
        *(different(wanted[1], copy, Drift.MISSING) for copy in (Copy.IN, Copy.OUT, Copy.RULE)),
    )
    assert await trunk_mirror.differences(wanted) == missing

    assert await trunk_mirror.mend(wanted) == missing

    assert await trunk_mirror.differences(wanted) == ()
    assert await trunk_mirror.mend(wanted) == ()


@pytest.mark.parametrize(
    ("changed", "copies"),
    [
        (moved(trunk(1, numbers=NUMBERS), port=5080), (Copy.OUT,)),
        (moved(trunk(1, numbers=NUMBERS), transport=SipTransport.TCP), (Copy.OUT,)),
        (moved(trunk(1, numbers=NUMBERS), username="other"), (Copy.OUT,)),
        (moved(trunk(1, numbers=NUMBERS), trusted=("198.51.100.0/24",)), (Copy.IN, Copy.OUT)),
        (trunk(1, numbers=NUMBERS[:1]), (Copy.IN,)),
    ],
    ids=["port", "transport", "username", "trusted", "numbers"],
)
async def test_what_has_changed_is_told_and_mended(
    trunk_mirror: TrunkMirror, changed: MirroredTrunk, copies: tuple[Copy, ...]
) -> None:
    await trunk_mirror.mend([trunk(1, numbers=NUMBERS)])

    told = await trunk_mirror.mend([changed])

    assert told
    assert {one.drift for one in told} == {Drift.CHANGED}
    assert {one.copy for one in told} <= set(copies)
    assert await trunk_mirror.differences([changed]) == ()


async def test_a_password_that_has_changed_is_told_and_mended(trunk_mirror: TrunkMirror) -> None:
    before = trunk(1)
    after = replace(before, account=msgspec.structs.replace(before.account, password="other"))
    await trunk_mirror.mend([before])

    assert await trunk_mirror.mend([after]) == (different(after, Copy.OUT, Drift.CHANGED),)

    assert await trunk_mirror.differences([after]) == ()


async def test_what_is_wanted_no_more_is_told_and_unmade(trunk_mirror: TrunkMirror) -> None:
    one, two = trunk(1, numbers=NUMBERS), trunk(2)
    await trunk_mirror.mend([one, two])

    told = await trunk_mirror.mend([two])

    assert told == tuple(different(one, copy, Drift.EXTRA) for copy in (Copy.IN, Copy.OUT, Copy.RULE))
    assert await trunk_mirror.differences([two]) == ()


async def test_a_trunk_without_numbers_lets_nobody_in(trunk_mirror: TrunkMirror) -> None:
    one = trunk(1, numbers=NUMBERS)
    await trunk_mirror.mend([one])

    told = await trunk_mirror.mend([replace(one, numbers=())])

    assert told == tuple(different(one, copy, Drift.EXTRA) for copy in (Copy.IN, Copy.RULE))


async def test_one_that_brings_in_strays_needs_no_number(trunk_mirror: TrunkMirror) -> None:
    one = trunk(1, strays=True)

    told = await trunk_mirror.mend([one])

    assert told == tuple(different(one, copy, Drift.MISSING) for copy in (Copy.IN, Copy.OUT, Copy.RULE))
    assert await trunk_mirror.differences([one]) == ()


async def test_several_trunks_may_be_called_by_the_same_numbers(trunk_mirror: TrunkMirror) -> None:
    wanted = [trunk(1, numbers=NUMBERS, strays=True), trunk(2, numbers=NUMBERS), trunk(3, numbers=NUMBERS[1:])]

    await trunk_mirror.mend(wanted)

    assert await trunk_mirror.differences(wanted) == ()


async def test_strays_can_move_to_another_trunk(trunk_mirror: TrunkMirror) -> None:
    """Such as to a new one that is listed before."""
    await trunk_mirror.mend([trunk(2, numbers=NUMBERS, strays=True)])
    after = [trunk(1, numbers=NUMBERS, strays=True), trunk(2, numbers=NUMBERS)]

    await trunk_mirror.mend(after)

    assert await trunk_mirror.differences(after) == ()


async def test_a_number_can_move_to_another_trunk(trunk_mirror: TrunkMirror) -> None:
    await trunk_mirror.mend([trunk(1, numbers=NUMBERS), trunk(2)])
    after = [trunk(1, numbers=NUMBERS[:1]), trunk(2, numbers=NUMBERS[1:])]

    await trunk_mirror.mend(after)

    assert await trunk_mirror.differences(after) == ()


async def test_what_somebody_else_changes_by_hand_is_told_again_and_again(trunk_mirror: TrunkMirror) -> None:
    """Such as a second deployment of CXB that is told of other trunks."""
    mine, theirs = [trunk(1, numbers=NUMBERS)], [moved(trunk(1, numbers=NUMBERS), port=5099)]
    await trunk_mirror.mend(mine)
    await trunk_mirror.mend(theirs)

    assert await trunk_mirror.differences(mine) == (different(mine[0], Copy.OUT, Drift.CHANGED),)
    assert await trunk_mirror.mend(mine) == (different(mine[0], Copy.OUT, Drift.CHANGED),)
    assert await trunk_mirror.differences(mine) == ()
