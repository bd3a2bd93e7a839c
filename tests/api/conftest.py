"""The whole API over memory twins, in this process, and people who ask it things."""

import functools
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

import httpx
import pytest
import structlog
from dependency_injector import providers

from adapters.memory.clock import MemoryClock
from adapters.memory.core_gateway import MemoryCoreGateway
from adapters.memory.crm_connection import MemoryCrmConnection
from adapters.memory.number_plan import MemoryNumberPlan
from adapters.memory.password_hasher import MemoryPasswordHasher
from adapters.memory.secret_box import MemorySecretBox
from adapters.memory.tokens import MemoryTokens
from applications.api.app import create_app
from applications.api.cases import maker
from applications.api.container import Container, container_of
from applications.api.sessions import open_session
from applications.api.use_cases.create_user import CreateUser
from domain.ids import DEFAULT_BRAND, BrandId
from domain.people.user import Role
from ports.settings import Media, Settings, Stores

ORIGIN = "http://127.0.0.1:8600"
PASSWORD = "correct horse battery"


@pytest.fixture(autouse=True)
def _quiet() -> Iterator[None]:
    """Expected errors are logged with their tracebacks; nobody wants to read those."""
    with structlog.testing.capture_logs():
        yield


def settings(**changes: Any) -> Settings:
    """With secrets, as every real deployment has them."""
    return replace(Settings(jwt_secret="j" * 40, core_secret="c" * 40, public_url=ORIGIN), **changes)


@pytest.fixture
def container() -> Container:
    return memory_container()


def memory_container() -> Container:
    made = container_of(settings(stores=Stores.MEMORY, media=Media.MEMORY))
    made.clock.override(providers.Singleton(MemoryClock))
    made.passwords.override(providers.Singleton(MemoryPasswordHasher))
    made.tokens.override(providers.Singleton(MemoryTokens))
    made.secret_box.override(providers.Singleton(MemorySecretBox))
    made.plan.override(providers.Singleton(MemoryNumberPlan))
    made.crm.override(providers.Singleton(MemoryCrmConnection, made.clock))
    made.cores.override(providers.Singleton(MemoryCoreGateway))
    return made


@functools.lru_cache(maxsize=1)
def app_of(container: Container) -> Any:
    """Making the app takes half a second; the callers of one test share theirs."""
    return create_app(container)


@asynccontextmanager
async def caller(container: Container) -> AsyncIterator[httpx.AsyncClient]:
    """Somebody with a client of their own; nobody is signed in."""
    transport = httpx.ASGITransport(app=app_of(container))
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:8601/api/v1") as client:
        yield client


@asynccontextmanager
async def signed_in(
    container: Container, email: str, role: Role, brand: BrandId = DEFAULT_BRAND
) -> AsyncIterator[httpx.AsyncClient]:
    """A new person, signed in by a token."""
    user = await maker(container, CreateUser)()(brand, email=email, password=PASSWORD, role=role)
    async with caller(container) as client:
        now, tokens = container.clock().now(), container.tokens()
        client.headers["authorization"] = f"Bearer {open_session(user, tokens, at=now, minutes=60 * 24 * 7).token}"
        yield client


@pytest.fixture
async def stranger(container: Container) -> AsyncIterator[httpx.AsyncClient]:
    async with caller(container) as client:
        yield client


@pytest.fixture
async def admin(container: Container) -> AsyncIterator[httpx.AsyncClient]:
    async with signed_in(container, "admin@example.com", Role.ADMIN) as client:
        yield client


@pytest.fixture
async def viewer(container: Container) -> AsyncIterator[httpx.AsyncClient]:
    async with signed_in(container, "viewer@example.com", Role.VIEWER) as client:
        yield client


@pytest.fixture
async def foreigner(container: Container) -> AsyncIterator[httpx.AsyncClient]:
    """An administrator of another brand."""
    async with signed_in(container, "admin@example.org", Role.ADMIN, BrandId("other")) as client:
        yield client
