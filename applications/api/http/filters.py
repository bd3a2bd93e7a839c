"""Query parameters by which lists are narrowed; `state` is a name that the web framework keeps for itself."""

from datetime import UTC, datetime
from typing import Annotated, Any

import msgspec
from litestar.params import QueryParameter

from domain.errors import Fault, InvalidValue

Moment = Annotated[
    str | None,
    QueryParameter(
        required=False, max_length=64, schema_extra={"format": "date-time"}, description="UTC without a zone."
    ),
]
"""A text, because the framework itself would take any number for a time."""


def moment(text: str | None, name: str) -> datetime | None:
    """A time without a zone is in UTC, as all our times are. Raises InvalidValue."""
    if text is None:
        return None
    try:
        at = msgspec.convert(text, datetime)
    except msgspec.ValidationError:
        raise InvalidValue(Fault(field=name, reason="must be a time such as 2026-01-05T12:00:00Z")) from None
    return at if at.tzinfo else at.replace(tzinfo=UTC)


def by(name: str) -> Any:
    """For `Annotated`: the query parameter of that name, which need not be given."""
    return QueryParameter(name=name, required=False)
