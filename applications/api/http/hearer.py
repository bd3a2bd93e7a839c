"""The door to recordings: a link's token, somebody who is signed in, or a CRM with its key."""

from typing import Any, Final

from litestar.connection import ASGIConnection
from litestar.exceptions import NotAuthorizedException, PermissionDeniedException

from applications.api.http.doors import Doorman
from applications.api.http.problem import documented
from applications.api.use_cases.open_recording import OpenRecording
from domain.ids import BrandId, CallId
from domain.people.user import Permission
from ports.errors import NotFound, Refused

HEARER: Final[dict[str, Any]] = {
    "security": [{}, {"person": []}, {"cookie": []}, {"crm": []}],
    "responses": documented(400, 401, 403, 404, 503),
}
"""What a handler behind this door documents; it asks `brand_of_hearer` itself, as a token is for one call only."""


async def brand_of_hearer(
    connection: ASGIConnection[Any, Any, Any, Any], opening: OpenRecording, call_id: CallId, token: str | None
) -> BrandId:
    """Whose recordings are open to the request. Raises NotAuthorizedException or PermissionDeniedException."""
    doorman: Doorman = connection.app.state.doorman
    try:
        if token:
            return opening.brand_of(token, call_id)
        if key := connection.headers.get("x-api-key", ""):
            return (await doorman.identify_key(key)).brand
    except (Refused, NotFound):
        raise NotAuthorizedException(detail="the link or key does not work, or no longer") from None
    user = await doorman.person(connection)
    if not user.may(Permission.HEAR_RECORDINGS):
        raise PermissionDeniedException(detail=f"needs the permission {Permission.HEAR_RECORDINGS.value}")
    return user.brand
