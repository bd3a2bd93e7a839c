"""What every language model promises."""

import pytest

from ports.errors import Refused, Unavailable
from ports.language_model import Author, EndCall, LanguageModel, Message, ReplyText

KIND = Message(author=Author.SYSTEM, text="Be kind.")
CONDITIONS = ["the callee wants pizza", "the callee wants pasta"]


def said(text: str) -> list[Message]:
    return [KIND, Message(author=Author.BOT, text="Hi."), Message(author=Author.CALLEE, text=text)]


async def pieces(model: LanguageModel, messages: list[Message]) -> list[ReplyText | EndCall]:
    return [piece async for piece in model.reply(messages)]


def text_of(reply: list[ReplyText | EndCall]) -> str:
    return "".join(piece.text for piece in reply if isinstance(piece, ReplyText))


async def test_a_reply_comes_in_pieces_that_join_to_what_is_said(language_model: LanguageModel) -> None:
    reply = await pieces(language_model, said("rain"))

    assert text_of(reply) == "You said: rain."
    assert len(reply) > 1
    assert not [piece for piece in reply if isinstance(piece, EndCall)]


async def test_a_model_that_ends_the_call_says_its_words_first(language_model: LanguageModel) -> None:
    reply = await pieces(language_model, said("bye"))

    assert text_of(reply) == "Goodbye."
    assert reply[-1] == EndCall(disposition="said_goodbye")


async def test_a_model_may_have_the_first_word(language_model: LanguageModel) -> None:
    assert text_of(await pieces(language_model, [KIND])) == "Hello. How can I help?"


async def test_a_reply_that_nobody_wants_any_more_can_be_left(language_model: LanguageModel) -> None:
    reply = language_model.reply(said("rain"))
    await anext(reply)
    await reply.aclose()  # type: ignore[attr-defined]  # a reply is a generator

    assert text_of(await pieces(language_model, said("snow"))) == "You said: snow."


async def test_the_condition_that_holds_is_chosen_by_its_index(language_model: LanguageModel) -> None:
    assert await language_model.choose(said("pasta please"), CONDITIONS) == 1
    assert await language_model.choose(said("some pizza"), CONDITIONS) == 0


async def test_none_is_chosen_when_none_holds(language_model: LanguageModel) -> None:
    assert await language_model.choose(said("rain"), CONDITIONS) is None
    assert await language_model.choose(said("rain"), []) is None


async def test_a_model_that_does_not_answer_is_unavailable(silent_language_model: LanguageModel) -> None:
    with pytest.raises(Unavailable):
        await pieces(silent_language_model, said("rain"))
    with pytest.raises(Unavailable):
        await silent_language_model.choose(said("rain"), CONDITIONS)


async def test_a_model_that_will_not_answer_refuses(refusing_language_model: LanguageModel) -> None:
    with pytest.raises(Refused):
        await pieces(refusing_language_model, said("rain"))
    with pytest.raises(Refused):
        await refusing_language_model.choose(said("rain"), CONDITIONS)


async def test_an_error_does_not_repeat_what_was_said(refusing_language_model: LanguageModel) -> None:
    with pytest.raises(Refused) as refused:
        await pieces(refusing_language_model, said("my number is 5550100"))

    assert "5550100" not in str(refused.value)
