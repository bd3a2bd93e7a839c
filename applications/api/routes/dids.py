"""The numbers of ours that people call, and who answers them."""

from typing import Annotated

from litestar import delete, get, post, put
from litestar.di import Provide
from litestar.params import FromPath, JSONBody, QueryParameter

from applications.api.cases import maker
from applications.api.container import Container
from applications.api.http.doors import person
from applications.api.http.given import Given, provide
from applications.api.messages.dids import DidList, DidPut, DidShown, NewDid, show_did
from applications.api.use_cases.put_did import PutDid
from applications.api.use_cases.remove_did import RemoveDid
from domain.ids import BrandId
from domain.people.user import Permission
from ports.did_store import DidStore

Region = Annotated[
    str,
    QueryParameter(
        name="region",
        pattern="^[A-Za-z]{2}$",
        required=False,
        description="ISO 3166, where a number without a country code belongs.",
    ),
]


@get("/dids", operation_id="listDids", tags=["dids"], **person(Permission.READ))
async def list_dids(brand: Given[BrandId], dids: Given[DidStore]) -> DidList:
    """By number."""
    return DidList(items=tuple(show_did(did) for did in await dids.all(brand)))


@post("/dids", operation_id="addDid", tags=["dids"], **person(Permission.CHANGE_INTEGRATIONS, 409, 413, 415))
async def add_did(
    data: JSONBody[NewDid], brand: Given[BrandId], put_did: Given[PutDid], region: Region = "US"
) -> DidShown:
    """Calls to the number are answered from now on, by whichever trunk they come."""
    return show_did(await put_did.add(brand, data, region.upper()))


@get("/dids/{number:str}", operation_id="getDid", tags=["dids"], **person(Permission.READ, 404))
async def get_did(number: FromPath[str], brand: Given[BrandId], dids: Given[DidStore]) -> DidShown:
    """By its E.164 number. It is ours, and so may stand in an address, unlike a person's."""
    return show_did(await dids.get(brand, number))


@put(
    "/dids/{number:str}",
    operation_id="putDid",
    tags=["dids"],
    **person(Permission.CHANGE_INTEGRATIONS, 404, 409, 413, 415),
)
async def put_number(
    number: FromPath[str], data: JSONBody[DidPut], brand: Given[BrandId], put_did: Given[PutDid]
) -> DidShown:
    """Everything but its number, anew: what is left out is as if it had never been said."""
    return show_did(await put_did.change(brand, number, data))


@delete("/dids/{number:str}", operation_id="removeDid", tags=["dids"], **person(Permission.CHANGE_INTEGRATIONS, 404))
async def remove_did(number: FromPath[str], brand: Given[BrandId], remove: Given[RemoveDid]) -> None:
    """Calls to it get the busy tone from now on; those in progress go on."""
    await remove(brand, number)


ROUTES = (list_dids, add_did, get_did, put_number, remove_did)


def dependencies(container: Container) -> dict[str, Provide]:
    return {
        "dids": provide(container.dids),
        "put_did": provide(maker(container, PutDid)),
        "remove": provide(maker(container, RemoveDid)),
    }
