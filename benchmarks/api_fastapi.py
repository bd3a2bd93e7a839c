"""The API's three endpoints once more, in FastAPI (extra `bench`): the same doors, checks and use cases."""

from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import Depends, FastAPI, Header, HTTPException, Request
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from applications.api.cases import maker
from applications.api.container import Container
from applications.api.messages.dialout import DialoutRequest
from applications.api.use_cases.fetch_config import FetchConfig
from applications.api.use_cases.identify_key import IdentifyKey
from applications.api.use_cases.receive_result import ReceiveResult
from applications.api.use_cases.start_dialout import StartDialout
from benchmarks.api_litestar import is_ours
from domain.bots.runtime_config import RuntimeConfig
from domain.calls.call import CallState
from domain.calls.outcome import Outcome
from domain.calls.result import EndedBy, Recording, ResultSource
from domain.calls.transcript import Turn
from domain.calls.transfer import TransferTried
from domain.ids import DEFAULT_BRAND, BotId, BrandId, CallId, ServerId
from domain.people.user import ApiKey
from ports.messages.results import ResultPackage

STRICT = ConfigDict(extra="forbid", frozen=True)


class PackageModel(BaseModel):
    """As ResultPackage."""

    model_config = STRICT
    call_id: str
    brand: str = DEFAULT_BRAND
    outcome: Outcome
    ended_by: EndedBy
    source: ResultSource
    ended_at: AwareDatetime
    server: str
    answered_at: AwareDatetime | None = None
    turns: tuple[Turn, ...] = ()
    collected: Mapping[str, str] = {}
    disposition: str | None = None
    recording: Recording | None = None
    transfer: TransferTried | None = None
    sip_status: int | None = None
    detail: str | None = None
    schema_: int = Field(default=1, alias="schema")


class StoredModel(BaseModel):
    """As ResultStored."""

    call_id: str
    repeated: bool


class OrderModel(BaseModel):
    """As DialoutRequest."""

    model_config = STRICT
    bot_id: Annotated[str, Field(min_length=1, max_length=128)]
    to: Annotated[str, Field(min_length=1, max_length=32)]
    variables: Annotated[Mapping[str, str], Field(max_length=100)] = {}
    external_id: Annotated[str, Field(max_length=255)] | None = None
    region: Annotated[str, Field(max_length=64)] = ""
    caller_number: Annotated[str, Field(max_length=32)] | None = None


class AcceptedModel(BaseModel):
    """As DialoutAccepted."""

    call_id: str
    state: CallState


async def ours(given: Annotated[str, Header(alias="X-CXBCore-Secret")] = "") -> None:
    if not is_ours(given):
        raise HTTPException(401)


def fastapi(container: Container) -> Any:
    fetch, receive = maker(container, FetchConfig), maker(container, ReceiveResult)
    identify, dial = maker(container, IdentifyKey), maker(container, StartDialout)
    app = FastAPI(openapi_url=None)

    async def api_key(given: Annotated[str, Header(alias="X-API-Key")]) -> ApiKey:
        return await identify()(given)

    @app.get("/api/v1/config/{bot_id}", dependencies=[Depends(ours)])
    async def config(bot_id: str, call_id: Annotated[str, Header(alias="X-CXB-Call-Id")]) -> RuntimeConfig:
        return await fetch()(BotId(bot_id), CallId(call_id))

    @app.post("/api/v1/results", dependencies=[Depends(ours)], status_code=201)
    async def results(package: PackageModel, request: Request) -> StoredModel:
        stored = await receive()(_package(package), await request.body())
        return StoredModel(call_id=stored.call_id, repeated=stored.repeated)

    @app.post("/api/v1/dialout", status_code=202)
    async def dialout(
        order: OrderModel,
        key: Annotated[ApiKey, Depends(api_key)],
        name: Annotated[str, Header(alias="Idempotency-Key")],
    ) -> AcceptedModel:
        wish = DialoutRequest(
            bot_id=BotId(order.bot_id),
            to=order.to,
            variables=order.variables,
            external_id=order.external_id,
            region=order.region,
            caller_number=order.caller_number,
        )
        placed = await dial()(key, name, wish)
        return AcceptedModel(call_id=placed.call.id, state=placed.call.state)

    return app


def _package(model: PackageModel) -> ResultPackage:
    return ResultPackage(
        call_id=CallId(model.call_id),
        brand=BrandId(model.brand),
        outcome=model.outcome,
        ended_by=model.ended_by,
        source=model.source,
        ended_at=model.ended_at,
        server=ServerId(model.server),
        answered_at=model.answered_at,
        turns=model.turns,
        collected=model.collected,
        disposition=model.disposition,
        recording=model.recording,
        sip_status=model.sip_status,
        detail=model.detail,
        schema=model.schema_,
    )
