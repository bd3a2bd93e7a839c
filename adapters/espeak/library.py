"""The binding to libespeak-ng. GPL-3: only the speaker process may import this module."""

import ctypes
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

import espeakng_loader  # type: ignore[import-untyped]  # has no types

SYNCHRONOUS: Final = 2
DONT_EXIT: Final = 0x8000
UTF8: Final = 1
BY_CHARACTER: Final = 1
WORD: Final = 1


class _EventId(ctypes.Union):
    _fields_ = (("number", ctypes.c_int), ("name", ctypes.c_char_p), ("string", ctypes.c_char * 8))


class _Event(ctypes.Structure):
    _fields_ = (
        ("type", ctypes.c_int),
        ("unique_identifier", ctypes.c_uint),
        ("text_position", ctypes.c_int),
        ("length", ctypes.c_int),
        ("audio_position", ctypes.c_int),
        ("sample", ctypes.c_int),
        ("user_data", ctypes.c_void_p),
        ("id", _EventId),
    )


class _Voice(ctypes.Structure):
    _fields_ = (
        ("name", ctypes.c_char_p),
        ("languages", ctypes.c_void_p),
        ("identifier", ctypes.c_char_p),
        ("gender", ctypes.c_ubyte),
        ("age", ctypes.c_ubyte),
        ("variant", ctypes.c_ubyte),
        ("reserved", ctypes.c_ubyte),
        ("score", ctypes.c_int),
        ("spare", ctypes.c_void_p),
    )


_SYNTH_CALLBACK = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.POINTER(ctypes.c_short), ctypes.c_int, ctypes.POINTER(_Event))


class Library:
    """One espeak-ng, for one thread. `rate` is the sample rate of what it speaks, in Hz."""

    def __init__(self) -> None:
        data = espeakng_loader.get_data_path()
        self._lib = ctypes.CDLL(espeakng_loader.get_library_path())
        self._lib.espeak_ListVoices.restype = ctypes.POINTER(ctypes.POINTER(_Voice))
        self._lib.espeak_Synth.argtypes = _synth_arguments()
        self.rate: int = self._lib.espeak_Initialize(SYNCHRONOUS, 0, data.encode(), DONT_EXIT)
        if self.rate <= 0:
            raise OSError("espeak-ng did not start")
        self._languages = dict(_languages(self._lib.espeak_ListVoices(None)))
        self._variants = {path.name.lower(): path.name for path in Path(data, "voices", "!v").iterdir()}
        self._sound: list[bytes] = []
        self._words: list[tuple[int, int]] = []
        self._callback = _SYNTH_CALLBACK(self._receive)  # kept: the library holds only a pointer to it
        self._lib.espeak_SetSynthCallback(self._callback)

    def choose(self, voice: str) -> bool:
        """Take a voice such as `en-us`, `de` or `en-us+f3`; False when there is none of that name."""
        language, _, variant = voice.lower().partition("+")
        if language not in self._languages or (variant and variant not in self._variants):
            return False
        name = self._languages[language] + (f"+{self._variants[variant]}" if variant else "")
        return bool(self._lib.espeak_SetVoiceByName(name.encode()) == 0)

    def speak(self, text: str) -> tuple[bytes, list[tuple[int, int]]]:
        """PCM of 16 bits, and for each word its (place in `text`, first sample)."""
        self._sound.clear()
        self._words.clear()
        encoded = text.encode() + b"\0"
        if self._lib.espeak_Synth(encoded, len(encoded), 0, BY_CHARACTER, 0, UTF8, None, None) != 0:
            raise OSError("espeak-ng did not speak")
        return b"".join(self._sound), list(self._words)

    def _receive(self, sound: Any, samples: int, events: Any) -> int:
        if sound and samples > 0:
            self._sound.append(ctypes.string_at(sound, samples * 2))
        nth = 0
        while events[nth].type != 0:
            if events[nth].type == WORD:
                self._words.append((events[nth].text_position - 1, events[nth].sample))
            nth += 1
        return 0


def _synth_arguments() -> list[Any]:
    position = (ctypes.c_uint, ctypes.c_int, ctypes.c_uint, ctypes.c_uint)
    return [ctypes.c_char_p, ctypes.c_size_t, *position, ctypes.c_void_p, ctypes.c_void_p]


def _languages(voices: Any) -> Iterator[tuple[str, str]]:
    """Each language tag with the voice that claims it with the highest priority (the lowest number)."""
    best: dict[str, tuple[int, str]] = {}
    nth = 0
    while voices[nth]:
        voice = voices[nth].contents
        for tag, priority in _tags(voice.languages).items():
            offered = (priority, voice.identifier.decode())
            best[tag] = min(best.get(tag, offered), offered)
        nth += 1
    for tag, (_, identifier) in best.items():
        yield tag, identifier


def _tags(place: int) -> Mapping[str, int]:
    """A list of (one byte of priority, text, zero byte), closed by a zero byte."""
    tags: dict[str, int] = {}
    while priority := ctypes.string_at(place, 1)[0]:
        text = ctypes.string_at(place + 1)
        tags[text.decode().lower()] = priority
        place += len(text) + 2
    return tags
