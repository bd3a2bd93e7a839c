"""Whoever changes a trunk or a DID need not wait until somebody looks: the media server has it with the answer."""

import asyncio
from collections.abc import Sequence

import httpx
import pytest
from dependency_injector import providers

from adapters.memory.trunk_mirror import MemoryTrunkMirror
from applications.api.container import Container
from applications.api.messages.trunks import TrunkChange
from applications.api.use_cases.change_trunk import ChangeTrunk
from applications.api.use_cases.keep_trunks_in_step import LEASE, KeepTrunksInStep
from contract_tests.ports import specimens
from domain.ids import DEFAULT_BRAND
from domain.routing.sip import SipSettings
from ports.errors import PortError, Refused, Unavailable
from ports.trunk_mirror import Copy, Difference, MirroredTrunk
from tests.api.call_world import BRAND, World
from tests.api.test_inbound import TRUNK, ready
from tests.api.test_media_servers import over_sip

DID = "/dids/+14155550160"


class Away(MemoryTrunkMirror):
    """Fails with `error`, or says nothing at all."""

    def __init__(self, error: PortError | None) -> None:
        super().__init__()
        self._error = error

    async def mend(self, wanted: Sequence[MirroredTrunk]) -> tuple[Difference, ...]:
        if self._error is not None:
            raise self._error
        await asyncio.Event().wait()
        return await super().mend(wanted)


@pytest.fixture
def mirror(container: Container) -> MemoryTrunkMirror:
    kept = MemoryTrunkMirror()
    container.trunk_mirror.override(providers.Object(kept))
    return kept


def kept_as(mirror: MemoryTrunkMirror, copy: Copy) -> tuple[object, ...]:
    """Of the only trunk."""
    [kept] = [kept for (_, one), kept in mirror.kept.items() if one is copy]
    assert isinstance(kept, tuple)
    return kept


def way_out(mirror: MemoryTrunkMirror) -> object:
    return kept_as(mirror, Copy.OUT)[0]


def numbers(mirror: MemoryTrunkMirror) -> object:
    """Those of ours that it lets in."""
    return kept_as(mirror, Copy.IN)[-1]


async def test_it_has_each_change_of_a_trunk(admin: httpx.AsyncClient, mirror: MemoryTrunkMirror) -> None:
    sip = {"host": "192.0.2.1", "port": 5062}
    made = (await admin.post("/trunks", json={"name": "Main", "sip": sip})).json()
    assert way_out(mirror) == SipSettings(host="192.0.2.1", port=5062)

    address = f"/trunks/{made['id']}"
    await admin.patch(address, json={"sip": {"host": "192.0.2.2"}})
    assert way_out(mirror) == SipSettings(host="192.0.2.2")
    for enabled in (False, True):
        await admin.patch(address, json={"enabled": enabled})
        assert bool(mirror.kept) is enabled
    assert (await admin.delete(address)).status_code == 204
    assert mirror.kept == {}


async def test_it_has_each_change_of_a_did(
    container: Container, admin: httpx.AsyncClient, mirror: MemoryTrunkMirror
) -> None:
    await container.bots().add(specimens.bot(1, brand=DEFAULT_BRAND))
    await admin.post("/trunks", json={"name": "Main", "sip": {"host": "192.0.2.1"}})

    await admin.post("/dids", json={"number": "+14155550160", "bot_id": "bot_0001"})
    assert numbers(mirror) == {"+14155550160"}
    await admin.put(DID, json={"bot_id": "bot_0001", "enabled": False})
    assert numbers(mirror) == frozenset()
    await admin.put(DID, json={"bot_id": "bot_0001"})
    assert numbers(mirror) == {"+14155550160"}
    assert (await admin.delete(DID)).status_code == 204
    assert numbers(mirror) == frozenset()


@pytest.mark.virtual_time
@pytest.mark.parametrize("error", [Unavailable("away"), Refused("no such trunk", reason="trunk"), None])
async def test_one_that_is_away_keeps_nobody_from_changing_a_trunk(error: PortError | None) -> None:
    world = await ready()
    await over_sip(world)
    world.trunk_mirror = Away(error)

    await changed(world, TrunkChange(channels=3))

    assert (await world.trunks.get(BRAND, TRUNK)).channels == 3
    world.trunk_mirror = MemoryTrunkMirror()
    assert await world.case(KeepTrunksInStep)() == 3  # the way out, the way in, and its rule


@pytest.mark.virtual_time
async def test_one_api_at_a_time_speaks_to_it_and_the_last_one_has_seen_every_change() -> None:
    world = await ready()
    await over_sip(world)
    held = await world.leases.acquire(LEASE, "another API", 60.0)
    changing = asyncio.ensure_future(changed(world, TrunkChange(sip=SipSettings(host="192.0.2.9"))))
    await world.clock.sleep(1.0)
    assert world.trunk_mirror.kept == {}

    await world.leases.release(LEASE, held)
    await changing

    assert {copy for _, copy in world.trunk_mirror.kept} == {*Copy}
    assert await world.leases.holder(LEASE) is None


async def changed(world: World, change: TrunkChange) -> None:
    await world.case(ChangeTrunk)(BRAND, TRUNK, change)
