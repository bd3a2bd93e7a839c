"""Numbers as people and spreadsheets write them, spelled plainly."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.phone.spelling import is_mangled, plainly_spelled


@pytest.mark.parametrize(
    ("raw", "plain"),
    [
        ("＋４４", "+44"),
        ("٠١٢٣٤٥٦٧٨٩", "0123456789"),
        ("\u200f\u202b123\u202c\u2069", "123"),
        ("'0123", "0123"),
        ('="0123"', "0123"),
        ("4155550123.0", "4155550123"),
        ("+4155550123,00", "+4155550123"),
        ("4155550123.5", "4155550123.5"),
        ("TEL:+441", "+441"),
        ("12\x0034", "1234"),
    ],
)
def test_what_lost_nothing_is_undone(raw: str, plain: str) -> None:
    assert plainly_spelled(raw) == plain


@given(st.text())
def test_spelling_plainly_never_fails_and_needs_one_pass_for_digits(raw: str) -> None:
    assert not any(character.isdecimal() and character not in "0123456789" for character in plainly_spelled(raw))


@pytest.mark.parametrize("text", ["4.47912E+11", "4,47912E+11", "4e11", "-4.4E+11"])
def test_a_floating_point_number_is_mangled(text: str) -> None:
    assert is_mangled(text)


@pytest.mark.parametrize("text", ["447912", "", "E", "4E", "E11", "4.4", "1-800-ELEVEN", "4.47912E+1111"])
def test_anything_else_is_not(text: str) -> None:
    assert not is_mangled(text)
