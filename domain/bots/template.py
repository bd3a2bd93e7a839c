"""Texts with variables in braces, `Hello {first_name|there}`: checked at publish, filled in at the call."""

import re
from collections.abc import Mapping
from typing import Final

PLACE: Final = re.compile(r"\{\s*([a-zA-Z_][a-zA-Z0-9_]*)\s*(?:\|([^{}]*))?\}")


def unknown_variables(text: str, known: frozenset[str]) -> list[str]:
    """Variables that nothing provides and that have no default, in order and each once."""
    missing = [m.group(1) for m in PLACE.finditer(text) if m.group(2) is None and m.group(1) not in known]
    return list(dict.fromkeys(missing))


def fill(text: str, variables: Mapping[str, str]) -> str:
    """The text as it is spoken. A variable that is empty or missing gives its default, or nothing."""
    filled = PLACE.sub(lambda m: variables.get(m.group(1), "").strip() or (m.group(2) or ""), text)
    return " ".join(filled.split())
