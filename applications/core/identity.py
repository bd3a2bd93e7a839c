"""Which Core this is, and which life of it."""

from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from typing import Final

from domain.ids import ServerId
from ports.ids import Ids

NOT_INSTALLED: Final = "source"
"""The release of a Core that runs from a folder."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CoreIdentity:
    """`run` is new with each start of the process."""

    server_id: ServerId
    run: str
    release: str


def new_life(server_id: str, ids: Ids) -> CoreIdentity:
    try:
        release = version("cxb")
    except PackageNotFoundError:
        release = NOT_INSTALLED
    return CoreIdentity(server_id=ServerId(server_id), run=ids.new("run"), release=release)
