"""The trunks that calls leave and come in by."""

from litestar import delete, get, patch, post
from litestar.di import Provide
from litestar.params import FromPath, JSONBody

from applications.api.cases import maker
from applications.api.container import Container
from applications.api.http.doors import person
from applications.api.http.given import Given, provide
from applications.api.messages.trunks import NewTrunk, TrunkChange, Trunks, TrunkShown, show_trunk
from applications.api.use_cases.add_trunk import AddTrunk
from applications.api.use_cases.change_trunk import ChangeTrunk
from applications.api.use_cases.remove_trunk import RemoveTrunk
from domain.ids import BrandId, TrunkId
from domain.people.user import Permission
from domain.routing.shares import channels_of
from domain.routing.trunk import Trunk
from ports.allotments import Allotments
from ports.trunk_store import TrunkStore

CHANGE = person(Permission.CHANGE_INTEGRATIONS, 404, 409, 413, 415, 422)


@get("/trunks", operation_id="listTrunks", tags=["trunks"], **person(Permission.READ))
async def list_trunks(brand: Given[BrandId], trunks: Given[TrunkStore], allotments: Given[Allotments]) -> Trunks:
    return Trunks(items=tuple([await _shown(trunk, allotments) for trunk in await trunks.all(brand)]))


@post("/trunks", operation_id="addTrunk", tags=["trunks"], **person(Permission.CHANGE_INTEGRATIONS, 409, 413, 415, 422))
async def add_trunk(data: JSONBody[NewTrunk], brand: Given[BrandId], add: Given[AddTrunk]) -> TrunkShown:
    """A SIP trunk. Numbers that it reaches are called by it from now on, and by the simulated carrier no more."""
    return show_trunk(await add(brand, data), 0)


@get("/trunks/{trunk_id:str}", operation_id="getTrunk", tags=["trunks"], **person(Permission.READ, 404))
async def get_trunk(
    trunk_id: FromPath[str], brand: Given[BrandId], trunks: Given[TrunkStore], allotments: Given[Allotments]
) -> TrunkShown:
    return await _shown(await trunks.get(brand, TrunkId(trunk_id)), allotments)


@patch("/trunks/{trunk_id:str}", operation_id="changeTrunk", tags=["trunks"], **CHANGE)
async def change_trunk(
    trunk_id: FromPath[str],
    data: JSONBody[TrunkChange],
    brand: Given[BrandId],
    change: Given[ChangeTrunk],
    allotments: Given[Allotments],
) -> TrunkShown:
    """No new calls go by one that is disabled; those in progress go on. `sip` is replaced as a whole."""
    return await _shown(await change(brand, TrunkId(trunk_id), data), allotments)


@delete(
    "/trunks/{trunk_id:str}",
    operation_id="removeTrunk",
    tags=["trunks"],
    **person(Permission.CHANGE_INTEGRATIONS, 404, 409),
)
async def remove_trunk(trunk_id: FromPath[str], brand: Given[BrandId], remove: Given[RemoveTrunk]) -> None:
    """Only a SIP trunk of which no channel is held, and that no DID names."""
    await remove(brand, TrunkId(trunk_id))


async def _shown(trunk: Trunk, allotments: Allotments) -> TrunkShown:
    return show_trunk(trunk, sum((await allotments.held(channels_of(trunk.id))).values()))


ROUTES = (list_trunks, add_trunk, get_trunk, change_trunk, remove_trunk)


def dependencies(container: Container) -> dict[str, Provide]:
    return {
        "trunks": provide(container.trunks),
        "allotments": provide(container.allotments),
        "add": provide(maker(container, AddTrunk)),
        "change": provide(maker(container, ChangeTrunk)),
        "remove": provide(maker(container, RemoveTrunk)),
    }
