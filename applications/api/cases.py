"""Makes use cases over the container's ports, by the names of their fields."""

import dataclasses
import typing
from collections.abc import Callable
from typing import Any, TypeVar

from applications.api.container import Container

Case = TypeVar("Case")


def maker(container: Container, case: type[Case]) -> Callable[[], Case]:
    """Makes a new one each time. A field that no port has the name of is a use case itself, and made as well."""
    parts = {name: _part(container, name, kind) for name, kind in _needed(container, case).items()}
    return lambda: case(**{name: make() for name, make in parts.items()})


def _part(container: Container, name: str, kind: Any) -> Callable[[], Any]:
    if name in container.providers:
        port: Callable[[], Any] = container.providers[name]
        return port
    return maker(container, kind)


def _needed(container: Container, case: type) -> dict[str, Any]:
    """Name to type of the fields that have no default, or a port of their name. Raises TypeError for what is no
    dataclass."""
    hints = typing.get_type_hints(case)
    missing = (dataclasses.MISSING, dataclasses.MISSING)
    return {
        field.name: hints[field.name]
        for field in dataclasses.fields(case)
        if (field.default, field.default_factory) == missing or field.name in container.providers
    }
