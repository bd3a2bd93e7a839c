"""Files of leads: taken at once, read in the background, with every row that was refused."""

from collections.abc import Mapping
from typing import Annotated, Any

from litestar import Request, get, post
from litestar.di import Provide
from litestar.params import FromPath, QueryParameter
from litestar.response import Stream

from applications.api.cases import maker
from applications.api.container import Container
from applications.api.csv_writer import csv_lines
from applications.api.http.bodies import LARGEST_UPLOAD, read_body
from applications.api.http.doors import person
from applications.api.http.downloads import csv_file
from applications.api.http.given import Given, provide
from applications.api.http.paging import After, Limit
from applications.api.http.uploads import CsvUpload, csv_chunks, require_csv
from applications.api.messages.leads import ImportShown, show_import
from applications.api.use_cases.begin_import import BeginImport
from domain.campaigns.lead_import import RowError
from domain.errors import Fault, InvalidValue
from domain.ids import BrandId, CampaignId, ImportId
from domain.people.user import Permission
from ports.campaign_store import CampaignStore
from ports.errors import Refused
from ports.import_store import ImportStore
from ports.paging import Page

READ = person(Permission.READ, 404)

Region = Annotated[
    str, QueryParameter(name="region", pattern="^[A-Za-z]{2}$", description="ISO 3166; where numbers are dialled from.")
]
ColumnNames = Annotated[
    str,
    QueryParameter(
        name="columns",
        max_length=8192,
        required=False,
        description='JSON that gives headers other names, such as {"Tel.": "phone"}. Known names: phone, external_id, '
        "region, priority, consent, timezone; every other column is a variable.",
    ),
]


@post(
    "/campaigns/{campaign_id:str}/imports",
    operation_id="importLeads",
    operation_class=CsvUpload,
    tags=["leads"],
    status_code=202,
    request_max_body_size=LARGEST_UPLOAD,
    **person(Permission.CHANGE_CAMPAIGNS, 404, 409, 413, 415),
)
async def import_leads(
    campaign_id: FromPath[str],
    request: Request[Any, Any, Any],
    brand: Given[BrandId],
    begin: Given[BeginImport],
    region: Region,
    columns: ColumnNames = "{}",
) -> ImportShown:
    """The file is kept, and read in the background; the answer's `id` tells how far that is."""
    require_csv(request)
    names = _names(columns)
    chunks = csv_chunks(request)
    return show_import(await begin(brand, CampaignId(campaign_id), chunks, region=region.upper(), columns=names))


def _names(columns: str) -> Mapping[str, str]:
    try:
        names: Mapping[str, str] = read_body(columns.encode(), dict[str, str])
    except InvalidValue as error:
        faults = [Fault(field=f"columns.{f.field}".rstrip("."), reason=f.reason) for f in error.faults]
        raise InvalidValue(*faults) from None
    return names


@get("/campaigns/{campaign_id:str}/imports", operation_id="listImports", tags=["leads"], **READ)
async def list_imports(
    campaign_id: FromPath[str],
    brand: Given[BrandId],
    campaigns: Given[CampaignStore],
    imports: Given[ImportStore],
    after: After = None,
    limit: Limit = 50,
) -> Page[ImportShown]:
    """Newest first."""
    campaign = await campaigns.get(brand, CampaignId(campaign_id))
    return (await imports.page(brand, campaign.id, after=after, limit=limit)).map(show_import)


@get("/imports/{import_id:str}", operation_id="getImport", tags=["leads"], **READ)
async def get_import(import_id: FromPath[str], brand: Given[BrandId], imports: Given[ImportStore]) -> ImportShown:
    return show_import(await imports.get(brand, ImportId(import_id)))


@get("/imports/{import_id:str}/errors", operation_id="listRowErrors", tags=["leads"], **READ)
async def list_errors(
    import_id: FromPath[str], brand: Given[BrandId], imports: Given[ImportStore], after: After = None, limit: Limit = 50
) -> Page[RowError]:
    """By line; the first ten thousand of them."""
    errors = (await imports.get(brand, ImportId(import_id))).errors
    start = _start(after)
    more = start + limit < len(errors)
    return Page(items=errors[start : start + limit], next=str(start + limit) if more else None)


def _start(after: str | None) -> int:
    if after is None:
        return 0
    if not (after.isascii() and after.isdigit() and len(after) <= 9):
        raise Refused("not a cursor of this list", reason="cursor")
    return int(after)


@get(
    "/imports/{import_id:str}/errors.csv",
    operation_id="downloadRowErrors",
    tags=["leads"],
    media_type="text/csv",
    **READ,
)
async def download_errors(import_id: FromPath[str], brand: Given[BrandId], imports: Given[ImportStore]) -> Stream:
    """The same as a file."""
    found = await imports.get(brand, ImportId(import_id))
    rows = ((error.line, error.fault.value, error.column, error.value) for error in found.errors)
    text = csv_lines([("line", "fault", "column", "value"), *rows])
    return csv_file(iter([text]), f"{found.id}-errors.csv")


ROUTES = (import_leads, list_imports, get_import, list_errors, download_errors)


def dependencies(container: Container) -> dict[str, Provide]:
    return {
        "begin": provide(maker(container, BeginImport)),
        "imports": provide(container.imports),
        "campaigns": provide(container.campaigns),
    }
