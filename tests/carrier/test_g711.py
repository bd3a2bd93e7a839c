"""Both laws against the figures of ITU-T G.711."""

import numpy as np
import pytest

from contract_tests.carrier.g711 import A_LAW, MU_LAW, Law
from contract_tests.carrier.measure import level

ALL_CODES = bytes(range(256))
EVERY_SAMPLE = np.arange(-32768, 32768).astype(np.int16)


@pytest.mark.parametrize(
    ("law", "code", "sample"),
    [
        # decoder output values of tables 2a and 2b (14 bits) and 1a and 1b (13 bits), as 16 bits
        (MU_LAW, 0x80, 8031 * 4), (MU_LAW, 0x00, -8031 * 4), (MU_LAW, 0x8F, 4191 * 4), (MU_LAW, 0x9F, 2079 * 4),
        (MU_LAW, 0xEF, 33 * 4), (MU_LAW, 0xFE, 2 * 4), (MU_LAW, 0xFF, 0), (MU_LAW, 0x7F, 0), (MU_LAW, 0x7E, -2 * 4),
        (A_LAW, 0xAA, 4032 * 8), (A_LAW, 0x2A, -4032 * 8), (A_LAW, 0xA5, 2112 * 8), (A_LAW, 0xB5, 1056 * 8),
        (A_LAW, 0xF5, 66 * 8), (A_LAW, 0xC5, 33 * 8), (A_LAW, 0xD5, 1 * 8), (A_LAW, 0x55, -1 * 8),
    ],
)  # fmt: skip
def test_a_code_means_the_itus_value(law: Law, code: int, sample: int) -> None:
    assert law.decode(bytes((code,)))[0] == sample


@pytest.mark.parametrize(("law", "lossy"), [(MU_LAW, {0x7F: 0xFF}), (A_LAW, {})])
def test_every_code_comes_back(law: Law, lossy: dict[int, int]) -> None:
    """Of mu-law's two zeros the positive one is sent."""
    assert law.encode(law.decode(ALL_CODES)) == bytes(lossy.get(code, code) for code in ALL_CODES)


@pytest.mark.parametrize(
    ("law", "turned", "smallest", "largest"), [(MU_LAW, 0xFF, 8, 8158 * 4), (A_LAW, 0x55, 16, 4095 * 8)]
)
def test_no_sample_is_further_off_than_half_a_step(law: Law, turned: int, smallest: int, largest: int) -> None:
    """Steps double from one segment to the next, in A-law from its second to its third."""
    codes = law.of_sample[EVERY_SAMPLE.view(np.uint16)]
    segments = (codes ^ turned).astype(np.int64) >> 4 & 7
    steps = smallest << (segments if law is MU_LAW else np.maximum(segments, 1) - 1)
    within = np.abs(EVERY_SAMPLE.astype(np.int64)) <= largest
    off = np.abs(law.of_code[codes].astype(np.int64) - EVERY_SAMPLE)
    assert (off <= steps / 2 + (2 if law is MU_LAW else 0))[within].all()  # the laws know 14 and 13 bits, not 16


@pytest.mark.parametrize(
    ("law", "unit", "edge", "code"),
    [
        (MU_LAW, 4, 4063, 0x8F), (MU_LAW, 4, 2015, 0x9F), (MU_LAW, 4, 95, 0xDF), (MU_LAW, 4, 31, 0xEF),
        (A_LAW, 8, 2048, 0xA5), (A_LAW, 8, 128, 0xE5), (A_LAW, 8, 64, 0xF5),
    ],
)  # fmt: skip
def test_a_segment_begins_at_the_itus_decision_value(law: Law, unit: int, edge: int, code: int) -> None:
    below, at = law.encode(np.array([edge * unit - 1, edge * unit], np.int16))
    assert at == code
    assert below != code


@pytest.mark.parametrize("law", [MU_LAW, A_LAW])
def test_louder_is_never_quieter(law: Law) -> None:
    assert (np.diff(law.decode(law.encode(EVERY_SAMPLE)).astype(np.int64)) >= 0).all()


@pytest.mark.parametrize(
    ("law", "period", "largest", "overload"),
    [
        (MU_LAW, bytes.fromhex("1E0B0B1E9E8B8B9E"), 8159 * 4, 3.17),
        (A_LAW, bytes.fromhex("34212134B4A1A1B4"), 4096 * 8, 3.14),
    ],
)
def test_the_digital_milliwatt_is_0_dbm(law: Law, period: bytes, largest: int, overload: float) -> None:
    """The periodic sequences of table 5 and 6: 1 kHz at 0 dBm0, so much below a sine that fills the range."""
    below = 20 * np.log10(largest / np.sqrt(2) / level(law.decode(period * 50)))
    assert below == pytest.approx(overload, abs=0.02)
