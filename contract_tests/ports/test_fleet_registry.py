"""What every FleetRegistry promises."""

import pytest

from contract_tests.ports.promises import outcomes
from contract_tests.ports.specimens import NOON, server
from ports.errors import NotFound, Stale
from ports.fleet_registry import FleetRegistry


async def test_a_server_is_added_and_then_replaced_by_its_version(fleet_registry: FleetRegistry) -> None:
    added = await fleet_registry.put(server(1))
    beaten = added.beat(capacity=20, live=3, release="1.0", run="run-1", draining=False, at=NOON)

    stored = await fleet_registry.put(beaten)

    assert stored.version == added.version + 1
    assert await fleet_registry.get(server(1).id) == stored
    with pytest.raises(Stale):
        await fleet_registry.put(beaten)


async def test_of_many_who_put_the_same_server_at_once_one_is_heard(fleet_registry: FleetRegistry) -> None:
    fine, told = await outcomes([fleet_registry.put(server(1)) for _ in range(16)])

    assert len(fine) == 1
    assert all(isinstance(error, Stale) for error in told)


async def test_one_that_was_removed_does_not_come_back_by_a_late_write(fleet_registry: FleetRegistry) -> None:
    added = await fleet_registry.put(server(1))

    assert await fleet_registry.remove(added.id)
    assert not await fleet_registry.remove(added.id)

    with pytest.raises(NotFound):
        await fleet_registry.get(added.id)
    with pytest.raises(Stale):
        await fleet_registry.put(added)
    await fleet_registry.put(server(1))


async def test_all_servers_come_by_id(fleet_registry: FleetRegistry) -> None:
    for number in (3, 1, 2):
        await fleet_registry.put(server(number))

    assert [one.id for one in await fleet_registry.all()] == [server(n).id for n in (1, 2, 3)]
