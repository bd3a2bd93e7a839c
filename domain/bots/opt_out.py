"""Hearing that somebody does not want to be called again, without any model."""

import re
from typing import Final

PHRASES: Final = re.compile(
    r"\b("
    r"(do not|don't|dont|never|stop|quit) (call|phone|ring|contact|phon)(ing)?( me| us| here| this| again)"
    r"|(take|remove) (me|us|my number|this number) (off|from)"
    r"|(not|never) (be )?(call|called|contacted)( me)? (again|any ?more)"
    r"|opt (me )?out|unsubscribe me"
    r")\b"
)


def asks_not_to_be_called(said: str) -> bool:
    """Whether the callee's words revoke consent. Errs towards hearing it: a false alarm costs one lead."""
    return PHRASES.search(" ".join(said.lower().replace("’", "'").split())) is not None
