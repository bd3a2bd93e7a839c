"""Load, decide, save; and all of it again when somebody else wrote first."""

from collections.abc import Awaitable, Callable
from typing import Final, TypeVar

from ports.errors import Stale

Document = TypeVar("Document")

TRIES: Final = 20
"""Writers of one document are few; as many losses in a row mean that something is wrong."""


async def rewrite(
    load: Callable[[], Awaitable[Document]],
    change: Callable[[Document], Document],
    save: Callable[[Document], Awaitable[Document]],
) -> Document:
    """The document as it is stored in the end; not written when `change` gives back the very one that it got.

    Raises what `load` and `change` raise, and Stale when others keep writing first.
    """
    for _ in range(TRIES):
        before = await load()
        after = change(before)
        if after is before:
            return before
        try:
            return await save(after)
        except Stale:
            continue
    raise Stale("others kept writing first")
