"""The backends of the small ports: doors between processes, things on disk, proofs, numbers, settings."""

from collections.abc import Mapping

from contract_tests.backends import crm, disk, doors, proofs
from contract_tests.backends.backend import Backend

BACKENDS: Mapping[str, Mapping[str, Backend]] = {**doors.BACKENDS, **disk.BACKENDS, **proofs.BACKENDS, **crm.BACKENDS}
