"""What a simulated human says to what it understood: keywords, as much sense as a phone bot's questions need."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from random import Random
from typing import Final

from adapters.simulation.population import Manner


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What to say, which keys to press first, and whether the callee thinks that the call is over."""

    say: str = ""
    press: str = ""
    over: bool = False


YES: Final = ("Yes.", "Yes, please.", "Yes, that is right.", "Yes, of course.")
NO: Final = ("No.", "No, thank you.", "No, not really.")
DAYS: Final = ("Monday.", "On Tuesday.", "Wednesday would be fine.", "On Friday.")
HOURS: Final = ("At ten in the morning.", "At half past two.", "Around four in the afternoon.")
COUNTS: Final = ("Two.", "Three.", "Four.", "There are five of us.")
NAMES: Final = ("My name is Alex Miller.", "It is Sam Carter.", "Robin Baker.")
UNWILLING: Final = ("I would rather not say.", "Can you send that by mail?")
WORDS_FOR_NOTHING: Final = ("Okay.", "All right.", "I see.")

KEY: Final = re.compile(r"\bpress(?:ing)?\s+(?:the\s+)?(?:number\s+|key\s+)?(\w+|[*#])", re.IGNORECASE)
KEYS: Final = {
    word: str(digit)
    for digit, word in enumerate(("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"))
} | {"star": "*", "pound": "#", "hash": "#", "*": "*", "#": "#"}
CHOICE: Final = re.compile(r"\b(?:the )?(\w+),? or (?:the |in the )?(\w+)\?")
GOODBYE: Final = re.compile(r"\b(good-?bye|bye|have a (nice|good|great))\b")

QUESTIONS: Final[tuple[tuple[re.Pattern[str], tuple[str, ...]], ...]] = (
    (re.compile(r"\b(what|which) day|\bwhen\b|what date"), DAYS),
    (re.compile(r"\bwhat time|which time|what hour"), HOURS),
    (re.compile(r"\bhow (many|much|old|long|often)|what number|number of"), COUNTS),
    (re.compile(r"\b(what is|what's|may i have|can i have|tell me) your (full |first |last )?name"), NAMES),
    (re.compile(r"\bwho am i (speaking|talking)"), NAMES),
    (re.compile(r"\b(email|e-mail|address|birth|card|account)\b"), UNWILLING),
    (re.compile(r"\bhow are you"), ("Fine, thank you.", "I am well.")),
)


def reply_to(said: str, manner: Manner, chance: Random) -> Reply:
    """The last question counts; a goodbye only where nothing was asked."""
    if (key := _key_asked_for(said)) is not None and manner is not Manner.SAYS_NO:
        return Reply(press=key) if manner is Manner.PRESSES_KEYS else Reply(press=key, say="Okay.")
    question = _last_question(said)
    if question is None:
        over = GOODBYE.search(said.lower()) is not None
        return Reply(say="Goodbye." if over else chance.choice(WORDS_FOR_NOTHING), over=over)
    return Reply(say=_answer(question, manner)(chance))


def _answer(question: str, manner: Manner) -> Callable[[Random], str]:
    for pattern, answers in QUESTIONS:
        if pattern.search(question):
            return lambda chance: chance.choice(answers)
    choice = CHOICE.search(question)
    if choice is not None and choice.group(2) not in {"no", "not"}:
        return lambda chance: f"{chance.choice(choice.groups()).capitalize()}, please."
    return lambda chance: chance.choice(NO if manner is Manner.SAYS_NO else YES)


def _last_question(said: str) -> str | None:
    questions: list[str] = re.findall(r"[^.?!]*\?", said.lower())
    return questions[-1].strip() if questions else None


def _key_asked_for(said: str) -> str | None:
    """The first key that is named: `press one`, `press 1`, `pressing the star key`."""
    for named in KEY.finditer(said):
        key = named.group(1).lower()
        if key in KEYS or (key.isdigit() and len(key) == 1):
            return KEYS.get(key, key)
    return None
