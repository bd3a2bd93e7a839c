"""Which Core this is, and which life of it."""

from dataclasses import dataclass

from domain.ids import ServerId


@dataclass(frozen=True, slots=True, kw_only=True)
class CoreIdentity:
    """`run` is new with each start of the process."""

    server_id: ServerId
    run: str
    release: str
