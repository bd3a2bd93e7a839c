"""CSV as spreadsheets write it and as they open it."""

import csv
import io
import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from applications.api.csv_reader import LONGEST_FIELD, LONGEST_ROW, CsvReader, CsvRow
from applications.api.csv_writer import csv_lines
from domain.campaigns.lead_import import RowFault

TEXT = st.text(st.characters(codec="utf-8", exclude_characters="\0\r\ufffd\ufeff"), max_size=12)
ODD = st.text(st.sampled_from('a",;\n \t='), max_size=40)


def rows(data: bytes, size: int = 0) -> list[CsvRow]:
    """Read in pieces of `size` bytes, or of any."""
    reader, found, at = CsvReader(), list[CsvRow](), 0
    steps = itertools.cycle((1, 2, 7, 3))
    while at < len(data):
        step = size or next(steps)
        found.extend(reader.feed(data[at : at + step]))
        at += step
    return [*found, *reader.end()]


def fields(data: bytes) -> list[tuple[str, ...]]:
    return [row.fields for row in rows(data)]


@given(
    table=st.lists(st.lists(TEXT, min_size=2, max_size=4), min_size=1, max_size=6), delimiter=st.sampled_from(",;\t")
)
def test_what_was_written_is_read(table: list[list[str]], delimiter: str) -> None:
    text = io.StringIO()
    csv.writer(text, delimiter=delimiter, quoting=csv.QUOTE_ALL).writerows([["a", "b", "c"], *table])
    wanted = [tuple(row) for row in table if any(field.strip() for field in row)]
    for encoding in ("utf-8", "utf-8-sig", "utf-16"):
        assert fields(text.getvalue().encode(encoding))[1:] == wanted


@given(text=ODD)
def test_rows_are_those_of_the_standard_library(text: str) -> None:
    whole = f"h1,h2\n{text}"
    expected = [tuple(row) for row in csv.reader(io.StringIO(whole, newline="\n"))]
    assert fields(whole.encode()) == [row for row in expected if any(field.strip() for field in row)]


@given(data=st.binary(max_size=300), size=st.integers(min_value=1, max_value=50))
def test_bytes_of_any_kind_are_read_the_same_however_they_are_cut(data: bytes, size: int) -> None:
    assert rows(data, size) == rows(data, 10_000)


def test_rows_tell_the_line_on_which_they_begin() -> None:
    data = b'phone,note\r\n\r\n1,"a\r\nb\r\n\r\nc"\r\n\n2,x\r3,"y'
    assert [(row.line, row.fields) for row in rows(data)] == [
        (1, ("phone", "note")),
        (3, ("1", "a\nb\n\nc")),
        (8, ("2", "x")),
        (9, ("3", "y")),
    ]


@pytest.mark.parametrize(
    ("data", "delimiter"),
    [(b"a;b,c;d\n", ";"), (b'"a,b,c";d\n', ";"), (b"a\tb\n", "\t"), (b"a,b\n", ","), (b"a\n", ",")],
)
def test_the_delimiter_is_the_one_that_divides_the_header(data: bytes, delimiter: str) -> None:
    expected = next(csv.reader([data.decode().strip()], delimiter=delimiter))
    assert fields(data) == [tuple(expected)]


def test_excel_may_say_the_delimiter() -> None:
    assert [(row.line, row.fields) for row in rows(b"sep=;\r\na;b,c\r\n")] == [(2, ("a", "b,c"))]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252"])
def test_encodings_are_told_apart(encoding: str) -> None:
    assert fields("Größe,naïve\r\nMüller,€ 5\r\n".encode(encoding))[1] == ("Müller", "€ 5")


def test_a_character_cut_in_two_by_the_sample_is_no_mistake() -> None:
    data = b"h\n" + b"a" * (64 * 1024 - 3) + "ü\n".encode()
    assert [row.fault for row in rows(data, 1000)] == [None, RowFault.TOO_LONG]
    data = b"h\n" + b"a\n" * (32 * 1024 - 2) + "aü\n".encode()
    assert rows(data, 1000)[-1].fields == ("aü",)


def test_rows_that_are_no_text_are_refused_alone() -> None:
    good = b"h\n" + b"ok\n" * 30_000
    data = good + b"b\xffd\n\0\nfine\n"
    assert [(row.fields, row.fault) for row in rows(data, 4096)[-3:]] == [
        ((), RowFault.NOT_TEXT),
        ((), RowFault.NOT_TEXT),
        (("fine",), None),
    ]


def test_fields_that_are_too_long_are_refused_alone() -> None:
    data = (
        b"a,b\n" + b"x" * (LONGEST_FIELD + 1) + b",y\n" + b"x" * LONGEST_FIELD + b",y\n" + b"z" * 3_000_000 + b"\n1,2\n"
    )
    assert [(row.line, row.fault) for row in rows(data, 65536)] == [
        (1, None),
        (2, RowFault.TOO_LONG),
        (3, None),
        (4, RowFault.TOO_LONG),
        (5, None),
    ]


def test_a_quote_that_is_never_closed_costs_a_piece_and_not_the_rest() -> None:
    data = b'a,b\n1,"open\n' + b"2,x\n" * (LONGEST_ROW // 2) + b"9,end\n"
    found = rows(data, 4096)
    assert [row.fault for row in found[:2]] == [None, RowFault.TOO_LONG]
    assert found[1].line == 2
    assert found[-1].fields == ("9", "end")
    assert all(row.fields == ("2", "x") for row in found[2:-1])


def test_an_empty_file_has_no_rows() -> None:
    for data in (b"", b"\n\n", b"\xef\xbb\xbf", b"\xff\xfe", b" \r\n"):
        assert rows(data) == []


@pytest.mark.parametrize(
    "cell", ["=1+1", "+cmd|' /C calc'!A0", "-2+3", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "＝1", "  =1"]
)
def test_no_cell_is_a_formula(cell: str) -> None:
    written = next(csv.reader(io.StringIO(csv_lines([[cell]]), newline="")))
    assert written == [f"'{cell}"]


def test_numbers_and_texts_stay_as_they_are() -> None:
    row: list[object] = ["+14155550123", -5, 1.5, "a=b", None, "", 'say "x", y']
    written = next(csv.reader(io.StringIO(csv_lines([row]))))
    assert written == ["+14155550123", "-5", "1.5", "a=b", "", "", 'say "x", y']
