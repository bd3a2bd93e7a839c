"""What a module of routes offers to the app."""

from collections.abc import Sequence
from typing import Protocol

from litestar.di import Provide
from litestar.types import ControllerRouterHandler

from applications.api.container import Container


class Area(Protocol):
    """A module in `applications/api/routes`. `dependencies` are what its handlers are given, by name."""

    @property
    def ROUTES(self) -> Sequence[ControllerRouterHandler]: ...  # noqa: N802  # a constant of the module

    def dependencies(self, container: Container) -> dict[str, Provide]: ...
