"""What the OpenAI SDK raises, as what ports raise."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from openai import APIConnectionError, APIStatusError, OpenAIError

from ports.errors import Refused, Unavailable

RETRYABLE: Final = frozenset({408, 409, 429})


@contextmanager
def openai_errors() -> Iterator[None]:
    """Messages of the SDK may repeat the conversation, so only its kind of error is passed on."""
    try:
        yield
    except TimeoutError:
        raise Unavailable("the language model did not answer in time") from None
    except APIConnectionError as error:  # a time-out is one, too
        raise Unavailable(f"the language model could not be reached: {type(error).__name__}") from None
    except APIStatusError as error:
        if error.status_code >= 500 or error.status_code in RETRYABLE:
            raise Unavailable(f"the language model answered {error.status_code}") from None
        raise Refused(
            f"the language model answered {error.status_code}", reason=error.code or str(error.status_code)
        ) from None
    except (OpenAIError, ValueError) as error:  # ValueError: a stream that is no JSON
        raise Unavailable(f"the language model's answer made no sense: {type(error).__name__}") from None
