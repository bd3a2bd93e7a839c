"""Turns as they are heard, spoken and put in order."""

from hypothesis import given
from hypothesis import strategies as st

from domain.bots.sentences import whole_sentences
from domain.calls.audio import SILENCE, AudioFrame, Mark
from domain.calls.hearing import Hearing
from domain.calls.transcript import Speaker, Turn, Word
from domain.calls.turn_order import TurnOrder
from domain.calls.utterance import Utterance

ONE = Word(text="one", start=1.0, end=1.3)
TWO = Word(text="two", start=1.4, end=1.7)


def turn(start: float) -> Turn:
    return Turn(speaker=Speaker.BOT, text="", start=start, end=start + 1)


@given(st.lists(st.tuples(st.floats(0, 100), st.one_of(st.none(), st.floats(0, 100))), max_size=30))
def test_turns_are_told_in_the_order_in_which_they_began_and_none_is_lost(
    happenings: list[tuple[float, float | None]],
) -> None:
    order = TurnOrder()
    told: list[Turn] = []
    for start, still_going_on in happenings:
        order, free = order.over(turn(start)).release((still_going_on,))
        assert all(still_going_on is None or each.start <= still_going_on for each in free)
        assert [each.start for each in free] == sorted(each.start for each in free)
        told.extend(free)
    _, rest = order.release(())

    assert sorted(each.start for each in (*told, *rest)) == sorted(start for start, _ in happenings)


def test_interim_words_replace_one_another_and_final_ones_stay() -> None:
    hearing = Hearing().understood("won", (ONE,), final=False, now=1.3)
    assert not hearing.complete

    hearing = hearing.understood("one", (ONE,), final=True, now=1.5).understood("two", (TWO,), final=False, now=1.7)

    assert (hearing.text, hearing.start, hearing.last, hearing.complete) == ("one two", 1.0, 1.7, False)


def test_a_recogniser_without_word_times_still_makes_a_turn() -> None:
    heard = Hearing().understood("one", (), final=False, now=1.0).understood("one two", (), final=True, now=2.0)

    assert (heard.start, heard.last, heard.text) == (1.0, 2.0, "one two")


def spoken(*words: str) -> Utterance:
    utterance = Utterance()
    utterance.plan(", ".join(words) + ".")
    for nth, word in enumerate(words):
        utterance.played(AudioFrame(pcm=SILENCE), nth * 0.04)
        utterance.played(AudioFrame(pcm=SILENCE, marks=(Mark(word=word, seconds=0.04),)), nth * 0.04 + 0.02)
    return utterance


def test_a_turn_spoken_to_its_end_has_its_whole_text() -> None:
    whole = spoken("one", "two").whole()

    assert whole is not None
    assert (whole.text, whole.interrupted, len(whole.words)) == ("one, two.", False, 2)


@given(st.floats(0, 0.3))
def test_a_turn_cut_short_has_the_words_whose_sound_had_begun_to_end(at: float) -> None:
    cut = spoken("one", "two", "three").cut(at)

    expected = [word for nth, word in enumerate(("one", "two", "three")) if nth * 0.04 + 0.02 < at - 1e-9]
    assert (cut.text.split() if cut else []) in (expected, [*expected, *("one", "two", "three")[len(expected) :][:1]])


def test_a_voice_without_word_times_is_taken_to_speak_at_a_usual_pace() -> None:
    utterance = Utterance()
    utterance.plan("one two three four five six")
    for nth in range(100):
        utterance.played(AudioFrame(pcm=SILENCE), nth * 0.02)

    cut = utterance.cut(1.0)

    assert cut is not None
    assert cut.text == "one two"


def test_sentences_are_cut_where_they_surely_end() -> None:
    assert whole_sentences("One. Two! Thr") == (["One.", "Two!"], "Thr")
    assert whole_sentences("3.14 is") == ([], "3.14 is")
