"""How handlers name what they are given: values that we made ourselves, and that nobody needs to check."""

from collections.abc import Callable
from typing import Annotated, Any, TypeVar

from litestar.di import Dependency, Provide
from litestar.params import SkipValidationMarker

Thing = TypeVar("Thing")

Given = Annotated[Thing, Dependency(kind="named"), SkipValidationMarker()]
"""`Given[CreateBot]`: a dependency of that type, by the parameter's name."""


def provide(make: Callable[[], Any]) -> Provide:
    """A use case, made anew for each request, or a port."""

    def given() -> Any:  # the framework looks at a function's signature, which not all that can be called have
        return make()

    return Provide(given, use_cache=False, sync_to_thread=False)
