"""The Dialler's health page: it has no other interface."""

import msgspec
from litestar import Litestar, get

from applications.dialler.core_slots import CoreSlots
from applications.dialler.rounds import Rounds


class DiallerHealth(msgspec.Struct, frozen=True, kw_only=True):
    """`running` counts attempts that this process is at; `seats` those that are in conversation."""

    dialler: str
    draining: bool
    running: int
    seats: int
    api: bool
    cores: int


def create_app(dialler: str, rounds: Rounds, slots: CoreSlots) -> Litestar:
    """`/healthz` says that the process lives; `/health` what it does."""

    @get("/healthz", sync_to_thread=False)
    def healthz() -> dict[str, str]:
        return {"status": "ok"}

    @get("/health", sync_to_thread=False)
    def health() -> DiallerHealth:
        return DiallerHealth(
            dialler=dialler,
            draining=rounds.draining.is_set(),
            running=rounds.running,
            seats=slots.in_use,
            api=slots.reachable,
            cores=slots.cores,
        )

    return Litestar(route_handlers=[healthz, health], openapi_config=None, logging_config=None)
