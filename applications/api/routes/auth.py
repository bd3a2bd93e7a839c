"""Logging in and out, and one's own password."""

from typing import Any
from urllib.parse import urlsplit

from litestar import Request, Response, get, post
from litestar.datastructures import Cookie
from litestar.di import Provide
from litestar.params import JSONBody

from applications.api.cases import maker
from applications.api.container import Container
from applications.api.http.doors import COOKIE, anybody, person
from applications.api.http.given import Given, provide
from applications.api.messages.people import LogInRequest, PasswordChange, SessionShown, UserShown, show_user
from applications.api.sessions import Session
from applications.api.use_cases.change_password import ChangePassword
from applications.api.use_cases.log_in import LogIn
from applications.api.use_cases.log_out import LogOut
from domain.people.user import Permission, User


@post("/auth/login", operation_id="logIn", tags=["auth"], status_code=200, **anybody(401, 413, 415, 429))
async def log_in(
    data: JSONBody[LogInRequest], request: Request[Any, Any, Any], log_in_person: Given[LogIn]
) -> Response[SessionShown]:
    """A session, as a token and as a cookie."""
    address = request.client.host if request.client else ""
    session = await log_in_person(data.email, data.password, address=address)
    return _opened(session, request)


@post(
    "/auth/logout",
    operation_id="logOut",
    tags=["auth"],
    status_code=204,
    response_cookies=[Cookie(key=COOKIE, value="", max_age=0, path="/", httponly=True)],
    **person(Permission.READ, 409),
)
async def log_out(user: Given[User], log_out_person: Given[LogOut]) -> None:
    """Ends all of one's sessions, on every device."""
    await log_out_person(user)


@get("/auth/me", operation_id="me", tags=["auth"], **person(Permission.READ))
async def me(user: Given[User]) -> UserShown:
    """Who is signed in, and what they may do."""
    return show_user(user)


@post(
    "/auth/password",
    operation_id="changePassword",
    tags=["auth"],
    status_code=200,
    **person(Permission.READ, 409, 413, 415, 429),
)
async def change_password(
    data: JSONBody[PasswordChange],
    request: Request[Any, Any, Any],
    user: Given[User],
    change_own_password: Given[ChangePassword],
) -> Response[SessionShown]:
    """A new password; all sessions end, and this is the new one."""
    return _opened(await change_own_password(user, current=data.current, new=data.new), request)


def _opened(session: Session, request: Request[Any, Any, Any]) -> Response[SessionShown]:
    shown = SessionShown(token=session.token, expires_at=session.expires_at, user=show_user(session.user))
    cookie = Cookie(
        key=COOKIE,
        value=session.token,
        path="/",
        httponly=True,
        samesite="strict",
        secure=urlsplit(request.app.state.doorman.public_url).scheme == "https",
        expires=None,
        max_age=request.app.state.session_seconds,
    )
    return Response(shown, status_code=200, cookies=[cookie], headers={"cache-control": "no-store"})


ROUTES = (log_in, log_out, me, change_password)


def dependencies(container: Container) -> dict[str, Provide]:
    return {
        "log_in_person": provide(maker(container, LogIn)),
        "log_out_person": provide(maker(container, LogOut)),
        "change_own_password": provide(maker(container, ChangePassword)),
    }
