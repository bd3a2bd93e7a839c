"""What people and spreadsheets do to a number on its way to us, undone as far as nothing was lost."""

import re
import unicodedata
from typing import Final

SCIENTIFIC: Final = re.compile(r"[+-]?\d+([.,]\d+)?[eE][+]?\d{1,3}")
AS_FRACTION: Final = re.compile(r"^(\+?\d{5,})[.,]0+$")
AS_FORMULA: Final = re.compile(r'^=\s*"(.*)"$')


def plainly_spelled(raw: str) -> str:
    """Digits of every script as 0 to 9, without marks that cannot be seen, and without a spreadsheet's wrapping."""
    text = (raw if raw.isascii() and raw.isprintable() else _folded(raw)).strip()
    text = AS_FORMULA.sub(r"\1", text).removeprefix("'").strip()
    text = AS_FRACTION.sub(r"\1", text)
    return text[4:] if text[:4].lower() == "tel:" else text


def is_mangled(text: str) -> bool:
    """Whether a spreadsheet has made a floating-point number of it, such as 4.47912E+11."""
    return SCIENTIFIC.fullmatch(text) is not None


def _folded(raw: str) -> str:
    return "".join(map(_plain_character, unicodedata.normalize("NFKC", raw)))


def _plain_character(character: str) -> str:
    category = unicodedata.category(character)
    if category == "Nd":
        return str(unicodedata.decimal(character))
    return "" if category in {"Cf", "Cc"} and not character.isspace() else character
