"""From texts to Settings: every rule that a value must keep, and all that is wrong said at once."""

import difflib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from typing import Any, Final

from adapters.codec.secret_rules import secret_faults
from adapters.codec.setting_value import setting_value
from domain.errors import Fault, InvalidValue
from ports.settings import SettingRow, Settings, names

DEFAULT: Final = "default"
HIDDEN: Final = "(hidden)"
OURS: Final = ("CXB_", "CXBCORE_")
"""Names that begin so can only be meant for CXB: an unknown one is a slip of the pen."""


READ_BEFORE: Final = frozenset(
    {"CXB_SETTINGS", "CXB_VENV", "CXB_PYTHON", "CXB_EMAIL", "CXB_PASSWORD", "CXB_TRUNK_PASSWORD"}
)
"""What `./cxb` itself reads to find environment and file, or to sign in: known, and no setting of any process."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """A value as somebody wrote it, and where."""

    value: str
    source: str


def settings_from(given: Mapping[str, Given]) -> Settings:
    """Settings from values by environment name. Raises InvalidValue that names every one that is wrong."""
    values: dict[str, Any] = {}
    faults = list(_unknown(given))
    for field in fields(Settings):
        name = field.metadata["name"]
        if name in given:
            try:
                values[field.name] = setting_value(field.name, field.type, given[name].value)
            except ValueError as error:
                faults.append(Fault(field=name, reason=f"{error} ({given[name].source})"))
    faults.extend(secret_faults(values))
    if faults:
        raise InvalidValue(*faults)
    return Settings(**values)


def rows_from(given: Mapping[str, Given]) -> tuple[SettingRow, ...]:
    """Every setting with where it comes from; secrets hidden, wrong values as they are."""
    rows = []
    for field in fields(Settings):
        name = field.metadata["name"]
        found = given.get(name, Given(value=str(field.default), source=DEFAULT))
        shown = HIDDEN if field.metadata["secret"] and found.value else found.value
        rows.append(SettingRow(name=name, meaning=field.metadata["meaning"], value=shown, source=found.source))
    return tuple(rows)


def _unknown(given: Mapping[str, Given]) -> Iterator[Fault]:
    known = names()
    for name, value in given.items():
        if name not in known and name not in READ_BEFORE:
            near = difflib.get_close_matches(name, known, n=1, cutoff=0.75)
            hint = f"; did you mean {near[0]}?" if near else ""
            yield Fault(field=name, reason=f"is not a setting of CXB{hint} ({value.source})")
