"""The Cores that calls go to."""

from collections.abc import Mapping
from typing import Annotated

from litestar import delete, get, put
from litestar.di import Provide
from litestar.params import FromPath, JSONBody, PathParameter

from applications.api.cases import maker
from applications.api.container import Container
from applications.api.http.doors import person
from applications.api.http.given import Given, provide
from applications.api.messages.routing import Fleet, ServerPut, ServerShown, show_server
from applications.api.use_cases.put_server import PutServer
from applications.api.use_cases.remove_server import RemoveServer
from domain.ids import ServerId
from domain.people.user import Permission
from domain.routing.shares import slots_of
from ports.allotments import Allotments
from ports.fleet_registry import FleetRegistry

ServerName = Annotated[str, PathParameter(pattern="^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$")]


@get("/fleet", operation_id="listFleet", tags=["fleet"], **person(Permission.READ))
async def list_fleet(fleet: Given[FleetRegistry], allotments: Given[Allotments]) -> Fleet:
    servers = await fleet.all()
    return Fleet(items=tuple([show_server(s, _sum(await allotments.held(slots_of(s.id)))) for s in servers]))


@put(
    "/fleet/{server_id:str}",
    operation_id="putServer",
    tags=["fleet"],
    **person(Permission.CHANGE_INTEGRATIONS, 409, 413, 415),
)
async def put_server(
    server_id: ServerName, data: JSONBody[ServerPut], put_core: Given[PutServer], allotments: Given[Allotments]
) -> ServerShown:
    """A new Core takes calls once it has answered a health check."""
    server = await put_core(ServerId(server_id), url=data.url, region=data.region, weight=data.weight)
    return show_server(server, _sum(await allotments.held(slots_of(server.id))))


@delete(
    "/fleet/{server_id:str}",
    operation_id="removeServer",
    tags=["fleet"],
    **person(Permission.CHANGE_INTEGRATIONS, 404, 409),
)
async def remove_server(server_id: FromPath[str], remove_core: Given[RemoveServer]) -> None:
    """Only one that has no live calls."""
    await remove_core(ServerId(server_id))


def _sum(held: Mapping[str, int]) -> int:
    return sum(held.values())


ROUTES = (list_fleet, put_server, remove_server)


def dependencies(container: Container) -> dict[str, Provide]:
    return {
        "fleet": provide(container.fleet),
        "allotments": provide(container.allotments),
        "put_core": provide(maker(container, PutServer)),
        "remove_core": provide(maker(container, RemoveServer)),
    }
