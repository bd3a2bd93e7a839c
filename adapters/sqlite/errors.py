"""SQLite's errors as the ports' errors: the one place where they are translated."""

from collections.abc import Iterator
from contextlib import contextmanager

import apsw

from ports.errors import Stale, Unavailable


@contextmanager
def sqlite_errors() -> Iterator[None]:
    """A broken uniqueness is Stale, anything else of SQLite's Unavailable; values never get into a message."""
    try:
        yield
    except apsw.ConstraintError:
        raise Stale("the id, or a name that must be unique, is taken") from None
    except apsw.Error as error:
        raise Unavailable(f"sqlite: {type(error).__name__}") from None
