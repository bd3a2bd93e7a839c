"""Ranges as RFC 9110 has them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from applications.api.http.ranges import Unsatisfiable, wanted

ETAG = '"abc"'


@pytest.mark.parametrize(
    ("header", "start", "end"),
    [
        ("bytes=0-0", 0, 1),
        ("bytes=0-99", 0, 100),
        ("bytes=10-19", 10, 20),
        ("bytes=90-1000", 90, 100),
        ("bytes=40-", 40, 100),
        ("bytes=-10", 90, 100),
        ("bytes=-1000", 0, 100),
        ("bytes= 5-6 ", 5, 7),
    ],
)
def test_one_range_is_a_part(header: str, start: int, end: int) -> None:
    want = wanted({"range": header}, 100, ETAG)
    assert (want.span.start, want.span.end, want.partial) == (start, end, True)


@pytest.mark.parametrize(
    "header", ["", "bytes=", "bytes=-", "bytes=0-1,5-6", "items=0-1", "bytes=5-2", "bytes=a-b", "bytes=0x1-5", "0-5"]
)
def test_anything_else_is_everything(header: str) -> None:
    want = wanted({"range": header} if header else {}, 100, ETAG)
    assert (want.span.start, want.span.end, want.partial) == (0, 100, False)


@pytest.mark.parametrize(
    ("header", "size"), [("bytes=100-", 100), ("bytes=200-300", 100), ("bytes=-0", 100), ("bytes=0-", 0)]
)
def test_a_range_without_a_byte_cannot_be_had(header: str, size: int) -> None:
    with pytest.raises(Unsatisfiable):
        wanted({"range": header}, size, ETAG)


def test_a_part_of_another_version_is_everything() -> None:
    assert not wanted({"range": "bytes=0-1", "if-range": '"old"'}, 100, ETAG).partial
    assert wanted({"range": "bytes=0-1", "if-range": ETAG}, 100, ETAG).partial


@given(st.text(max_size=40), st.integers(0, 10_000))
def test_no_header_breaks_it(header: str, size: int) -> None:
    for value in (header, f"bytes={header}"):
        try:
            want = wanted({"range": value}, size, ETAG)
        except Unsatisfiable:
            continue
        assert 0 <= want.span.start <= want.span.end <= size


@given(st.integers(0, 200), st.integers(0, 200), st.integers(1, 150))
def test_a_part_is_what_python_slices(first: int, last: int, size: int) -> None:
    body = bytes(n % 256 for n in range(size))
    if first > last or first >= size:
        return
    span = wanted({"range": f"bytes={first}-{last}"}, size, ETAG).span
    assert body[span.start : span.end] == body[first : last + 1]
