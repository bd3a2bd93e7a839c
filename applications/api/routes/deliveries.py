"""The log of pushes: what was sent, what came back, and sending it again."""

from typing import Annotated

from litestar import get, post
from litestar.di import Provide
from litestar.params import FromPath

from applications.api.cases import maker
from applications.api.container import Container
from applications.api.http.doors import person
from applications.api.http.filters import by
from applications.api.http.given import Given, provide
from applications.api.http.paging import After, Limit
from applications.api.messages.crm import DeliveryRow, DeliveryShown, show_delivery, show_delivery_row
from applications.api.use_cases.replay_delivery import ReplayDelivery
from domain.crm.delivery import DeliveryState
from domain.ids import BrandId, CallId, DeliveryId, TargetId
from domain.people.user import Permission
from ports.delivery_log import DeliveryFilter, DeliveryLog
from ports.paging import Page


@get("/crm/deliveries", operation_id="listDeliveries", tags=["crm"], **person(Permission.READ))
async def list_deliveries(  # one argument a filter
    brand: Given[BrandId],
    deliveries: Given[DeliveryLog],
    state_: Annotated[DeliveryState | None, by("state")] = None,
    target_id: Annotated[str | None, by("target_id")] = None,
    call_id: Annotated[str | None, by("call_id")] = None,
    after: After = None,
    limit: Limit = 50,
) -> Page[DeliveryRow]:
    """Newest first."""
    where = DeliveryFilter(
        state=state_,
        target_id=TargetId(target_id) if target_id else None,
        call_id=CallId(call_id) if call_id else None,
    )
    return (await deliveries.page(brand, where=where, after=after, limit=limit)).map(show_delivery_row)


@get("/crm/deliveries/{delivery_id:str}", operation_id="getDelivery", tags=["crm"], **person(Permission.READ, 404))
async def get_delivery(
    delivery_id: FromPath[str], brand: Given[BrandId], deliveries: Given[DeliveryLog]
) -> DeliveryShown:
    """With the exact body, and each try."""
    return show_delivery(await deliveries.get(brand, DeliveryId(delivery_id)))


@post(
    "/crm/deliveries/{delivery_id:str}/replay",
    operation_id="replayDelivery",
    tags=["crm"],
    status_code=202,
    **person(Permission.CHANGE_INTEGRATIONS, 404, 409),
)
async def replay_delivery(
    delivery_id: FromPath[str], brand: Given[BrandId], replay: Given[ReplayDelivery]
) -> DeliveryShown:
    """It is due at once, with the whole schedule of tries ahead of it."""
    return show_delivery(await replay(brand, DeliveryId(delivery_id)))


ROUTES = (list_deliveries, get_delivery, replay_delivery)


def dependencies(container: Container) -> dict[str, Provide]:
    return {"deliveries": provide(container.deliveries), "replay": provide(maker(container, ReplayDelivery))}
