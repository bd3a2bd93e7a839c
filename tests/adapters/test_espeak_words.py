"""From espeak's events to the words as they are written."""

from hypothesis import given
from hypothesis import strategies as st

from adapters.espeak.words import PlacedWord, placed_words


def spans(words: list[PlacedWord]) -> list[tuple[str, int, int]]:
    return [(word.text, word.start, word.end) for word in words]


def test_each_word_lasts_until_the_next_begins() -> None:
    words = placed_words("good morning all", [(0, 0), (5, 100), (13, 250)], 400)

    assert spans(words) == [
        ("good", 0, 100),
        ("morning", 100, 250),
        ("all", 250, 400),
    ]


def test_several_events_for_one_number_are_one_word() -> None:
    words = placed_words("pay 1,234 now", [(0, 0), (4, 50), (5, 90), (6, 120), (10, 200)], 300)

    assert spans(words) == [
        ("pay", 0, 50),
        ("1,234", 50, 200),
        ("now", 200, 300),
    ]


def test_words_without_an_event_share_their_neighbours_time_by_letters() -> None:
    words = placed_words("of the many", [(0, 0), (7, 100)], 200)

    assert spans(words) == [
        ("of", 0, 40),
        ("the", 40, 100),
        ("many", 100, 200),
    ]


@given(
    text=st.text(st.sampled_from("ab1.,?- é漢"), max_size=40),
    events=st.lists(st.tuples(st.integers(0, 45), st.integers(0, 5000)), max_size=20),
)
def test_whatever_espeak_tells_every_word_is_placed_once_and_in_order(text: str, events: list[tuple[int, int]]) -> None:
    places, samples = sorted(place for place, _ in events), sorted(sample for _, sample in events)

    words = placed_words(text, list(zip(places, samples, strict=True)), 5000)

    assert [word.text for word in words] == [word for word in text.split() if any(map(str.isalnum, word))]
    assert all(0 <= word.start <= word.end <= 5000 for word in words)
    assert [word.start for word in words] == sorted(word.start for word in words)
