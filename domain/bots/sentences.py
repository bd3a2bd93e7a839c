"""Cutting a model's words into sentences as they come, so that speaking begins before thinking ends."""

import re
from typing import Final

END: Final = re.compile(r"(?<=[.!?…])[\"')\]]*\s+")


def whole_sentences(text: str) -> tuple[list[str], str]:
    """The sentences that are surely over, and the rest that may go on."""
    *sentences, rest = END.split(text)
    return [sentence.strip() for sentence in sentences if sentence.strip()], rest
