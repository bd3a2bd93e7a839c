"""One app for many tests: two brands, furnished alike, and put back as they were before each."""

import asyncio
import functools
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import httpx

from applications.api.app import create_app
from applications.api.container import Container
from domain.ids import DEFAULT_BRAND, BrandId
from tests.api.conftest import memory_container
from tests.api.furnished import Furnished, Snapshot, furnish, furnish_fleet, snapshot


@dataclass(frozen=True, slots=True, kw_only=True)
class House:
    """`ours` is the brand that asks; the same things of `theirs` have names that end in `_x`."""

    container: Container
    app: Any
    ours: Furnished
    theirs: Furnished
    kept: Snapshot

    @asynccontextmanager
    async def caller(self, **headers: str) -> AsyncIterator[httpx.AsyncClient]:
        """A client; `_` in a header's name stands for a dash."""
        async with httpx.AsyncClient(
            transport=httpx.ASGITransport(app=self.app),
            base_url="http://127.0.0.1:8601/api/v1",
            headers={name.replace("_", "-"): value for name, value in headers.items()},
        ) as client:
            yield client

    @asynccontextmanager
    async def everybody(self) -> AsyncIterator[httpx.AsyncClient]:
        """A client with every credential that there is, for tables that go through all doors."""
        async with self.caller(
            authorization=f"Bearer {self.ours.tokens['admin']}",
            x_api_key=self.ours.keys["good"],
            x_cxbcore_secret=self.container.settings().core_secret,
            idempotency_key="one",
        ) as client:
            yield client


@functools.cache
def built() -> House:
    """Made once: an app takes half a second."""
    container = memory_container()

    async def furnish_both() -> tuple[Furnished, Furnished]:
        await furnish_fleet(container)
        return await furnish(container, DEFAULT_BRAND), await furnish(container, BrandId("other"), "_x")

    with ThreadPoolExecutor(1) as elsewhere:  # whoever asks may be in a running loop
        ours, theirs = elsewhere.submit(asyncio.run, furnish_both()).result()
    kept = snapshot(container)
    return House(container=container, app=create_app(container), ours=ours, theirs=theirs, kept=kept)


def house() -> House:
    """As it was furnished."""
    built().kept.restore()
    return built()
