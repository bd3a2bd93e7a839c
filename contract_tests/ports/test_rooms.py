"""What every implementation of Rooms promises."""

import pytest

from contract_tests.backends.phone_world import RoomWorld
from contract_tests.backends.vocabulary import frame
from contract_tests.ports.company import EVERYBODY, is_a, join, rest, until
from ports.audio_links import Joined
from ports.errors import NotFound, Refused, Unavailable


async def test_opening_twice_is_one_room(rooms: RoomWorld) -> None:
    anna = await join(rooms, "call_1", "anna")
    await rooms.rooms.open("call_1")

    await join(rooms, "call_1", "ben")

    assert await until(anna.events(), is_a(Joined, "ben"))


async def test_nobody_is_invited_to_a_room_that_is_not_open(rooms: RoomWorld) -> None:
    with pytest.raises(NotFound):
        await rooms.rooms.invite("call_nowhere", "anna", hears=EVERYBODY, heard_by=EVERYBODY)


async def test_every_invitation_has_a_ticket_of_its_own(rooms: RoomWorld) -> None:
    await rooms.rooms.open("call_1")

    one = await rooms.rooms.invite("call_1", "anna", hears=EVERYBODY, heard_by=EVERYBODY)
    other = await rooms.rooms.invite("call_1", "anna", hears=EVERYBODY, heard_by=EVERYBODY)

    assert (one.room, one.party) == ("call_1", "anna")
    assert one.url
    assert one.token != other.token


async def test_closing_puts_everybody_out(rooms: RoomWorld) -> None:
    anna = await join(rooms, "call_1", "anna")
    ben = await join(rooms, "call_1", "ben")

    await rooms.rooms.close("call_1")

    await rest(anna.events())
    await rest(ben.events())
    with pytest.raises(Unavailable):
        await anna.speak(frame("late"))


async def test_a_room_of_the_same_name_is_a_new_room(rooms: RoomWorld) -> None:
    await join(rooms, "call_1", "anna")
    old = await rooms.rooms.invite("call_1", "ben", hears=EVERYBODY, heard_by=EVERYBODY)
    await rooms.rooms.close("call_1")

    with pytest.raises(NotFound):
        await rooms.rooms.invite("call_1", "ben", hears=EVERYBODY, heard_by=EVERYBODY)
    await rooms.rooms.open("call_1")
    with pytest.raises(Refused):
        await rooms.links.join(old)

    ben = await join(rooms, "call_1", "ben")
    await join(rooms, "call_1", "carl")
    assert await until(ben.events(), lambda event: isinstance(event, Joined)) != []


async def test_closing_what_is_not_open_is_nothing(rooms: RoomWorld) -> None:
    await rooms.rooms.close("call_nowhere")
