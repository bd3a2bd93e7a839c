"""What every SecretBox promises. The backend makes one of some keys."""

from collections.abc import Callable, Sequence

import pytest

from ports.errors import Refused
from ports.secret_box import SecretBox

Box = Callable[[Sequence[str]], SecretBox]

OLD, NEW = "an old key that nobody can guess 0123456789", "a new key that nobody can guess 9876543210"
ABOUT = "brand|trunk:1|password"


@pytest.mark.parametrize("plain", ["", "open sesame", "pässwörd ☎ \U0001f511", "nul\0byte", "a.b|c", "x" * 5000])
def test_what_was_sealed_opens(secret_box: Box, plain: str) -> None:
    box = secret_box([OLD])
    assert box.open(box.seal(plain, about=ABOUT), about=ABOUT) == plain


def test_the_sealed_text_does_not_show_it_and_is_another_each_time(secret_box: Box) -> None:
    box = secret_box([OLD])
    first, second = box.seal("open sesame", about=ABOUT), box.seal("open sesame", about=ABOUT)

    assert first != second
    assert "open sesame" not in first
    assert first.isascii()


@pytest.mark.parametrize("elsewhere", ["brand|trunk:2|password", "other|trunk:1|password", "brand|trunk:1|pass", ""])
def test_it_opens_nowhere_else(secret_box: Box, elsewhere: str) -> None:
    box = secret_box([OLD])
    sealed = box.seal("open sesame", about=ABOUT)

    with pytest.raises(Refused):
        box.open(sealed, about=elsewhere)


def test_whatever_was_changed_does_not_open(secret_box: Box) -> None:
    box = secret_box([OLD])
    sealed = box.seal("open sesame", about=ABOUT)
    for at in range(len(sealed)):
        changed = sealed[:at] + ("A" if sealed[at] != "A" else "B") + sealed[at + 1 :]
        with pytest.raises(Refused):
            box.open(changed, about=ABOUT)
    with pytest.raises(Refused):
        box.open(sealed[:-4], about=ABOUT)


@pytest.mark.parametrize("text", ["", ".", "..", "...", "v1.00000000.", "open sesame", "v1.x.ключ", "\ud800", "\0"])
def test_what_was_never_sealed_does_not_open(secret_box: Box, text: str) -> None:
    with pytest.raises(Refused):
        secret_box([OLD]).open(text, about=ABOUT)


def test_after_a_new_key_old_texts_open_as_long_as_the_old_key_is_there(secret_box: Box) -> None:
    sealed = secret_box([OLD]).seal("open sesame", about=ABOUT)

    assert secret_box([NEW, OLD]).open(sealed, about=ABOUT) == "open sesame"
    with pytest.raises(Refused):
        secret_box([NEW]).open(sealed, about=ABOUT)


def test_the_first_key_seals(secret_box: Box) -> None:
    sealed = secret_box([NEW, OLD]).seal("open sesame", about=ABOUT)

    assert secret_box([NEW]).open(sealed, about=ABOUT) == "open sesame"
    with pytest.raises(Refused):
        secret_box([OLD]).open(sealed, about=ABOUT)


def test_without_a_key_nothing_is_sealed_or_opened(secret_box: Box) -> None:
    with pytest.raises(Refused) as refused:
        secret_box([]).seal("open sesame", about=ABOUT)
    assert refused.value.reason == "no_key"
    with pytest.raises(Refused):
        secret_box([]).open(secret_box([OLD]).seal("open sesame", about=ABOUT), about=ABOUT)
