"""Recordings, in whole or in part, as players ask for them."""

from datetime import datetime
from typing import Annotated, Any, Final

import msgspec
from litestar import MediaType, Request, Response, get, head, post
from litestar.di import Provide
from litestar.openapi.datastructures import ResponseSpec
from litestar.params import FromPath, QueryParameter
from litestar.response import Stream

from applications.api.cases import maker
from applications.api.container import Container
from applications.api.http.channels import Channels, Rendition
from applications.api.http.doors import person
from applications.api.http.given import Given, provide
from applications.api.http.hearer import HEARER, brand_of_hearer
from applications.api.http.problem import documented, problem
from applications.api.http.ranges import Span, Unsatisfiable, wanted
from applications.api.use_cases.link_recording import LinkRecording
from applications.api.use_cases.open_recording import OpenRecording
from domain.ids import BrandId, CallId
from domain.people.user import Permission
from ports.object_store import ObjectStore

MEDIA_TYPE: Final = "audio/wav"
PATH: Final = "/recordings/{call_id:str}"

Token = Annotated[str | None, QueryParameter(name="token", max_length=2_048, required=False)]
AskedChannels = Annotated[
    Channels,
    QueryParameter(
        name="channels",
        required=False,
        description="stereo: the callee left, the bot right; mixed: both in one channel; or one of the two alone.",
    ),
]
Request_ = Request[Any, Any, Any]


class RecordingLink(msgspec.Struct, frozen=True, kw_only=True):
    """A link that works for five minutes."""

    url: str
    expires_at: datetime


@post(
    "/calls/{call_id:str}/recording-link",
    operation_id="linkRecording",
    tags=["recordings"],
    status_code=200,
    **person(Permission.HEAR_RECORDINGS, 404),
)
async def link_recording(call_id: FromPath[str], brand: Given[BrandId], link: Given[LinkRecording]) -> RecordingLink:
    """For players that can send no header."""
    made = await link(brand, CallId(call_id))
    return RecordingLink(url=made.url, expires_at=made.expires_at)


PARTS: Final[dict[str, Any]] = {
    **HEARER,
    "responses": {
        **HEARER["responses"],
        206: ResponseSpec(data_container=bytes, media_type=MEDIA_TYPE, description="The part that `Range` asks for"),
        304: ResponseSpec(data_container=None, description="It is still the one that `If-None-Match` names"),
        **documented(416),
    },
}


@get(PATH, operation_id="getRecording", tags=["recordings"], media_type=MEDIA_TYPE, **PARTS)
async def get_recording(
    call_id: FromPath[str],
    request: Request_,
    opening: Given[OpenRecording],
    objects: Given[ObjectStore],
    token_: Token = None,
    channels_: AskedChannels = Channels.STEREO,
) -> Response[Any]:
    """WAV, 16 kHz and 16 bits. Answers one range with 206; several at once, or none, with everything."""
    brand = await brand_of_hearer(request, opening, CallId(call_id), token_)
    kept = Rendition(stored=await opening(brand, CallId(call_id)), channels=channels_)
    if _unchanged(request, kept):
        return Response(b"", status_code=304, media_type=MEDIA_TYPE, headers=_headers(kept))
    try:
        want = wanted(request.headers, kept.size, kept.etag)
    except Unsatisfiable:
        headers = {**_headers(kept), "content-range": f"bytes */{kept.size}"}
        return problem(416, "no-such-range", "no byte of the recording lies in the range", headers=headers)
    span = want.span
    return Stream(
        kept.read(objects, span),
        status_code=206 if want.partial else 200,
        media_type=MEDIA_TYPE,
        headers={**_headers(kept), **_length(span, partial=want.partial)},
    )


@head(PATH, operation_id="headRecording", tags=["recordings"], media_type=MEDIA_TYPE, **HEARER)
async def head_recording(
    call_id: FromPath[str],
    request: Request_,
    opening: Given[OpenRecording],
    token_: Token = None,
    channels_: AskedChannels = Channels.STEREO,
) -> Response[None]:
    """Size and version of the recording."""
    brand = await brand_of_hearer(request, opening, CallId(call_id), token_)
    kept = Rendition(stored=await opening(brand, CallId(call_id)), channels=channels_)
    whole = _length(Span(start=0, end=kept.size, size=kept.size), partial=False)
    headers = {**_headers(kept), **whole, "content-type": MEDIA_TYPE}
    return Response(None, status_code=200, media_type=MediaType.TEXT, headers=headers)  # TEXT: nothing to render


def _unchanged(request: Request_, kept: Rendition) -> bool:
    known = [each.strip().removeprefix("W/") for each in request.headers.get("if-none-match", "").split(",")]
    return kept.etag in known or known == ["*"]


def _headers(kept: Rendition) -> dict[str, str]:
    """A recording belongs to one person: no shared cache may keep it."""
    return {"accept-ranges": "bytes", "etag": kept.etag, "cache-control": "private, max-age=300"}


def _length(span: Span, *, partial: bool) -> dict[str, str]:
    length = {"content-length": str(span.end - span.start)}
    if partial:
        length["content-range"] = f"bytes {span.start}-{span.end - 1}/{span.size}"
    return length


ROUTES = (link_recording, get_recording, head_recording)


def dependencies(container: Container) -> dict[str, Provide]:
    return {
        "link": provide(maker(container, LinkRecording)),
        "opening": provide(maker(container, OpenRecording)),
        "objects": provide(container.objects),
    }
