"""Numbers that must not be called."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Annotated, Any

from litestar import Request, get, post
from litestar.di import Provide
from litestar.openapi.spec import OpenAPIMediaType, Operation, RequestBody, Schema
from litestar.openapi.spec.enums import OpenAPIType
from litestar.params import JSONBody, QueryParameter

from applications.api.cases import maker
from applications.api.container import Container
from applications.api.dnc_rows import numbers_of
from applications.api.http.bodies import LARGEST_UPLOAD, read_any_body
from applications.api.http.doors import person
from applications.api.http.given import Given, provide
from applications.api.http.paging import After, Limit
from applications.api.http.uploads import CSV_BODY, csv_chunks, is_csv, json_body
from applications.api.messages.dnc import (
    LONGEST_PHONE,
    MOST_PHONES,
    DncAnswer,
    DncNumbers,
    DncPage,
    DncQuestion,
    DncRemoved,
    DncUploaded,
    show_entry,
)
from applications.api.use_cases.add_dnc_numbers import AddDncNumbers, RawNumber
from applications.api.use_cases.find_dnc_number import FindDncNumber
from applications.api.use_cases.remove_dnc_number import RemoveDncNumber
from domain.ids import BrandId
from domain.people.user import Permission, User
from ports.dnc_list import DncList

Region = Annotated[
    str,
    QueryParameter(
        name="region",
        pattern="^[A-Za-z]{2}$",
        required=False,
        description="For a CSV file: ISO 3166, where numbers without a country code belong.",
    ),
]


@dataclass
class NumbersUpload(Operation):
    """An operation whose body is a list in JSON, or a CSV file."""

    def __post_init__(self) -> None:
        phone = Schema(type=OpenAPIType.STRING, min_length=1, max_length=LONGEST_PHONE)
        numbers = Schema(
            type=OpenAPIType.OBJECT,
            required=["phones"],
            properties={
                "phones": Schema(type=OpenAPIType.ARRAY, items=phone, max_items=MOST_PHONES),
                "region": Schema(type=OpenAPIType.STRING, pattern="^[A-Z]{2}$", default="US"),
            },
            additional_properties=False,
        )
        content = {"application/json": OpenAPIMediaType(schema=numbers), "text/csv": CSV_BODY}
        self.request_body = RequestBody(content=content, required=True)


@post(
    "/dnc",
    operation_id="addDncNumbers",
    operation_class=NumbersUpload,
    tags=["dnc"],
    status_code=200,
    request_max_body_size=LARGEST_UPLOAD,
    **person(Permission.CHANGE_SUPPRESSION, 413, 415),
)
async def add_numbers(
    request: Request[Any, Any, Any], brand: Given[BrandId], add: Given[AddDncNumbers], region: Region = "US"
) -> DncUploaded:
    """A list in JSON, or a CSV file with a phone column. What is wrong is named; the rest is taken."""
    if is_csv(request):
        upload = await add(brand, numbers_of(csv_chunks(request)), region=region.upper())
    else:
        numbers: DncNumbers = await read_any_body(await json_body(request), DncNumbers)
        upload = await add(brand, _listed(numbers.phones), region=numbers.region)
    return DncUploaded(added=upload.added, known=upload.known, refused=upload.refused, errors=tuple(upload.errors))


async def _listed(phones: tuple[str, ...]) -> AsyncIterator[RawNumber]:
    for line, phone in enumerate(phones, start=1):
        yield RawNumber(line=line, text=phone)


@post("/dnc/lookup", operation_id="findDncNumber", tags=["dnc"], status_code=200, **person(Permission.READ, 413, 415))
async def find_number(data: JSONBody[DncQuestion], brand: Given[BrandId], find: Given[FindDncNumber]) -> DncAnswer:
    entry = await find(brand, data.phone, region=data.region)
    return DncAnswer(listed=entry is not None, entry=show_entry(entry) if entry else None)


@post(
    "/dnc/remove",
    operation_id="removeDncNumber",
    tags=["dnc"],
    status_code=200,
    **person(Permission.CHANGE_SUPPRESSION, 413, 415),
)
async def remove_number(data: JSONBody[DncQuestion], user: Given[User], remove: Given[RemoveDncNumber]) -> DncRemoved:
    return DncRemoved(removed=await remove(user, data.phone, region=data.region))


@get("/dnc", operation_id="listDncNumbers", tags=["dnc"], **person(Permission.READ))
async def list_numbers(brand: Given[BrandId], dnc: Given[DncList], after: After = None, limit: Limit = 50) -> DncPage:
    """By number."""
    page = await dnc.page(brand, after=after, limit=limit)
    return DncPage(items=tuple(show_entry(entry) for entry in page.items), next=page.next, count=await dnc.count(brand))


ROUTES = (add_numbers, find_number, remove_number, list_numbers)


def dependencies(container: Container) -> dict[str, Provide]:
    return {
        "add": provide(maker(container, AddDncNumbers)),
        "find": provide(maker(container, FindDncNumber)),
        "remove": provide(maker(container, RemoveDncNumber)),
        "dnc": provide(container.dnc),
    }
