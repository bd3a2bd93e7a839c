"""The people who may sign in."""

from litestar import get, patch, post
from litestar.di import Provide
from litestar.params import FromPath, JSONBody

from applications.api.cases import maker
from applications.api.container import Container
from applications.api.http.doors import person
from applications.api.http.given import Given, provide
from applications.api.http.paging import After, Limit
from applications.api.messages.people import NewUser, UserChange, UserShown, show_user
from applications.api.use_cases.change_user import ChangeUser
from applications.api.use_cases.create_user import CreateUser
from domain.ids import BrandId, UserId
from domain.people.user import Permission, User
from ports.paging import Page
from ports.user_store import UserStore


@get("/users", operation_id="listUsers", tags=["users"], **person(Permission.MANAGE_USERS))
async def list_users(
    brand: Given[BrandId], users: Given[UserStore], after: After = None, limit: Limit = 50
) -> Page[UserShown]:
    """Newest first."""
    return (await users.page(brand, after=after, limit=limit)).map(show_user)


@post("/users", operation_id="createUser", tags=["users"], **person(Permission.MANAGE_USERS, 409, 413, 415, 429))
async def create_user(data: JSONBody[NewUser], brand: Given[BrandId], create_person: Given[CreateUser]) -> UserShown:
    return show_user(await create_person(brand, email=data.email, password=data.password, role=data.role))


@patch(
    "/users/{user_id:str}",
    operation_id="changeUser",
    tags=["users"],
    **person(Permission.MANAGE_USERS, 404, 409, 413, 415),
)
async def change_user(
    user_id: FromPath[str], data: JSONBody[UserChange], user: Given[User], change_person: Given[ChangeUser]
) -> UserShown:
    """Somebody who is deactivated is out at once."""
    return show_user(await change_person(user, UserId(user_id), active=data.active, role=data.role))


ROUTES = (list_users, create_user, change_user)


def dependencies(container: Container) -> dict[str, Provide]:
    return {
        "users": provide(container.users),
        "create_person": provide(maker(container, CreateUser)),
        "change_person": provide(maker(container, ChangeUser)),
    }
