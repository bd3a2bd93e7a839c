"""Whom the trials call: telephone numbers of made-up people, chosen so that it is known what each will do."""

from collections.abc import Iterator, Sequence
from typing import Final

from adapters.simulation.population import Answer, Manner, Role, persona_of

YES: Final = Role(answer=Answer.HUMAN, manner=Manner.SAYS_YES)
OPTS_OUT: Final = Role(answer=Answer.HUMAN, manner=Manner.OPTS_OUT)
BUSY: Final = Role(answer=Answer.BUSY)
REJECTS: Final = Role(answer=Answer.REJECTS)
INVALID: Final = Role(answer=Answer.INVALID)
NO_ANSWER: Final = Role(answer=Answer.NO_ANSWER)

COMPANY: Final[Sequence[Role]] = (YES, BUSY, YES, OPTS_OUT, REJECTS, YES, INVALID, YES, NO_ANSWER)
"""The leads of one campaign, in the order in which they are dialled."""


class People:
    """Gives out each number once."""

    def __init__(self, seed: int) -> None:
        self._seed = seed
        self._numbers = _numbers()
        self._spare: dict[Role, list[str]] = {}
        self.known: dict[str, Role] = {}

    def number_of(self, role: Role) -> str:
        """A number whose owner behaves so."""
        spare = self._spare.setdefault(role, [])
        while not spare:
            number = next(self._numbers)
            theirs = persona_of(number, seed=self._seed, overrides={}).role
            if theirs.answer is not Answer.HUMAN:
                theirs = Role(answer=theirs.answer)
            self._spare.setdefault(theirs, []).append(number)
        number = spare.pop()
        self.known[number] = role
        return number


def _numbers() -> Iterator[str]:
    """Those set aside for fiction: 555-0100 to 555-0199 of every area code."""
    for area in range(201, 990):
        for line in range(100, 200):
            yield f"+1{area}555{line:04}"
