"""LiveKit's SIP service over Twirp: POST /twirp/livekit.SIP/<Method>, as ASGI; and a health answer."""

import json
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from typing import Any, Final, TypeAlias

import structlog
from google.protobuf.json_format import MessageToJson, Parse, ParseError
from google.protobuf.message import DecodeError, Message
from jwt import PyJWTError
from livekit.api import TokenVerifier
from livekit.api.access_token import Claims

from launcher.sip_stand_in.faults import HTTP_STATUS, TwirpFault
from launcher.sip_stand_in.methods import Method

log = structlog.get_logger()

Event: TypeAlias = MutableMapping[str, Any]

PREFIX: Final = "/twirp/livekit.SIP/"
HEALTH: Final = ("/", "/healthz")
BEARER: Final = "Bearer "
PROTOBUF: Final = "application/protobuf"
JSON: Final = "application/json"
LARGEST: Final = 1 << 20
"""Bytes of a request."""


class TwirpApp:
    """Knows its callers by the key that they share with LiveKit."""

    def __init__(self, methods: Mapping[str, Method], key: str, secret: str) -> None:
        self._methods = methods
        self._verifier = TokenVerifier(key, secret)

    async def __call__(
        self,
        scope: Event,
        receive: Callable[[], Awaitable[Event]],
        send: Callable[[Event], Awaitable[None]],
    ) -> None:
        if scope["type"] == "lifespan":
            await _live(receive, send)
            return
        if scope["path"] in HEALTH:
            await _answer(send, 200, b"OK", "text/plain")
            return
        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
        try:
            body, kind = await self._done(scope, headers, receive)
        except TwirpFault as fault:
            told = {"code": fault.code, "msg": fault.message, **({"meta": fault.meta} if fault.meta else {})}
            await _answer(send, HTTP_STATUS[fault.code], json.dumps(told).encode(), JSON)
            return
        await _answer(send, 200, body, kind)

    async def _done(
        self, scope: Event, headers: Mapping[str, str], receive: Callable[[], Awaitable[Event]]
    ) -> tuple[bytes, str]:
        method = self._method(scope)
        kind = headers.get("content-type", "").partition(";")[0].strip().lower()
        if kind not in (PROTOBUF, JSON):
            raise TwirpFault("bad_route", f"unexpected Content-Type: {kind!r}")
        claims = self._claims(headers)
        request = _read(await _body(receive), kind, method.takes)
        _permit(claims, method, request)
        try:
            answer = await method.does(request)
        except TwirpFault:
            raise
        except Exception as error:  # one request must not end the others, and its caller is to hear of it
            log.exception("request_failed", method=scope["path"].rpartition("/")[2])
            raise TwirpFault("internal", f"internal error: {type(error).__name__}") from error
        return _written(answer, kind), kind

    def _method(self, scope: Event) -> Method:
        method = self._methods.get(scope["path"].removeprefix(PREFIX))
        if scope["method"] != "POST" or method is None or not scope["path"].startswith(PREFIX):
            raise TwirpFault("bad_route", f"no handler for {scope['method']} {scope['path']}")
        return method

    def _claims(self, headers: Mapping[str, str]) -> Claims:
        shown = headers.get("authorization", "")
        if not shown.startswith(BEARER):
            raise TwirpFault("unauthenticated", "permissions denied")
        try:
            return self._verifier.verify(shown.removeprefix(BEARER))
        except (PyJWTError, ValueError, TypeError):
            raise TwirpFault("unauthenticated", "invalid authorization token") from None


def _permit(claims: Claims, method: Method, request: Message) -> None:
    """LiveKit tells who is not allowed as it tells who is not known."""
    granted = claims.sip is not None and getattr(claims.sip, method.grant)
    if granted and method.room is not None:
        video = claims.video
        granted = video is not None and bool(video.room_admin) and video.room == method.room(request)
    if not granted:
        raise TwirpFault("unauthenticated", "permissions denied")


async def _body(receive: Callable[[], Awaitable[Event]]) -> bytes:
    body, more = b"", True
    while more:
        event = await receive()
        if event["type"] == "http.disconnect":
            raise TwirpFault("malformed", "the request ended early")
        body += event.get("body", b"")
        more = event.get("more_body", False)
        if len(body) > LARGEST:
            raise TwirpFault("malformed", "the request is too large")
    return body


def _read(body: bytes, kind: str, takes: type[Message]) -> Message:
    try:
        return takes.FromString(body) if kind == PROTOBUF else Parse(body, takes(), ignore_unknown_fields=True)
    except (DecodeError, ParseError, UnicodeDecodeError):
        raise TwirpFault("malformed", "the request could not be decoded") from None


def _written(answer: Message, kind: str) -> bytes:
    if kind == PROTOBUF:
        return answer.SerializeToString()
    return MessageToJson(answer, preserving_proto_field_name=True, indent=None).encode()


async def _answer(send: Callable[[Event], Awaitable[None]], status: int, body: bytes, kind: str) -> None:
    headers = [(b"content-type", kind.encode()), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


async def _live(receive: Callable[[], Awaitable[Event]], send: Callable[[Event], Awaitable[None]]) -> None:
    while True:
        event = await receive()
        await send({"type": f"{event['type']}.complete"})
        if event["type"] == "lifespan.shutdown":
            return
