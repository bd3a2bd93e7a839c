"""The header by which an order is known, however often it is sent."""

from typing import Annotated

from litestar.params import HeaderParameter

IdempotencyKey = Annotated[
    str,
    HeaderParameter(
        name="Idempotency-Key",
        min_length=1,
        max_length=255,
        description="Names the order: however often it is sent, it is one call.",
    ),
]
