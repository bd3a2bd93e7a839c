"""Who may come in: each route stands behind one door, and asks for a permission, never for a role.

A door is what a handler's decorator gets: `@get("/bots", **person(Permission.READ, 404))` gives it the guard, the
security scheme, and the problems that it documents. The guard is asked as `before_request`, ahead of everything that
is read of the request: for its own `guards` the framework copies the whole handler each time, which takes
a twelfth of a small request.
"""

import hmac
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlsplit

from litestar.connection import ASGIConnection
from litestar.exceptions import ClientException, NotAuthorizedException, PermissionDeniedException
from litestar.openapi.spec import SecurityScheme

from applications.api.http.problem import documented
from applications.api.use_cases.identify_key import IdentifyKey
from applications.api.use_cases.identify_person import IdentifyPerson
from domain.people.user import Permission, User
from ports.errors import NotFound, Refused

COOKIE: Final = "cxb_session"
SAFE: Final = frozenset({"GET", "HEAD", "OPTIONS"})

SCHEMES: Final = {
    "person": SecurityScheme(type="http", scheme="bearer", bearer_format="JWT"),
    "cookie": SecurityScheme(type="apiKey", name=COOKIE, security_scheme_in="cookie"),
    "crm": SecurityScheme(type="apiKey", name="X-API-Key", security_scheme_in="header"),
    "internal": SecurityScheme(type="apiKey", name="X-CXBCore-Secret", security_scheme_in="header"),
}

Connection = ASGIConnection[Any, Any, Any, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Doorman:
    """Knows by what everybody proves who they are. `public_url` is the origin that our own pages come from."""

    identify_person: IdentifyPerson
    identify_key: IdentifyKey
    core_secret: str
    public_url: str

    async def person(self, connection: Connection) -> User:
        """Raises NotAuthorizedException, or PermissionDeniedException for a page of somebody else's."""
        token, by_cookie = _token(connection)
        if not token:
            raise NotAuthorizedException(detail="a session is needed", headers={"www-authenticate": "Bearer"})
        if by_cookie and str(connection.scope.get("method")) not in SAFE and not self._our_page(connection):
            raise PermissionDeniedException(detail="the request comes from another site's page")
        try:
            return await self.identify_person(token)
        except (Refused, NotFound):
            raise NotAuthorizedException(detail="the session is over", headers={"www-authenticate": "Bearer"}) from None

    def _our_page(self, connection: Connection) -> bool:
        origin = urlsplit(connection.headers.get("origin", ""))
        ours = urlsplit(self.public_url)
        if (origin.scheme, origin.netloc) == (ours.scheme, ours.netloc):
            return True
        hosts = {connection.headers.get("host"), connection.headers.get("x-forwarded-host")}
        return bool(origin.netloc) and origin.netloc in hosts

    def internal(self, connection: Connection) -> None:
        given = connection.headers.get("x-cxbcore-secret", "")
        if not self.core_secret or not hmac.compare_digest(given.encode(), self.core_secret.encode()):
            raise NotAuthorizedException(detail="the internal secret is missing or wrong")


def person(permission: Permission, *problems: int) -> dict[str, Any]:
    """A person who is signed in and has the permission. The handler may be given `user` and `brand`."""

    async def guard(connection: Connection) -> None:
        _refuse_odd_address(connection)
        user = await connection.app.state.doorman.person(connection)
        if not user.may(permission):
            raise PermissionDeniedException(detail=f"needs the permission {permission.value}")
        connection.scope["user"] = user
        connection.scope["auth"] = user.brand

    return {
        "before_request": guard,
        "security": [{"person": []}, {"cookie": []}],
        "responses": documented(400, 401, 403, 503, *problems),
    }


def crm(*problems: int) -> dict[str, Any]:
    """A CRM with an API key. The handler may be given `api_key` and `brand`."""

    async def guard(connection: Connection) -> None:
        _refuse_odd_address(connection)
        try:
            key = await connection.app.state.doorman.identify_key(connection.headers.get("x-api-key", ""))
        except (Refused, NotFound):
            raise NotAuthorizedException(detail="the API key is missing or does not work") from None
        connection.scope["user"] = key
        connection.scope["auth"] = key.brand

    return {"before_request": guard, "security": [{"crm": []}], "responses": documented(400, 401, 503, *problems)}


def internal(*problems: int) -> dict[str, Any]:
    """Core, Dialler or exchange. They speak for every brand."""

    async def guard(connection: Connection) -> None:
        _refuse_odd_address(connection)
        connection.app.state.doorman.internal(connection)

    return {"before_request": guard, "security": [{"internal": []}], "responses": documented(400, 401, 503, *problems)}


def anybody(*problems: int) -> dict[str, Any]:
    """Open to all."""

    async def guard(connection: Connection) -> None:
        _refuse_odd_address(connection)

    return {"before_request": guard, "security": [{}], "responses": documented(400, 503, *problems)}


def _refuse_odd_address(connection: Connection) -> None:
    """No store can keep a NUL character, wherever in the address it stands. Each door's own guard asks this: a handler
    has one `before_request`."""
    if "\0" in connection.scope["path"] or b"%00" in connection.scope["query_string"]:
        raise ClientException(detail="the address holds a NUL character")


def _token(connection: Connection) -> tuple[str, bool]:
    """The token, and whether it came by cookie."""
    kind, _, token = connection.headers.get("authorization", "").partition(" ")
    if token:
        return (token.strip(), False) if kind.lower() == "bearer" else ("", False)
    return connection.cookies.get(COOKIE, ""), True
