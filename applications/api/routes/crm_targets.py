"""The addresses that pushes go to."""

from litestar import get, patch, post
from litestar.di import Provide
from litestar.params import FromPath, JSONBody

from applications.api.cases import maker
from applications.api.container import Container
from applications.api.http.doors import person
from applications.api.http.given import Given, provide
from applications.api.messages.crm import (
    DeliveryShown,
    NewTarget,
    TargetChange,
    TargetList,
    TargetMade,
    TargetShown,
    show_delivery,
    show_target,
)
from applications.api.use_cases.add_target import AddTarget
from applications.api.use_cases.change_target import ChangeTarget
from applications.api.use_cases.rotate_secret import RotateSecret
from applications.api.use_cases.try_target import TryTarget
from domain.ids import BrandId, TargetId
from domain.people.user import Permission
from ports.crm_target_store import CrmTargetStore

CHANGE = person(Permission.CHANGE_INTEGRATIONS, 404, 409, 413, 415)


@get("/crm/targets", operation_id="listTargets", tags=["crm"], **person(Permission.READ))
async def list_targets(brand: Given[BrandId], targets: Given[CrmTargetStore]) -> TargetList:
    """Oldest first."""
    return TargetList(items=tuple(show_target(target) for target in await targets.all(brand)))


@post("/crm/targets", operation_id="addTarget", tags=["crm"], **person(Permission.CHANGE_INTEGRATIONS, 409, 413, 415))
async def add_target(data: JSONBody[NewTarget], brand: Given[BrandId], add: Given[AddTarget]) -> TargetMade:
    """The only time that its secret is shown."""
    target = await add(brand, name=data.name, url=data.url)
    return TargetMade(secret=target.secret, target=show_target(target))


@get("/crm/targets/{target_id:str}", operation_id="getTarget", tags=["crm"], **person(Permission.READ, 404))
async def get_target(target_id: FromPath[str], brand: Given[BrandId], targets: Given[CrmTargetStore]) -> TargetShown:
    return show_target(await targets.get(brand, TargetId(target_id)))


@patch("/crm/targets/{target_id:str}", operation_id="changeTarget", tags=["crm"], **CHANGE)
async def change_target(
    target_id: FromPath[str], data: JSONBody[TargetChange], brand: Given[BrandId], change: Given[ChangeTarget]
) -> TargetShown:
    """Pushes that come due while it is switched off are given up; they may be replayed."""
    target = await change(brand, TargetId(target_id), name=data.name, url=data.url, active=data.active)
    return show_target(target)


@post(
    "/crm/targets/{target_id:str}/rotate-secret",
    operation_id="rotateSecret",
    tags=["crm"],
    status_code=200,
    **person(Permission.CHANGE_INTEGRATIONS, 404, 409),
)
async def rotate_secret(target_id: FromPath[str], brand: Given[BrandId], rotate: Given[RotateSecret]) -> TargetMade:
    """From the next push on only the new one signs; it is shown this once."""
    target = await rotate(brand, TargetId(target_id))
    return TargetMade(secret=target.secret, target=show_target(target))


@post(
    "/crm/targets/{target_id:str}/test",
    operation_id="tryTarget",
    tags=["crm"],
    status_code=200,
    **person(Permission.CHANGE_INTEGRATIONS, 404, 409),
)
async def try_target(target_id: FromPath[str], brand: Given[BrandId], try_out: Given[TryTarget]) -> DeliveryShown:
    """One push of kind `test`, at once; the answer shows what came back."""
    return show_delivery(await try_out(brand, TargetId(target_id)))


ROUTES = (list_targets, add_target, get_target, change_target, rotate_secret, try_target)


def dependencies(container: Container) -> dict[str, Provide]:
    return {
        "targets": provide(container.targets),
        "add": provide(maker(container, AddTarget)),
        "change": provide(maker(container, ChangeTarget)),
        "rotate": provide(maker(container, RotateSecret)),
        "try_out": provide(maker(container, TryTarget)),
    }
