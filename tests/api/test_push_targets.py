"""Push targets: their addresses and secrets."""

import base64

import pytest

from applications.api.use_cases.add_target import AddTarget
from applications.api.use_cases.change_target import ChangeTarget
from applications.api.use_cases.rotate_secret import RotateSecret
from domain.crm.delivery import CrmTarget
from domain.errors import InvalidValue
from domain.ids import TargetId
from ports.errors import NotFound
from tests.api.call_world import BRAND, World


async def target(world: World, name: str) -> CrmTarget:
    return await world.case(AddTarget)(BRAND, name=name, url="https://crm.example.com/hook")


async def test_a_secret_is_as_standard_webhooks_wants_it_and_can_be_changed() -> None:
    world = World()
    crm = await target(world, "crm")
    assert 24 <= len(base64.b64decode(crm.secret.removeprefix("whsec_"))) <= 64
    changed = await world.case(RotateSecret)(BRAND, crm.id)
    assert changed.secret != crm.secret
    with pytest.raises(NotFound):
        await world.case(RotateSecret)(BRAND, TargetId("nobody"))


@pytest.mark.parametrize(
    "url", ["ftp://a", "https://", "https://u:p@host/", "javascript:1", "https://a b/", "http://h:x/"]
)
async def test_what_is_no_address_is_refused(url: str) -> None:
    with pytest.raises(InvalidValue):
        await World().case(AddTarget)(BRAND, name="crm", url=url)


async def test_a_target_switched_on_again_forgets_why_it_was_off() -> None:
    world = World()
    crm = await target(world, "crm")
    change = world.case(ChangeTarget)
    off = await change(BRAND, crm.id, name=None, url=None, active=False)
    assert off.disabled_because
    on = await change(BRAND, crm.id, name="new", url=None, active=True)
    assert (on.active, on.disabled_because, on.name, on.url) == (True, None, "new", crm.url)
