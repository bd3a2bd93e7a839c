"""What every desk for slots and trunks promises."""

from domain.ids import TrunkId
from ports.fleet_desk import FleetDesk
from ports.messages.fleet import Reservation, ReservationRequest


def slots(reservation: Reservation) -> int:
    return sum(grant.slots for grant in reservation.grants)


async def test_slots_are_granted_as_far_as_there_is_room(fleet_desk: FleetDesk) -> None:
    first = await fleet_desk.reserve(ReservationRequest(holder="dialler-1", slots=4))
    second = await fleet_desk.reserve(ReservationRequest(holder="dialler-2", slots=4))

    assert (slots(first), slots(second)) == (4, 1)
    assert first.cores == second.cores == 2
    assert all(grant.url.startswith("http://core-") and grant.slots > 0 for grant in first.grants)


async def test_asking_again_replaces_what_was_held(fleet_desk: FleetDesk) -> None:
    for wanted in (5, 5, 2):
        assert slots(await fleet_desk.reserve(ReservationRequest(holder="dialler-1", slots=wanted))) == wanted
    assert slots(await fleet_desk.reserve(ReservationRequest(holder="dialler-2", slots=9))) == 3


async def test_no_slots_gives_all_back(fleet_desk: FleetDesk) -> None:
    await fleet_desk.reserve(ReservationRequest(holder="dialler-1", slots=5))
    nothing = await fleet_desk.reserve(ReservationRequest(holder="dialler-1", slots=0))

    assert nothing.grants == ()
    assert slots(await fleet_desk.reserve(ReservationRequest(holder="dialler-2", slots=5))) == 5


async def test_all_full_can_be_told_from_no_cores(fleet_desk: FleetDesk) -> None:
    await fleet_desk.reserve(ReservationRequest(holder="dialler-1", slots=5))
    full = await fleet_desk.reserve(ReservationRequest(holder="dialler-2", slots=1))

    assert full == Reservation(grants=(), cores=2)


async def test_trunks_are_all_of_them_those_that_are_switched_off_too(fleet_desk: FleetDesk) -> None:
    found = await fleet_desk.trunks()

    assert [trunk.id for trunk in found if trunk.enabled] == [TrunkId("trunk_a"), TrunkId("trunk_b")]
    assert [trunk.id for trunk in found if not trunk.enabled] == [TrunkId("trunk_off")]
    assert all(trunk.prefixes == ("+1",) for trunk in found)
    assert await fleet_desk.trunks() == found
