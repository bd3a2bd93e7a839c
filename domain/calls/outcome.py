"""How a try ended, in the words that reports, retries and the CRM all use."""

from enum import StrEnum
from typing import Final


class Outcome(StrEnum):
    """How one attempt, and the call in it, ended."""

    COMPLETED = "completed"  # the bot reached an end of its own
    HUNG_UP = "hung_up"  # the callee ended a conversation that had begun
    OPTED_OUT = "opted_out"  # "do not call me again"
    VOICEMAIL_LEFT = "voicemail_left"  # a message was left after the beep
    MACHINE = "machine"  # a machine answered and no message was left
    SILENT = "silent"  # answered, nobody spoke
    ABANDONED = "abandoned"  # a person answered and nobody was free in time
    TRANSFERRED = "transferred"  # handed over to somebody else, who took it
    TURNED_AWAY = "turned_away"  # it came in and nobody could take it: closed, full, or a number of nobody
    MAX_DURATION = "max_duration"  # ended by the limit on a call's length
    NO_ANSWER = "no_answer"
    BUSY = "busy"
    REJECTED = "rejected"
    INVALID_NUMBER = "invalid_number"
    BLOCKED = "blocked"  # the network refuses this caller number
    CONGESTION = "congestion"  # no room on the way; says nothing about the lead
    TRUNK_FAULT = "trunk_fault"  # the trunk refuses us: password, codec, address
    CORE_LOST = "core_lost"
    LINE_LOST = "line_lost"  # the exchange or media server went away
    DIALLER_LOST = "dialler_lost"  # cancelled while it rang
    CANCELLED = "cancelled"  # before it rang: by an operator, or its Dialler was lost
    UNKNOWN = "unknown"  # nobody can say whether it rang
    FAILED = "failed"  # an error of our own while it ran


class LeadEnd(StrEnum):
    """Why a lead is done for good, where that is not the outcome of its last attempt."""

    DNC = "dnc"
    OUT_OF_HOURS = "out_of_hours"
    CAPPED = "capped"  # attempts per day, week or life are used up
    NO_CONSENT = "no_consent"
    NEVER_DIALLED_KIND = "never_dialled_kind"
    CAMPAIGN_ENDED = "campaign_ended"
    REMOVED = "removed"


ANSWERED: Final = frozenset(
    {
        Outcome.COMPLETED,
        Outcome.HUNG_UP,
        Outcome.OPTED_OUT,
        Outcome.VOICEMAIL_LEFT,
        Outcome.MACHINE,
        Outcome.SILENT,
        Outcome.ABANDONED,
        Outcome.TRANSFERRED,
        Outcome.MAX_DURATION,
        Outcome.CORE_LOST,
    }
)
"""Outcomes of calls that were picked up, and so have a recording unless their Core was lost at once."""

NOT_AN_ATTEMPT: Final = frozenset({Outcome.CONGESTION, Outcome.TRUNK_FAULT, Outcome.CANCELLED})
"""Outcomes that say nothing about the lead: its attempt is given back."""
