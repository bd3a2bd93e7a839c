"""Settings from environment variables and a file of NAME=value lines."""

import os
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

from adapters.codec.settings_rules import OURS, Given, rows_from, settings_from
from domain.errors import Fault, InvalidValue
from ports.settings import SettingRow, Settings, SettingsSource, names

LINE: Final = re.compile(r"(?:export\s+)?(?P<name>[A-Za-z_][A-Za-z0-9_]*)\s*=\s*(?P<value>.*)")
QUOTED: Final = re.compile(r"""(?P<quote>["'])(?P<inside>.*)(?P=quote)(?:\s+\#.*)?""")


class EnvironmentSettings(SettingsSource):
    """The environment wins over the file. A file that is not there says nothing."""

    def __init__(self, environ: Mapping[str, str] = os.environ, file: Path | None = None) -> None:
        self._environ = environ
        self._file = file

    def load(self) -> Settings:
        given, faults = self._given()
        try:
            settings = settings_from(given)
        except InvalidValue as wrong:
            raise InvalidValue(*faults, *wrong.faults) from None
        if faults:
            raise InvalidValue(*faults)
        return settings

    def rows(self) -> tuple[SettingRow, ...]:
        given, _ = self._given()
        return rows_from(given)

    def _given(self) -> tuple[dict[str, Given], list[Fault]]:
        """By name, and what is wrong with the file's lines. Names that are not ours are somebody else's."""
        known, given = names(), dict[str, Given]()
        written, faults = _read(self._file)
        for source, values in ((self._file.name if self._file else "", written), ("environment", self._environ)):
            for name, value in values.items():
                if name in known or name.startswith(OURS):
                    given[name] = Given(value=value, source=source)
        return given, faults


def _read(file: Path | None) -> tuple[dict[str, str], list[Fault]]:
    if file is None:
        return {}, []
    try:
        text = file.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        return {}, []
    except (OSError, UnicodeDecodeError) as error:
        return {}, [Fault(field=str(file), reason=f"cannot be read: {type(error).__name__}")]
    values: dict[str, str] = {}
    faults = list(_lines(text, file.name, values))
    return values, faults


def _lines(text: str, source: str, values: dict[str, str]) -> Iterator[Fault]:
    """Fills `values`. A line that is none is named by its number, since it may hold a secret."""
    for number, line in enumerate(map(str.strip, text.splitlines()), start=1):
        if not line or line.startswith("#"):
            continue
        found = LINE.fullmatch(line)
        if found is None:
            yield Fault(field=f"{source} line {number}", reason="is not NAME=value")
        elif found["name"] in values:
            yield Fault(field=f"{source} line {number}", reason=f"sets {found['name']} a second time")
        else:
            values[found["name"]] = _plain(found["value"])


def _plain(value: str) -> str:
    """Without quotes, or without a comment where there are none."""
    quoted = QUOTED.fullmatch(value)
    return quoted["inside"] if quoted else re.split(r"\s+#", value, maxsplit=1)[0].strip()
