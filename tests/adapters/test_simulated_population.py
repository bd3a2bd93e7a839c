"""A number's persona follows from the seed and the number, in the shares that were asked for."""

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from adapters.simulation.population import Answer, Manner, PopulationShares, Role, persona_of

NUMBERS = st.from_regex(r"\A\+[1-9][0-9]{6,14}\Z")


@given(number=NUMBERS, seed=st.integers(0, 99))
def test_a_number_is_always_the_same_person(number: str, seed: int) -> None:
    assert persona_of(number, seed=seed, overrides={}) == persona_of(number, seed=seed, overrides={})


@given(number=NUMBERS, seed=st.integers(0, 99))
def test_everybody_answers_within_twenty_seconds_if_at_all(number: str, seed: int) -> None:
    persona = persona_of(number, seed=seed, overrides={})

    assert 1.5 <= persona.rings <= 20.0
    assert 0.3 <= persona.network <= 1.2


def test_shares_are_as_asked() -> None:
    personas = [persona_of(f"+1555{n:07}", seed=1, overrides={}) for n in range(20_000)]

    answers = Counter(persona.role.answer for persona in personas)
    humans = [persona.role.manner for persona in personas if persona.role.answer is Answer.HUMAN]
    assert abs(answers[Answer.HUMAN] / len(personas) - 0.45) < 0.012
    assert abs(answers[Answer.VOICEMAIL] / len(personas) - 0.20) < 0.012
    assert set(answers) == set(Answer)
    assert abs(humans.count(Manner.SAYS_YES) / len(humans) - 0.40) < 0.02
    assert set(humans) == set(Manner)
    assert abs(sum(persona.rings for persona in personas) / len(personas) - 6.0) < 0.2


def test_another_seed_is_another_population() -> None:
    numbers = [f"+1555{n:07}" for n in range(50)]

    assert [persona_of(n, seed=1, overrides={}) for n in numbers] != [
        persona_of(n, seed=2, overrides={}) for n in numbers
    ]


def test_shares_can_be_chosen() -> None:
    shares = PopulationShares(human=0, voicemail=1, no_answer=0, busy=0, rejects=0, invalid=0, congestion=0, silent=0)

    answers = {persona_of(f"+1555{n:07}", seed=1, shares=shares, overrides={}).role.answer for n in range(100)}

    assert answers == {Answer.VOICEMAIL}


def test_the_longest_ending_of_a_number_decides_its_role() -> None:
    busy, human = Role(answer=Answer.BUSY), Role(answer=Answer.HUMAN, manner=Manner.OPTS_OUT)
    overrides = {"01": busy, "9901": human}

    assert persona_of("+15550100001", seed=1, overrides=overrides).role == busy
    assert persona_of("+15550109901", seed=1, overrides=overrides).role == human
