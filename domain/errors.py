"""What can be wrong inside the model, drawn as a tree.

DomainError                  a rule of the model was broken
├── IllegalMove              the life cycle has no such move
├── RuleBroken               the model forbids it in the state it is in
└── InvalidValue             a value that cannot be; names every fault at once
"""

from dataclasses import dataclass


class DomainError(Exception):
    """A rule of the model was broken."""


class IllegalMove(DomainError):
    """A life cycle has no move from `source` to `target`."""

    def __init__(self, source: str, target: str) -> None:
        super().__init__(f"cannot go from {source} to {target}")
        self.source = source
        self.target = target


class RuleBroken(DomainError):
    """The model forbids it in the state it is in; the message says why, for a person to read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One thing wrong with one field; `field` is a path such as `flow.steps[2].edges[0].to`."""

    field: str
    reason: str


class InvalidValue(DomainError):
    """A value that cannot be. Carries every fault found, never only the first."""

    def __init__(self, *faults: Fault) -> None:
        super().__init__("; ".join(f"{fault.field}: {fault.reason}" for fault in faults))
        self.faults = faults
