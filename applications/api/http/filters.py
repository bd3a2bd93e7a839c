"""Query parameters by which lists are narrowed; `state` is a name that the web framework keeps for itself."""

from typing import Any

from litestar.params import QueryParameter


def by(name: str) -> Any:
    """For `Annotated`: the query parameter of that name, which need not be given."""
    return QueryParameter(name=name, required=False)
