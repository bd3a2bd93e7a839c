"""The two query parameters that all lists share."""

from typing import Annotated

from litestar.params import QueryParameter

After = Annotated[
    str | None,
    QueryParameter(name="after", max_length=512, description="The `next` of the page before.", required=False),
]
Limit = Annotated[int, QueryParameter(name="limit", ge=1, le=200, description="How many, at most.", required=False)]
