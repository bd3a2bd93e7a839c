"""All implementations of all ports: the only list, made of one list an area."""

from collections.abc import Mapping

from contract_tests.backends import (
    arrival_webhooks,
    conversation,
    language_model,
    media,
    sip,
    small,
    speech,
    stores,
    tape,
    watching,
)
from contract_tests.backends.backend import Backend, Missing

__all__ = ["BACKENDS", "Backend", "Missing"]

AREAS = (
    arrival_webhooks.BACKENDS,
    conversation.BACKENDS,
    language_model.BACKENDS,
    small.BACKENDS,
    stores.BACKENDS,
    media.BACKENDS,
    sip.BACKENDS,
    speech.BACKENDS,
    tape.BACKENDS,
    watching.BACKENDS,
)

BACKENDS: Mapping[str, Mapping[str, Backend]] = {
    port: {name: backend for area in AREAS for name, backend in area.get(port, {}).items()}
    for port in sorted({port for area in AREAS for port in area})
}
"""Port to its implementations; several areas may know some of one port."""
