"""All implementations of all ports: the only list, made of one list an area."""

from collections.abc import Mapping

from contract_tests.backends.backend import Backend, Missing

__all__ = ["BACKENDS", "Backend", "Missing"]

BACKENDS: Mapping[str, Mapping[str, Backend]] = {}
